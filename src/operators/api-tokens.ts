import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { reaches, type Scope } from '../database/scope.ts';
import type { Role } from '../database/tables.ts';
import { filledLineSchema } from '../text/one-line.ts';
import { boundSlugs } from './bindings.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';

/** The API's shape of a token. `token`, the secret, is there once: in the answer to its creation. */
export interface ApiToken {
  id: string;
  name: string;
  role: Exclude<Role, 'owner'>;
  /** The newsletters, by slug, that it is bound to; null: the whole newsroom. */
  newsletters: string[] | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  /** From when on it opens nothing; null: never. */
  expiresAt: Date | null;
  token?: string;
}

export class TokenNotFound extends Error {
  override name = 'TokenNotFound';
}
export class InvalidToken extends Error {
  override name = 'InvalidToken';
}

/** A token that has expired. */
export class TokenExpired extends Error {
  override name = 'TokenExpired';
  constructor(expiresAt: Date) {
    super(`This API token expired on ${expiresAt.toISOString().slice(0, 10)}: make another one.`);
  }
}

const columns = [
  'id',
  'name',
  'role',
  'createdAt',
  'lastUsedAt',
  'revokedAt',
  'expiresAt',
  boundSlugs('apiTokens').as('newsletters'),
] as const;

/** What a token is made of. */
export interface NewToken {
  name: string;
  role: ApiToken['role'];
  /** Ids of the newsletters that it is bound to; null or left out: the whole newsroom. */
  boundTo?: Scope;
  /** Null or left out: it does not expire. */
  expiresAt?: Date | null;
  createdBy?: string;
}

/** Throws InvalidToken when the name is empty, longer than 100 characters or not one line. */
export async function createApiToken(
  tx: DbOrTransaction,
  input: NewToken,
): Promise<ApiToken & { token: string }> {
  const { data: name } = filledLineSchema(100).safeParse(input.name);
  if (name === undefined)
    throw new InvalidToken(
      'A token needs a name of 1 to 100 characters, on one line, that says who uses it.',
    );
  const { boundTo = null } = input;
  const token = newSecret('gct');
  const made = await tx
    .insertInto('apiTokens')
    .values({
      name,
      role: input.role,
      tokenHash: hashSecret(token),
      createdBy: input.createdBy ?? null,
      boundTo: boundTo && [...boundTo],
      expiresAt: input.expiresAt ?? null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return { ...made, token };
}

/** Those whose newsletters are all within the scope, in the order they were made. */
export function listApiTokens(db: DbOrTransaction, scope: Scope = null): Promise<ApiToken[]> {
  return db
    .selectFrom('apiTokens')
    .select(columns)
    .where(reaches(scope, 'apiTokens.boundTo'))
    .orderBy('id')
    .execute();
}

/** From now on the token opens nothing. Throws TokenNotFound; revoking twice is not an error. */
export async function revokeApiToken(
  tx: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<ApiToken> {
  const revoked = await tx
    .updateTable('apiTokens')
    .set({ revokedAt: sql`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .where(reaches(scope, 'apiTokens.boundTo'))
    .returning(columns)
    .executeTakeFirst();
  if (!revoked) throw new TokenNotFound(`There is no token ${id}.`);
  return revoked;
}

/**
 * The token behind a secret, and what it reaches, unless there is none or it is revoked. Notes its use, once a minute
 * at most. Throws TokenExpired.
 */
export async function findApiToken(
  db: DbOrTransaction,
  secret: string,
): Promise<{ token: ApiToken; scope: Scope } | undefined> {
  if (!/^gct_[\w-]{43}$/.test(secret)) return undefined;
  const tokenHash = hashSecret(secret);
  const found = await db
    .selectFrom('apiTokens')
    .select([...columns, 'boundTo'])
    .where('tokenHash', '=', tokenHash)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  if (!found) return undefined;
  const { boundTo: scope, ...token } = found;
  if (token.expiresAt !== null && token.expiresAt.getTime() <= Date.now())
    throw new TokenExpired(token.expiresAt);
  if (found.lastUsedAt === null || Date.now() - found.lastUsedAt.getTime() > 60_000)
    await db
      .updateTable('apiTokens')
      .set({ lastUsedAt: sql`now()` })
      .where('id', '=', found.id)
      .execute();
  return { token, scope };
}
