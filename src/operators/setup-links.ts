import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { LinkPurpose } from '../database/tables.ts';
import {
  anyOperator,
  createOperator,
  getActiveOperator,
  type Operator,
  setPassword,
} from './accounts.ts';
import { audit } from './audit.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';
import { endSessionsOf } from './sessions.ts';

/** How long a one-time link is good for, in hours. */
export const LINK_HOURS: Record<LinkPurpose, number> = { first: 1, invitation: 72, password: 1 };

/** Why a link cannot be used. `unknown`: it was never made, or is cut short. */
export type LinkFault = 'used' | 'expired' | 'replaced' | 'disabled' | 'unknown';

/** A link that cannot be used, or not any more. */
export class SetupLinkGone extends Error {
  override name = 'SetupLinkGone';
  readonly why: LinkFault;
  /** What it was for, where that is known. */
  readonly purpose: LinkPurpose | undefined;

  constructor(why: LinkFault, purpose?: LinkPurpose) {
    super(`This link cannot be used: ${why}.`);
    this.why = why;
    this.purpose = purpose;
  }
}

/** A link that can be used. */
export interface SetupLink {
  purpose: LinkPurpose;
  /** Null: for the first operator. */
  operatorId: string | null;
  email: string | null;
}

/**
 * Makes a one-time link, good for as long as LINK_HOURS says: for an operator, or, without one, for the first.
 * Answers the secret that goes into the address; the database keeps its hash alone.
 */
export async function makeSetupLink(
  tx: DbOrTransaction,
  purpose: LinkPurpose,
  operatorId?: string,
): Promise<string> {
  const token = newSecret('gcs');
  await tx
    .insertInto('setupLinks')
    .values({
      tokenHash: hashSecret(token),
      purpose,
      operatorId: operatorId ?? null,
      expiresAt: sql`now() + ${`${LINK_HOURS[purpose]} hours`}::interval`,
    })
    .execute();
  return token;
}

/** From now on the links that an operator was given before open nothing: another one takes their place. */
export async function replaceSetupLinks(tx: DbOrTransaction, operatorId: string): Promise<void> {
  await tx
    .updateTable('setupLinks')
    .set({ replacedAt: sql`now()` })
    .where('operatorId', '=', operatorId)
    .where('usedAt', 'is', null)
    .where('replacedAt', 'is', null)
    .execute();
}

/** Whether a link for the first operator can still be used. */
export async function firstLinkHolds(db: DbOrTransaction): Promise<boolean> {
  const link = await db
    .selectFrom('setupLinks')
    .select('operatorId')
    .where('operatorId', 'is', null)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .limit(1)
    .executeTakeFirst();
  return link !== undefined;
}

/** What a link is for. Changes nothing: link scanners may look. Throws SetupLinkGone. */
export async function findSetupLink(db: DbOrTransaction, token: string): Promise<SetupLink> {
  const link = await db
    .selectFrom('setupLinks')
    .leftJoin('operators', 'operators.id', 'setupLinks.operatorId')
    .select([
      'setupLinks.purpose',
      'setupLinks.operatorId',
      'setupLinks.usedAt',
      'setupLinks.replacedAt',
      'operators.email',
      'operators.disabledAt',
      sql<boolean>`expires_at <= now()`.as('expired'),
    ])
    .where('tokenHash', '=', hashSecret(token))
    .executeTakeFirst();
  if (!link) throw new SetupLinkGone('unknown');
  const { purpose, operatorId, email } = link;
  if (link.disabledAt) throw new SetupLinkGone('disabled', purpose);
  if (link.usedAt) throw new SetupLinkGone('used', purpose);
  if (link.replacedAt) throw new SetupLinkGone('replaced', purpose);
  if (link.expired) throw new SetupLinkGone('expired', purpose);
  // The links for a first operator end with the first operator.
  if (operatorId === null && (await anyOperator(db))) throw new SetupLinkGone('used', purpose);
  return { purpose, operatorId, email };
}

/**
 * Uses a link up: makes the first operator (an owner), or sets the password of the one it is for. Two who
 * open it at once: only one succeeds. Throws SetupLinkGone, InvalidOperator, OperatorExists.
 */
export async function useSetupLink(
  tx: DbOrTransaction,
  token: string,
  input: { email: string; password: string; name?: string; language?: string },
): Promise<Operator> {
  // Two links for a first operator make one owner, not two.
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-first-operator'))`.execute(tx);
  const link = await findSetupLink(tx, token);
  const used = await tx
    .updateTable('setupLinks')
    .set({ usedAt: sql`now()` })
    .where('tokenHash', '=', hashSecret(token))
    .where('usedAt', 'is', null)
    .returning('operatorId')
    .executeTakeFirst();
  if (!used) throw new SetupLinkGone('used', link.purpose);
  const { operatorId } = used;
  if (operatorId === null) {
    const operator = await createOperator(tx, { ...input, role: 'owner' });
    await audit(tx, { kind: 'operator', id: operator.id }, 'set up', `operator ${operator.id}`);
    return operator;
  }
  await setPassword(tx, operatorId, input.password);
  // other letters of the same kind; and somebody who knows the old password may be signed in
  await tx
    .updateTable('setupLinks')
    .set({ usedAt: sql`now()` })
    .where('operatorId', '=', operatorId)
    .where('usedAt', 'is', null)
    .execute();
  await endSessionsOf(tx, operatorId);
  const actor = { kind: 'operator', id: operatorId } as const;
  await audit(tx, actor, 'set password', `operator ${operatorId}`);
  const operator = await getActiveOperator(tx, operatorId);
  if (!operator) throw new SetupLinkGone('disabled', link.purpose);
  return operator;
}
