import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';

/** What readers may tick when they unsubscribe, and `written` for those who only wrote something. */
export const countedReasons = ['often', 'interest', 'never', 'other', 'written'] as const;
export type CountedReason = (typeof countedReasons)[number];

/** A newsletter's readers on one day, in its time zone. */
export interface ReaderDay {
  newsletter: string;
  /** YYYY-MM-DD. */
  day: string;
  /** At the end of the day; today: when it was counted last. */
  readers: number;
  came: number;
  left: number;
  /** Of those who left, how many said why. */
  reasons: Record<CountedReason, number>;
}

const FRESH = sql`interval '5 minutes'`;
/** The first time so many days are counted back. */
const MOST_DAYS = 1_100;

/**
 * Counts the days since the last time, and that day anew, from the subscriptions; the first time as far back as they
 * go. Reads all subscriptions (1,000,000 in about 0.4 s): of many processes one does so every few minutes.
 */
export async function keepReaderDays(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ mine: boolean; last: string | null; fresh: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('gaceta-reader-days')) as mine, max(day)::text as last,
        coalesce(max(updated_at) > now() - ${FRESH}, false) as fresh
      from reader_days`.execute(tx);
    const [known] = rows;
    if (!known?.mine || known.fresh) return;
    // one more, for zones in which that day began later
    const since =
      known.last === null
        ? sql`current_date - ${MOST_DAYS}::int`
        : sql`greatest(${known.last}::date - 1, current_date - ${MOST_DAYS}::int)`;
    await countDays(tx, since, known.last === null);
  });
}

async function countDays(
  tx: DbOrTransaction,
  since: ReturnType<typeof sql>,
  isFirst: boolean,
): Promise<void> {
  // nothing is said of the days before the first reader came
  const first = isFirst ? sql`(select coalesce(min(day), current_date) from moved)` : since;
  await sql`
    with letter as (
      select id, timezone, (now() at time zone timezone)::date as today from newsletters
    ), kind as (
      select t.newsletter_id, t.active_from, case when t.state = 'unsubscribed' then t.left_at end as left_at,
        case when t.leave_reason is not null
          then coalesce(substring(t.leave_reason from '^(often|interest|never|other)(?:$|:)'), 'written') end as reason
      from subscriptions t
      where t.active_from is not null and (t.active_from >= ${since} - 1 or t.left_at >= ${since} - 1)
    ), move as (
      select newsletter_id, (active_from at time zone timezone)::date as day, 1 as came, 0 as gone, null as reason
      from kind join letter on letter.id = newsletter_id
      union all
      select newsletter_id, (left_at at time zone timezone)::date, 0, 1, reason
      from kind join letter on letter.id = newsletter_id where left_at is not null
    ), moved as (
      select newsletter_id, day, sum(came)::int as came, sum(gone)::int as gone,
        count(*) filter (where reason = 'often')::int as often,
        count(*) filter (where reason = 'interest')::int as interest,
        count(*) filter (where reason = 'never')::int as never,
        count(*) filter (where reason = 'other')::int as other,
        count(*) filter (where reason = 'written')::int as written
      from move where day >= ${since} group by 1, 2
    ), active as (
      select newsletter_id, count(*)::int as readers from subscriptions where state = 'active' group by 1
    ), day as (
      select letter.id as newsletter_id, day::date as day from letter,
        generate_series(${first}::timestamp, letter.today::timestamp, interval '1 day') day
    )
    insert into reader_days (newsletter_id, day, readers, came, "left", often, interest, never, other, written)
    select day.newsletter_id, day.day,
      -- those of now, without what has changed since that day
      coalesce(active.readers, 0) - coalesce(sum(coalesce(came, 0) - coalesce(gone, 0)) over (
        partition by day.newsletter_id order by day.day desc rows between unbounded preceding and 1 preceding), 0),
      coalesce(came, 0), coalesce(gone, 0), coalesce(often, 0), coalesce(interest, 0), coalesce(never, 0),
      coalesce(other, 0), coalesce(written, 0)
    from day left join moved using (newsletter_id, day) left join active using (newsletter_id)
    on conflict (newsletter_id, day) do update set readers = excluded.readers, came = excluded.came,
      "left" = excluded."left", often = excluded.often, interest = excluded.interest, never = excluded.never,
      other = excluded.other, written = excluded.written, updated_at = now()`.execute(tx);
}

/** The days from `from` to `to`, both included, of one newsletter or of all within the scope; the oldest first. */
export async function readerDays(
  db: DbOrTransaction,
  {
    newsletter,
    from,
    to,
    scope,
  }: { newsletter?: string | undefined; from: string; to: string; scope: Scope },
): Promise<ReaderDay[]> {
  type Row = Omit<ReaderDay, 'reasons'> & Record<CountedReason, number>;
  const { rows } = await sql<Row>`
    select n.slug as newsletter, d.day::text as day, d.readers, d.came, d."left", d.often, d.interest, d.never,
      d.other, d.written
    from reader_days d join newsletters n on n.id = d.newsletter_id
    where d.day between ${from} and ${to} and ${within(scope, 'd.newsletter_id')}
      and (${newsletter ?? null}::text is null or n.slug = ${newsletter ?? null})
    order by d.day, n.id`.execute(db);
  return rows.map(({ often, interest, never, other, written, ...day }) => ({
    ...day,
    reasons: { often, interest, never, other, written },
  }));
}

/** When the days were counted last; null: never. */
export async function readerDaysAt(db: DbOrTransaction): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select updated_at as at from reader_days order by day desc limit 1`.execute(db);
  return rows[0]?.at ?? null;
}
