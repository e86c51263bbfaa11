import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';

/**
 * After the database's clock was put back by so much: what waits for a moment by the old clock waits for the same
 * moment by the new one. Ranges of later hours keep theirs: by the new clock it has not come. May be called by
 * several workers; a second call only has something tried sooner.
 */
export async function followClock(db: Db, byMs: number): Promise<void> {
  const step = sql`${byMs} * interval '1 millisecond'`;
  await sql`
    update letters set next_at = greatest(now(), next_at - ${step})
    where state = 'queued' and next_at > now()`.execute(db);
  const { rows } = await sql<{ range: string; edition: string; first: string; last: string }>`
    select r.id as range, r.edition_id as edition, r.first_subscriber as first, r.last_subscriber as last
    from ranges r join editions e on e.id = r.edition_id
    where r.state = 'planned' and r.issued > 1 and e.state in ('sending', 'paused') order by r.id`.execute(
    db,
  );
  for (const { range, edition, first, last } of rows) {
    await db.transaction().execute(async (tx) => {
      await sql`
        update ranges set next_at = case when next_at > now() then greatest(now(), next_at - ${step}) else next_at end
        where id = ${range}`.execute(tx);
      await sql`
        update deliveries set next_at = greatest(now(), next_at - ${step})
        where edition_id = ${edition} and range_id = ${range}
          and subscriber_id between ${first} and ${last}
          and state = 'queued' and next_at > now() and next_at <> due_at`.execute(tx);
    });
  }
}
