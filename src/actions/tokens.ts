import type { DbOrTransaction } from '../database/connection.ts';
import {
  type ApiToken,
  createApiToken,
  InvalidToken,
  revokeApiToken,
} from '../operators/api-tokens.ts';
import { audit } from '../operators/audit.ts';
import { readBinding } from '../operators/bindings.ts';
import { requireRole } from '../operators/roles.ts';
import type { By } from './operators.ts';

/** How long a token holds where nobody says otherwise. */
export const TOKEN_DAYS = 365;

/** What is asked of a new token. */
export interface TokenWish {
  name: string;
  role: ApiToken['role'];
  /** Slugs; null: the whole newsroom. Left out: what the maker reaches. */
  newsletters?: readonly string[] | null;
  /** Null: never. Left out: a year from now. */
  expiresAt?: Date | null;
}

/**
 * Makes a token, with its audit row. Nobody makes one with a higher role than their own, or that reaches newsletters
 * that they do not. Throws RoleNeeded, InvalidToken, InvalidBinding.
 */
export async function makeToken(
  tx: DbOrTransaction,
  { actor, role, scope }: By,
  { newsletters, expiresAt, ...wish }: TokenWish,
  now: Date,
): Promise<ApiToken & { token: string }> {
  requireRole(role, wish.role);
  const until = expiresAt === undefined ? inDays(now, TOKEN_DAYS) : expiresAt;
  if (until !== null && until <= now)
    throw new InvalidToken('A token expires at a time to come, or never.');
  const boundTo = await readBinding(tx, newsletters, scope);
  const createdBy = actor.kind === 'operator' ? { createdBy: actor.id } : {};
  const made = await createApiToken(tx, { ...wish, boundTo, expiresAt: until, ...createdBy });
  await audit(tx, actor, 'create', `token ${made.id}`, {
    role: made.role,
    ...(made.newsletters ? { newsletters: made.newsletters } : {}),
  });
  return made;
}

/** Revokes a token that reaches no more than the caller, with its audit row. Throws TokenNotFound. */
export async function withdrawToken(
  tx: DbOrTransaction,
  { actor, scope }: Pick<By, 'actor' | 'scope'>,
  id: string,
): Promise<ApiToken> {
  const revoked = await revokeApiToken(tx, id, scope);
  await audit(tx, actor, 'revoke', `token ${id}`);
  return revoked;
}

const inDays = (now: Date, days: number) => new Date(now.getTime() + days * 86_400_000);
