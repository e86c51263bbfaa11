import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { recountRange } from './ranges.ts';

interface OpenRange {
  range: string;
  edition: string;
  first: string;
  last: string;
}

/** Turns the queued rows of cancelled editions into skipped ones, range by range. May be repeated, and stopped half-way. */
export async function sweepCancelled(db: Db, edition?: string): Promise<void> {
  const { rows } = await sql<OpenRange>`
    select r.id as range, r.edition_id as edition, r.first_subscriber as first, r.last_subscriber as last
    from ranges r join editions e on e.id = r.edition_id
    where r.state = 'planned' and e.state = 'cancelled' and r.worker is null
      and ${edition === undefined ? sql`true` : sql`e.id = ${edition}`}
    order by r.id`.execute(db);
  for (const open of rows) await endQueued(db, open, 'cancelled');
}

/** Fails rows that were due 24 hours ago and not sent, also those of paused editions, in ranges that no worker holds. */
export async function expireRanges(db: Db): Promise<void> {
  const { rows } = await sql<OpenRange>`
    select r.id as range, r.edition_id as edition, r.first_subscriber as first, r.last_subscriber as last
    from ranges r join editions e on e.id = r.edition_id
    where r.state = 'planned' and r.worker is null and not r.missed and r.due_at <= now() - interval '24 hours'
      and r.queued > 0 and e.state in ('sending', 'paused')
      and exists (
        select 1 from deliveries d where d.edition_id = r.edition_id and d.range_id = r.id
          and d.subscriber_id between r.first_subscriber and r.last_subscriber
          and d.state = 'queued' and d.due_at <= now() - interval '24 hours')
    order by r.id limit 200`.execute(db);
  for (const open of rows) await endQueued(db, open, 'expired');
}

/** Ends queued rows of one range that no worker holds: all of a cancelled edition, else those past their day. */
async function endQueued(db: Db, open: OpenRange, why: 'cancelled' | 'expired'): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Resending changes the edition first: it waits until this is through, or this sees that it was cancelled no longer.
    const { rows: editions } = await sql`
      select 1 from editions
      where id = ${open.edition} and (state = 'cancelled') = ${why === 'cancelled'}
      for share`.execute(tx);
    if (editions.length === 0) return;
    const { rows } = await sql`
      select 1 from ranges where id = ${open.range} and worker is null for update`.execute(tx);
    if (rows.length === 0) return;
    await sql`
      update deliveries set state = ${why === 'cancelled' ? 'skipped' : 'failed'}, reason = ${why}
      where edition_id = ${open.edition} and range_id = ${open.range}
        and subscriber_id between ${open.first} and ${open.last} and state = 'queued'
        and ${why === 'cancelled' ? sql`true` : sql`due_at <= now() - interval '24 hours'`}`.execute(
      tx,
    );
    await recountRange(tx, open);
    await sql`update ranges set state = 'done' where id = ${open.range} and queued = 0 and sending = 0`.execute(
      tx,
    );
  });
}
