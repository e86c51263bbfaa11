import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';

/**
 * How many messages each relay has taken since midnight UTC, from the ledger and the letters themselves; what is
 * being sent counts for every relay. Reads the rows of the day's editions: ask where a daily ceiling is set.
 */
async function sentToday(
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

/** How many messages a worker may give a relay that is being warmed up. */
export interface Share {
  left: number;
}

/**
 * Takes a worker's share of what is left of a relay's day, in place of the one it had. The shares that others hold
 * count as sent until they have ended: together the workers never pass the ceiling. `holder` names the worker, `validMs` is how long the share may be used;
 * `idle` gives up the one it had, for those who have something to send.
 */
export async function takeShare(
  db: Db,
  {
    relay,
    ceiling,
    holder,
    idle,
    validMs,
  }: { relay: string; ceiling: number; holder: string; idle: boolean; validMs: number },
): Promise<Share> {
  const prefix = `warm-up:${relay}:`;
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${prefix}))`.execute(tx);
    const { byRelay, sending } = await sentToday(tx);
    const { rows } = await sql<{ held: string }>`
      select coalesce(sum(points), 0) as held from rate_limits
      where starts_with(key, ${prefix}) and key <> ${prefix + holder}
        and expire > extract(epoch from clock_timestamp()) * 1000`.execute(tx);
    const rest = ceiling - (byRelay.get(relay) ?? 0) - sending;
    const fair = idle ? 0 : Math.ceil(rest / (await livingWorkers(tx)));
    const left = Math.max(0, Math.min(fair, rest - Number(rows[0]?.held ?? 0)));
    await sql`
      insert into rate_limits (key, points, expire)
      values (${prefix + holder}, ${left}, extract(epoch from clock_timestamp()) * 1000 + ${validMs})
      on conflict (key) do update set points = excluded.points, expire = excluded.expire`.execute(
      tx,
    );
    return { left };
  });
}

/** How many worker processes live now, by their leases. */
async function livingWorkers(db: DbOrTransaction): Promise<number> {
  const { rows } = await sql<{ workers: string }>`
    select count(distinct (host, pid)) as workers from workers where stopped_at is null and lease_until > now()`.execute(
    db,
  );
  return Math.max(1, Number(rows[0]?.workers ?? 1));
}
