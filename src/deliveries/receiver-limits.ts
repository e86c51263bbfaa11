import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** A group of receivers that takes only so many messages. */
export interface ReceiverLimit {
  receiverGroup: string;
  /** Messages a second. */
  perSecond: number;
  /** Nothing may start before; null: something may now. */
  heldUntil: Date | null;
}

const BELIEVED = sql`interval '20 seconds'`;

/** Writes down which groups a worker holds back, in place of those it held back before. */
export async function noteReceiverLimits(
  db: DbOrTransaction,
  worker: number,
  limits: ReceiverLimit[],
): Promise<void> {
  const rows = limits.map(({ receiverGroup, perSecond, heldUntil }) => ({
    receiver_group: receiverGroup,
    per_second: perSecond,
    held_until: heldUntil,
  }));
  const kept = limits.map(({ receiverGroup }) => receiverGroup);
  await sql`
    with over as (
      delete from receiver_limits where at < now() - ${BELIEVED}
        or (worker = ${worker} and receiver_group <> all(${kept}::text[]))
    )
    insert into receiver_limits (worker, receiver_group, per_second, held_until)
    select ${worker}, receiver_group, per_second, held_until
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as noted (receiver_group text, per_second real,
      held_until timestamptz)
    on conflict (worker, receiver_group) do update
      set per_second = excluded.per_second, held_until = excluded.held_until, at = now()`.execute(
    db,
  );
}

/** The groups that are held back now: their rates over all workers, and when the last of these may go on. */
export async function receiverLimits(db: DbOrTransaction): Promise<Map<string, ReceiverLimit>> {
  const { rows } = await sql<ReceiverLimit>`
    select receiver_group, sum(per_second)::float8 as per_second,
      case when bool_and(held_until > now()) then min(held_until) end as held_until
    from receiver_limits where at > now() - ${BELIEVED} group by receiver_group`.execute(db);
  return new Map(rows.map((row) => [row.receiverGroup, row]));
}
