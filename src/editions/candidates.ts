import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Kind } from '../database/tables.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';

const HOUR = 3_600_000;
const LOOK_BACK: Record<Kind, number> = {
  daily: 24 * HOUR,
  special: 24 * HOUR,
  weekly: 168 * HOUR,
};

/** The most stories of an edition whose newsletter has no sections. */
const WITHOUT_SECTIONS = 20;

/** An article that may go into an edition. */
export interface Candidate {
  id: string;
  story: string;
  section: string | null;
  publishedAt: Date;
}

/**
 * The articles that came since the last edition of that kind, best first: a daily or special newest
 * first; a weekly first those that editors pinned or led a daily with, then those that several sources
 * brought, then the newest. What came too late for one edition is in the next. A special has nothing that
 * an edition of another kind has had. The first edition looks back 24 h, the first weekly 7 days.
 * @param until an article counts only if it was published by then; one with a date to come waits for it
 * @param composedAt from when a first edition looks back; a draft keeps it, so that nothing ages out of it
 * @param own the draft that they are for, if it is there
 */
export async function candidates(
  db: DbOrTransaction,
  newsletter: Newsletter,
  kind: Kind,
  until: Date,
  composedAt: Date,
  own?: string,
): Promise<Candidate[]> {
  const last = await db
    .selectFrom('editions')
    .select((eb) => eb.fn.max('frozenAt').as('frozenAt'))
    .where('newsletterId', '=', newsletter.id)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  const back = LOOK_BACK[kind];
  const since = (last.frozenAt ?? (composedAt < until ? composedAt : until)).getTime() - back;
  // An article whose transaction was open at the freeze carries an earlier time than it was visible from.
  const seenSince = last.frozenAt ? new Date(last.frozenAt.getTime() - HOUR / 6) : new Date(0);
  const { rows } = await sql<Candidate & { sources: string; led: boolean }>`
    select article.id, coalesce(article.story_id, article.id)::text as story,
      section.slug as section, article.published_at,
      source.sources, ${kind === 'weekly' ? led(newsletter.id, new Date(since)) : sql`false`} as led
    from articles article
    join lateral (
      select min(seen_at) as first_seen, count(*) as sources,
        (array_agg(section_id order by id) filter (where section_id is not null))[1] as section_id
      from article_sources
      where article_id = article.id and newsletter_id = ${newsletter.id}
    ) source on source.first_seen is not null
      and greatest(source.first_seen, article.published_at) > ${seenSince}
    left join sections section
      on section.id = source.section_id and section.newsletter_id = ${newsletter.id}
    where article.published_at > ${new Date(since)} and article.deleted_at is null
      and article.published_at <= ${until}
      and not exists (
        select from edition_articles used
        join editions edition on edition.id = used.edition_id
        join articles version on version.id = used.article_id
        where edition.newsletter_id = ${newsletter.id} and edition.id is distinct from ${own ?? null}
          and ${takenBy(kind, new Date(since - back))}
          and coalesce(version.story_id, version.id) = coalesce(article.story_id, article.id))
    order by ${kind === 'weekly' ? sql`led desc, source.sources desc,` : sql``}
      article.published_at desc, article.id desc
    limit 2000`.execute(db);
  return rows.map(({ id, story, section, publishedAt }) => ({ id, story, section, publishedAt }));
}

// A special brings again neither what another kind has sent, nor what an editor threw out of any edition. A weekly
// looks back on what the dailies brought. What a restore holds may have been sent, also where somebody cancels it for
// that.
const takenBy = (kind: Kind, after: Date) =>
  kind === 'special'
    ? sql`(${mayBeSent(after)} or used.dropped and edition.created_at > ${after})`
    : sql`edition.kind = ${kind} and ${mayBeSent(after)}`;

const mayBeSent = (after: Date) => sql`
  (edition.frozen_at > ${after} or edition.held_by = 'restore' and edition.created_at > ${after})`;

const led = (newsletterId: string, since: Date) => sql`exists (
  select from edition_articles used join editions daily on daily.id = used.edition_id
  where daily.newsletter_id = ${newsletterId} and daily.kind = 'daily' and daily.frozen_at > ${since}
    and used.article_id = article.id and not used.dropped and (used.pinned or used.position = 0))`;

/**
 * Puts candidates in the order of an edition: by section, as many stories of each as its limit says.
 * An article without a section comes in the newsletter's first. Translations stand beside each other
 * and count as one.
 */
export function arrange(
  found: Candidate[],
  sections: { slug: string; articleLimit: number }[],
): { id: string; section: string | null }[] {
  const stories = [...Map.groupBy(found, (candidate) => candidate.story).values()];
  const [first] = sections;
  const sectionOf = (versions: Candidate[]) =>
    sections.find(({ slug }) => versions.some(({ section }) => section === slug)) ?? first;
  const limits = first ? sections : [{ slug: null, articleLimit: WITHOUT_SECTIONS }];
  return limits.flatMap(({ slug, articleLimit }) =>
    stories
      .filter((versions) => (sectionOf(versions)?.slug ?? null) === slug)
      .slice(0, articleLimit)
      .flatMap((versions) => versions.map(({ id }) => ({ id, section: slug }))),
  );
}
