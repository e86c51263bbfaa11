import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { judgeSending } from './reaper.ts';

/** A range that this worker holds. */
export interface HeldRange {
  range: string;
  edition: string;
  receiverGroup: string;
  first: string;
  last: string;
}

/** How a range was left: everything in it is done, something is due now, or it waits (and was given back). */
export type Closing = 'done' | 'more' | 'waits' | 'lost';

// What was due when its edition was frozen stays due, and so does a range that was taken before: the clock may have been
// put back since.
const isDue = sql`(r.due_at <= now() or r.due_at <= e.frozen_at or r.issued > 1)`;

/** Which ranges of an edition a worker leaves to others: those of receiver groups of which it holds enough. */
export interface Full {
  edition: string;
  receiverGroup: string;
}

/**
 * Takes a range for a worker: the one that a ticket names, or the next of an edition that is due. None when another worker
 * holds it, all in it is done, it is not due, its edition is not being sent, or it is of a group that is `full`.
 */
export async function takeRange(
  db: Db,
  wanted: { range: string } | { edition: string },
  { worker, full = [] }: { worker: number; full?: Full[] },
): Promise<HeldRange | undefined> {
  const named =
    'range' in wanted
      ? sql`r.id = ${wanted.range}`
      : sql`r.edition_id = ${wanted.edition} and (r.next_at <= now() or r.next_at = r.due_at)`;
  // Materialized: as a part of the join it may be run again for each range, and each time lock and take another one.
  const taken = await sql<HeldRange & { missed: boolean }>`
    with free as materialized (
      select r.id from ranges r join editions e on e.id = r.edition_id
      where ${named} and r.state = 'planned' and r.worker is null and e.state = 'sending' and ${isDue}
        and not exists (
          select 1 from json_to_recordset(${JSON.stringify(full)}::json)
            as f(edition bigint, "receiverGroup" text)
          where f.edition = r.edition_id and f."receiverGroup" = r.receiver_group)
      order by r.due_at, r.id limit 1
      for update of r skip locked
    )
    update ranges r set worker = ${worker}, issued = r.issued + 1
    from free
    where r.id = free.id and r.worker is null
      and exists (select 1 from workers where id = ${worker} and stopped_at is null)
    returning r.id as range, r.edition_id as edition, r.receiver_group, r.first_subscriber as first,
      r.last_subscriber as last, r.missed`.execute(db);
  const row = taken.rows[0];
  if (!row) {
    // The ticket was delayed by the queue's clock; by the database's the range is due only soon.
    if ('range' in wanted)
      await sql`
        update ranges set ticket_at = '-infinity'
        where id = ${wanted.range} and worker is null and due_at > now() and issued <= 1`.execute(
        db,
      );
    return undefined;
  }
  const { missed, ...held } = row;
  if (missed) await queueMissed(db, held, worker);
  return held;
}

/**
 * Closes a range of which nothing is in flight: recounts it from its rows; `done` when none is queued, `more`
 * when some are due now (it is still held), else given back until the first is due. `giveBack` gives it back in any
 * case, for at least `laterMs`.
 */
export async function closeRange(
  db: Db,
  held: HeldRange,
  worker: number,
  {
    uncertain,
    giveBack,
    laterMs = 0,
  }: {
    uncertain: 'resend' | 'hold';
    giveBack: boolean;
    laterMs?: number;
  },
): Promise<Closing> {
  return db.transaction().execute(async (tx) => {
    const { rows: locked } = await sql`
      select 1 from ranges where id = ${held.range} and worker = ${worker} for update`.execute(tx);
    if (locked.length === 0) return 'lost';
    // Nothing of it is in flight: a row that is still sending was claimed by an answer that never came.
    await judgeSending(tx, held, uncertain);
    const { rows } = await sql<{ queued: string; next: Date | null; due: boolean }>`
      select count(*) as queued, min(next_at) as next, coalesce(bool_or(next_at <= now() or next_at = due_at), false) as due
      from deliveries where edition_id = ${held.edition} and range_id = ${held.range}
        and subscriber_id between ${held.first} and ${held.last} and state = 'queued'`.execute(tx);
    const queued = Number(rows[0]?.queued ?? 0);
    if (queued > 0 && rows[0]?.due && !giveBack && (await isSending(tx, held.edition)))
      return 'more';
    await recountRange(tx, held);
    await sql`
      update ranges set worker = null, issued = issued + 1,
        state = ${queued === 0 ? 'done' : 'planned'},
        next_at = greatest(${rows[0]?.next ?? null}::timestamptz, now() + ${laterMs} * interval '1 millisecond'),
        ticket_at = '-infinity'
      where id = ${held.range}`.execute(tx);
    return queued === 0 ? 'done' : 'waits';
  });
}

async function isSending(db: DbOrTransaction, edition: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from editions where id = ${edition} and state = 'sending'`.execute(db);
  return rows.length > 0;
}

/** Sets a range's counts to what its rows say. Call it with the range locked. */
export async function recountRange(
  tx: DbOrTransaction,
  { range, edition, first, last }: Omit<HeldRange, 'receiverGroup'>,
): Promise<void> {
  await sql`
    update ranges set queued = c.queued, sending = c.sending, sent = c.sent, failed = c.failed,
      skipped = c.skipped, uncertain = c.uncertain
    from (
      select count(*) filter (where state = 'queued') as queued,
        count(*) filter (where state = 'sending') as sending,
        count(*) filter (where state = 'sent') as sent,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'skipped') as skipped,
        count(*) filter (where state = 'uncertain') as uncertain
      from deliveries where edition_id = ${edition} and range_id = ${range}
        and subscriber_id between ${first} and ${last}
    ) c
    where id = ${range}`.execute(tx);
}

/** Queues again what expired, was skipped by cancel, or is held as uncertain; due now. */
async function queueMissed(db: Db, held: HeldRange, worker: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`
      update ranges set missed = false where id = ${held.range} and worker = ${worker} and missed
      returning 1`.execute(tx);
    if (rows.length === 0) return;
    await sql`
      update deliveries set state = 'queued', reason = null, due_at = now(), next_at = now(), claim = null
      where edition_id = ${held.edition} and range_id = ${held.range}
        and subscriber_id between ${held.first} and ${held.last}
        and (state = 'failed' and reason = 'expired' or state = 'skipped' and reason = 'cancelled'
          or state = 'uncertain')`.execute(tx);
    await recountRange(tx, held);
  });
}

/** Queues again the rows of a claim that never started; no other worker can have claimed them since. */
export async function handBackClaim(db: Db, held: HeldRange, claim: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select 1 from ranges where id = ${held.range} for update`.execute(tx);
    const { numAffectedRows: rows = 0n } = await sql`
      update deliveries set state = 'queued', worker = null, claim = null
      where edition_id = ${held.edition} and range_id = ${held.range}
        and subscriber_id between ${held.first} and ${held.last}
        and state = 'sending' and claim = ${claim}`.execute(tx);
    if (rows > 0n)
      await sql`
      update ranges set sending = sending - ${rows}, queued = queued + ${rows}
      where id = ${held.range}`.execute(tx);
  });
}
