import { sql } from 'kysely';
import { withdrawnAt } from '../articles/withdrawn.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Notice } from '../text/notice.ts';

/**
 * What somebody should know before editions that have not started go out, by edition: articles that the newsletter has
 * sent within the week, and articles that their feeds have withdrawn. A weekly looks back on the dailies, and is held
 * against weeklies alone.
 */
export async function warningsOf(
  db: DbOrTransaction,
  ids: string[],
): Promise<Map<string, Notice[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    id: string;
    code: 'broughtBefore' | 'withdrawn';
    count: number;
    number: number;
    date: string;
    title: string;
  }>`
    with listed as (
      select e.id, e.newsletter_id, e.kind, l.position, coalesce(l.title, a.title) as title,
        coalesce(a.story_id, a.id) as story, ${withdrawnAt('a.id')} as withdrawn_at
      from editions e join edition_articles l on l.edition_id = e.id and not l.dropped
        join articles a on a.id = l.article_id
      where e.id = any(${ids}::bigint[]) and e.state in ('draft', 'scheduled')),
    recent as (
      select o.newsletter_id, o.kind, o.number, o.local_date, coalesce(a.story_id, a.id) as story, o.id
      from editions o join edition_articles used on used.edition_id = o.id and not used.dropped
        join articles a on a.id = used.article_id
      where o.newsletter_id in (select newsletter_id from listed) and o.state <> 'cancelled'
        and o.frozen_at > now() - interval '7 days')
    select listed.id, 'broughtBefore' as code, count(distinct listed.story)::int as count, recent.number,
      recent.local_date::text as date, (array_agg(listed.title order by listed.position))[1] as title
    from listed join recent on recent.newsletter_id = listed.newsletter_id and recent.story = listed.story
      and (listed.kind <> 'weekly' or recent.kind = 'weekly')
    group by listed.id, recent.id, recent.number, recent.local_date
    union all
    select id, 'withdrawn', count(*)::int, 0, '', (array_agg(title order by position))[1]
    from listed where withdrawn_at is not null group by id
    order by code, number desc`.execute(db);
  return Map.groupBy(
    rows.map(({ id, code, ...values }) => ({ id, code, values })),
    ({ id }) => id,
  );
}
