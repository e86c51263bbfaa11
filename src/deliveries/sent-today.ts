import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * How many messages each relay has taken since midnight UTC, from the ledger and the letters themselves; what is
 * being sent counts for every relay. Reads the rows of the day's editions: ask where a daily ceiling is set.
 */
export async function sentToday(
  db: DbOrTransaction,
): Promise<{ byRelay: Map<string, number>; sending: number }> {
  const midnight = sql`date_trunc('day', now(), 'UTC')`;
  const { rows } = await sql<{ relay: string | null; messages: string; sending: string }>`
    with open as (
      select id from editions
      where frozen_at is not null and (finished_at is null or finished_at >= ${midnight})
    )
    select relay, sum(messages) as messages, sum(sending) as sending
    from (
      select d.relay, count(*) filter (where d.sent_at >= ${midnight}) as messages,
        count(*) filter (where d.state = 'sending') as sending
      from open join deliveries d on d.edition_id = open.id
      where d.sent_at >= ${midnight} or d.state = 'sending' group by d.relay
      union all
      select relay, count(*), 0 from letters where sent_at >= ${midnight} group by relay
    ) each
    group by relay`.execute(db);
  const byRelay = new Map<string, number>();
  let sending = 0;
  for (const row of rows) {
    if (row.relay !== null) byRelay.set(row.relay, Number(row.messages));
    sending += Number(row.sending);
  }
  return { byRelay, sending };
}

/** How many worker processes live now, by their leases. */
export async function livingWorkers(db: DbOrTransaction): Promise<number> {
  const { rows } = await sql<{ workers: string }>`
    select count(distinct (host, pid)) as workers from workers where stopped_at is null and lease_until > now()`.execute(
    db,
  );
  return Math.max(1, Number(rows[0]?.workers ?? 1));
}
