import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { NO_COMPLAINT } from './follow.ts';

/** How a newsletter's readers of one day took it. */
export interface ComplaintDay {
  newsletterId: string;
  slug: string;
  title: string;
  /** The date of its editions, YYYY-MM-DD. */
  day: string;
  /** Readers who complained. */
  complaints: number;
  /** Those of them that nobody has decided about. */
  undecided: number;
  /** Readers of that day's editions. */
  sent: number;
  heldAt: Date | null;
}

const LOOKED_BACK_DAYS = 7;

/**
 * The days of the last week's complaints, by newsletter: who complained is counted with the editions that they complained
 * of, against what these handed over. Reads the week's complaints and the ranges of their days alone, so that the number
 * of readers is no matter.
 */
export async function complaintDays(db: DbOrTransaction, now: Date): Promise<ComplaintDay[]> {
  const { rows } = await sql<ComplaintDay>`
    select n.id as newsletter_id, n.slug, n.title, e.local_date::text as day,
      count(distinct b.subscriber_id)::int as complaints,
      count(distinct b.subscriber_id) filter (where b.id > n.complaints_decided)::int as undecided,
      (select coalesce(sum(r.sent), 0)::int from editions same join ranges r on r.edition_id = same.id
        where same.newsletter_id = n.id and same.local_date = e.local_date) as sent,
      n.complaints_held_at as held_at
    from bounces b join editions e on e.id = b.edition_id join newsletters n on n.id = e.newsletter_id
    where b.kind = 'complaint' and b.reason <> all(${[...NO_COMPLAINT]}::text[])
      and b.at > ${now}::timestamptz - ${LOOKED_BACK_DAYS} * interval '1 day'
    group by n.id, e.local_date
    order by n.id, e.local_date`.execute(db);
  return rows;
}

/** Whether so many complaints are more than so many percent of a day's readers. */
export const isAbove = (percent: number, complaints: number, { sent }: { sent: number }): boolean =>
  complaints > (sent * percent) / 100;
