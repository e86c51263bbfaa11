import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** Who changes something; `origin` is the network address that their request came from. */
export type Actor =
  | { kind: 'operator'; id: string; origin?: string }
  | { kind: 'token'; id: string; origin?: string }
  | { kind: 'cli' }
  | { kind: 'reader' }
  | { kind: 'system'; origin?: string };

/** Writes down who changed what. Call it in the transaction of the change, so that neither is without the other. */
export async function audit(
  tx: DbOrTransaction,
  actor: Actor,
  action: string,
  object: string,
  detail?: Record<string, unknown>,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      actor: actor.kind,
      operatorId: actor.kind === 'operator' ? actor.id : null,
      tokenId: actor.kind === 'token' ? actor.id : null,
      action,
      object,
      origin: 'origin' in actor ? (actor.origin ?? null) : null,
      detail: detail ? JSON.stringify(detail) : null,
    })
    .execute();
}

/** `audit`, unless the same action of that object with that detail is written down already. True if this call wrote it. */
export async function auditOnce(
  tx: DbOrTransaction,
  actor: Actor,
  action: string,
  object: string,
  detail: Record<string, unknown>,
): Promise<boolean> {
  // of several processes one says it
  await sql`select pg_advisory_xact_lock(hashtext(${`gaceta-audit ${object}`}))`.execute(tx);
  const known = await tx
    .selectFrom('audit')
    .select('id')
    .where('action', '=', action)
    .where('object', '=', object)
    .where(sql<boolean>`detail @> ${JSON.stringify(detail)}::jsonb`)
    .executeTakeFirst();
  if (known) return false;
  await audit(tx, actor, action, object, detail);
  return true;
}

/** Who did that to an object last, at `since` or later, and when. */
export async function lastActor(
  db: DbOrTransaction,
  action: string,
  object: string,
  since: Date,
): Promise<{ at: Date; who: string } | undefined> {
  const row = await db
    .selectFrom('audit')
    .leftJoin('operators', 'operators.id', 'audit.operatorId')
    .select(['audit.at', 'audit.actor', 'operators.email', 'operators.name'])
    .where('object', '=', object)
    .where('action', '=', action)
    .where('at', '>=', since)
    .orderBy('audit.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { at: row.at, who: row.name || row.email || row.actor };
}
