import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
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

/** A link that was used, is older than an hour, or never was. */
export class SetupLinkGone extends Error {
  override name = 'SetupLinkGone';
}

/**
 * Makes a one-time link, good for an hour: for an operator who has no password yet or lost it, or, without one,
 * for the first operator. Earlier ones of the same operator end. Answers the secret that goes into the address;
 * the database keeps its hash alone.
 */
export async function makeSetupLink(tx: DbOrTransaction, operatorId?: string): Promise<string> {
  const token = newSecret('gcs');
  if (operatorId !== undefined)
    await tx
      .updateTable('setupLinks')
      .set({ usedAt: sql`now()` })
      .where('operatorId', '=', operatorId)
      .where('usedAt', 'is', null)
      .execute();
  await tx
    .insertInto('setupLinks')
    .values({
      tokenHash: hashSecret(token),
      operatorId: operatorId ?? null,
      expiresAt: new Date(Date.now() + 60 * 60 * 1000),
    })
    .execute();
  return token;
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

/** What a link is for; undefined when it is gone. Changes nothing: link scanners may look. */
export async function findSetupLink(
  db: DbOrTransaction,
  token: string,
): Promise<{ operatorId: string | null; email: string | null } | undefined> {
  const link = await db
    .selectFrom('setupLinks')
    .leftJoin('operators', 'operators.id', 'setupLinks.operatorId')
    .select(['setupLinks.operatorId', 'operators.email'])
    .where('tokenHash', '=', hashSecret(token))
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .where('operators.disabledAt', 'is', null)
    .executeTakeFirst();
  // The links for a first operator end with the first operator.
  if (link && link.operatorId === null && (await anyOperator(db))) return undefined;
  return link;
}

/**
 * Uses a link up: makes the first operator (an owner), or sets the password of the one it is for. Two who
 * open it at once: only one succeeds. Throws SetupLinkGone, InvalidOperator, OperatorExists.
 */
export async function useSetupLink(
  tx: DbOrTransaction,
  token: string,
  input: { email: string; password: string; language?: string },
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
  if (!link || !used)
    throw new SetupLinkGone('This link was used already, or is more than an hour old.');
  if (used.operatorId === null) {
    const operator = await createOperator(tx, { ...input, role: 'owner' });
    await audit(tx, { kind: 'operator', id: operator.id }, 'set up', `operator ${operator.id}`);
    return operator;
  }
  await setPassword(tx, used.operatorId, input.password);
  // who knows the old one may be signed in somewhere
  await endSessionsOf(tx, used.operatorId);
  await audit(
    tx,
    { kind: 'operator', id: used.operatorId },
    'set password',
    `operator ${used.operatorId}`,
  );
  const operator = await getActiveOperator(tx, used.operatorId);
  if (!operator) throw new SetupLinkGone('This link belongs to an account that no longer exists.');
  return operator;
}
