import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { FeedNotFound, FeedTaken, InvalidFeed } from '../articles/errors.ts';
import { noSection, sectionsOf } from '../articles/sections.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { fieldErrors } from '../newsletters/field-errors.ts';

/** A feed as the API shows it. */
export interface Feed {
  id: string;
  newsletter: string;
  url: string;
  title: string | null;
  section: string | null;
  state: Selectable<Database['feeds']>['state'];
  lastFetchedAt: Date | null;
  /** Null while nobody is going to: off or gone. */
  nextFetchAt: Date | null;
  lastError: string | null;
  /** How many articles came from it. */
  articles: number;
}

const url = z
  .string()
  .trim()
  .refine((address) => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol), {
    message: 'must be a web address that starts with https:// or http://',
  })
  .transform((address) => {
    const parsed = new URL(address);
    parsed.hash = '';
    return parsed.href;
  })
  .pipe(z.string().max(2000, 'is longer than 2,000 characters'));

const section = z.string().max(100).nullish();

/** What a new feed is made of. */
export const newFeed = z.strictObject({ newsletter: z.string().max(100), url, section });

/** What of a feed can be changed. */
export const feedChanges = z.strictObject({
  url: url.optional(),
  section,
  state: z.enum(['active', 'off'], 'must be active or off').optional(),
});

function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidFeed(fieldErrors(result.error));
}

async function sectionId(
  tx: DbOrTransaction,
  newsletter: string,
  slug: string | null | undefined,
): Promise<{ newsletterId: string; sectionId: string | null }> {
  const known = await sectionsOf(tx, newsletter);
  if (!slug) return { newsletterId: known.id, sectionId: null };
  const found = known.sections.find((one) => one.slug === slug);
  if (!found) throw new InvalidFeed([noSection(slug, known)]);
  return { newsletterId: known.id, sectionId: found.id };
}

/**
 * Adds a feed `{newsletter, url, section}`. For half a minute it is left to whoever added it to fetch it
 * at once. Throws InvalidFeed, NewsletterNotFound, FeedTaken.
 */
export async function addFeed(tx: DbOrTransaction, input: unknown, now: Date): Promise<Feed> {
  const wanted = checked(newFeed, input);
  const made = await tx
    .insertInto('feeds')
    .values({
      ...(await sectionId(tx, wanted.newsletter, wanted.section)),
      url: wanted.url,
      nextFetchAt: new Date(now.getTime() + 30_000),
    })
    .onConflict((oc) => oc.columns(['newsletterId', 'url']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) throw new FeedTaken(wanted.url, wanted.newsletter);
  return getFeed(tx, made.id);
}

/** One feed. Throws FeedNotFound. */
export async function getFeed(db: DbOrTransaction, id: string): Promise<Feed> {
  const [feed] = /^\d{1,18}$/.test(id) ? await feeds(db, sql`feed.id = ${id}`, 1) : [];
  if (!feed) throw new FeedNotFound(id);
  return feed;
}

/** Feeds in the order they were added. `after` is the `next` of the page before. */
export async function listFeeds(
  db: DbOrTransaction,
  page: { newsletter?: string | undefined; limit: number; after?: string | undefined },
): Promise<{ data: Feed[]; next: string | null }> {
  const where = sql`(${page.newsletter ?? null}::text is null or newsletter.slug = ${page.newsletter ?? null})
    and feed.id > ${page.after ?? '0'}`;
  const rows = await feeds(db, where, page.limit + 1);
  const data = rows.slice(0, page.limit);
  return { data, next: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null };
}

async function feeds(db: DbOrTransaction, where: ReturnType<typeof sql>, limit: number) {
  const { rows } = await sql<Feed>`
    select feed.id, newsletter.slug as newsletter, feed.url, feed.title, section.slug as section,
      feed.state, feed.last_fetched_at, feed.last_error,
      case when feed.state = 'active' then feed.next_fetch_at end as next_fetch_at,
      (select count(distinct article_id)::int from article_sources where feed_id = feed.id) as articles
    from feeds feed
    join newsletters newsletter on newsletter.id = feed.newsletter_id
    left join sections section on section.id = feed.section_id
    where ${where} order by feed.id limit ${limit}`.execute(db);
  return rows;
}

/**
 * Changes a feed's address, section or state; what is not named stays. Another address is read from its
 * beginning; a feed that is turned on again is read soon. Throws InvalidFeed, FeedNotFound, FeedTaken.
 */
export async function updateFeed(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
): Promise<Feed> {
  const wanted = checked(feedChanges, input);
  const before = await getFeed(tx, id);
  const changes = {
    ...(wanted.section === undefined
      ? {}
      : { sectionId: (await sectionId(tx, before.newsletter, wanted.section)).sectionId }),
    ...(wanted.url === undefined || wanted.url === before.url
      ? {}
      : {
          url: wanted.url,
          etag: null,
          lastModified: null,
          nextFetchAt: now,
          failures: 0,
          hubUrl: null,
          hubTopic: null,
          hubSecret: null,
          hubLeaseUntil: null,
        }),
    ...(wanted.state === undefined || wanted.state === before.state
      ? {}
      : { state: wanted.state, nextFetchAt: now, failures: 0, lastError: null }),
  };
  if (Object.keys(changes).length === 0) return before;
  if (wanted.url !== undefined && wanted.url !== before.url) {
    const other = await tx
      .selectFrom('feeds')
      .innerJoin('newsletters', 'newsletters.id', 'feeds.newsletterId')
      .select('feeds.id')
      .where('newsletters.slug', '=', before.newsletter)
      .where('url', '=', wanted.url)
      .executeTakeFirst();
    if (other) throw new FeedTaken(wanted.url, before.newsletter);
  }
  await tx.updateTable('feeds').set(changes).where('id', '=', id).execute();
  return getFeed(tx, id);
}

/** Stops reading a feed for good. Its articles stay. Throws FeedNotFound. */
export async function removeFeed(tx: DbOrTransaction, id: string): Promise<Feed> {
  const feed = await getFeed(tx, id);
  await tx.deleteFrom('feeds').where('id', '=', id).execute();
  return feed;
}
