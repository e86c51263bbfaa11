import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { FeedNotFound, FeedTaken, InvalidFeed } from '../articles/errors.ts';
import { noSection, sectionsOf } from '../articles/sections.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Database } from '../database/tables.ts';
import { fieldErrors } from '../newsletters/field-errors.ts';
import { readId } from '../text/id.ts';
import { causeInWords, type FeedCause } from './causes.ts';
import { splitCredentials } from './credentials.ts';

/** A feed as the API shows it. */
export interface Feed {
  id: string;
  newsletter: string;
  url: string;
  title: string | null;
  section: string | null;
  /** Whether it is read with a name and password, which nobody is shown. */
  hasPassword: boolean;
  state: Selectable<Database['feeds']>['state'];
  lastFetchedAt: Date | null;
  /** Null while nobody is going to: off or gone. */
  nextFetchAt: Date | null;
  /** Why it could not be read last; null: it could. */
  lastCause: FeedCause | null;
  /** The same in English words. */
  lastError: string | null;
  /** How many articles came from it. */
  articles: number;
  /** How many of them have a date to come and wait for it, and when the next of these comes. */
  waiting: number;
  nextArticleAt: Date | null;
}

function hasReadablePassword(address: string): boolean {
  if (!URL.canParse(address)) return true; // said already
  try {
    splitCredentials(address);
    return true;
  } catch {
    return false;
  }
}

const url = z
  .string()
  .trim()
  .refine((address) => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol), {
    message: 'must be a web address that starts with https:// or http://',
  })
  .refine((address) => address.length <= 2000, 'is longer than 2,000 characters')
  .refine(hasReadablePassword, {
    message: 'has a % in its name or password that begins no escape: write %25 for it',
  })
  .transform((address) => {
    const parsed = new URL(address);
    parsed.hash = '';
    return parsed.href;
  });

const section = z.string().max(100).nullish();

/** What a new feed is made of. */
export const newFeed = z.strictObject({ newsletter: z.string().max(100), url, section });

/** What of a feed can be changed. */
export const feedChanges = z.strictObject({
  url: url.optional(),
  section,
  state: z.enum(['active', 'off'], 'must be active or off').optional(),
  /** Forgets the name and password. */
  hasPassword: z.literal(false, 'false forgets them; a new one comes in the address').optional(),
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
 * Adds a feed `{newsletter, url, section}`. Name and password in the address are kept apart from it. For half a minute it is left to the caller to fetch it
 * at once. Throws InvalidFeed, NewsletterNotFound, FeedTaken.
 */
export async function addFeed(tx: DbOrTransaction, input: unknown, now: Date): Promise<Feed> {
  const wanted = checked(newFeed, input);
  const address = splitCredentials(wanted.url);
  const made = await tx
    .insertInto('feeds')
    .values({
      ...(await sectionId(tx, wanted.newsletter, wanted.section)),
      ...address,
      nextFetchAt: new Date(now.getTime() + 30_000),
    })
    .onConflict((oc) => oc.columns(['newsletterId', 'url']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) {
    const other = await readerOf(tx, address.url, wanted.newsletter);
    throw new FeedTaken(other?.id ?? '', address.url, wanted.newsletter);
  }
  return getFeed(tx, made.id);
}

/** The feed of the newsletter that reads the address. */
const readerOf = (tx: DbOrTransaction, url: string, newsletter: string) =>
  tx
    .selectFrom('feeds')
    .innerJoin('newsletters', 'newsletters.id', 'feeds.newsletterId')
    .select('feeds.id')
    .where('newsletters.slug', '=', newsletter)
    .where('url', '=', url)
    .executeTakeFirst();

/** One feed. Throws FeedNotFound. */
export async function getFeed(db: DbOrTransaction, id: string): Promise<Feed> {
  const [feed] = readId(id) ? await feeds(db, sql`feed.id = ${id}`, 1) : [];
  if (!feed) throw new FeedNotFound(id);
  return feed;
}

/** Feeds in the order they were added. `after` is the `next` of the page before. */
export async function listFeeds(
  db: DbOrTransaction,
  page: {
    newsletter?: string | undefined;
    scope?: Scope;
    limit: number;
    after?: string | undefined;
  },
): Promise<{ data: Feed[]; next: string | null }> {
  const where = sql`(${page.newsletter ?? null}::text is null or newsletter.slug = ${page.newsletter ?? null})
    and ${within(page.scope ?? null, 'feed.newsletter_id')} and feed.id > ${page.after ?? '0'}`;
  const rows = await feeds(db, where, page.limit + 1);
  const data = rows.slice(0, page.limit);
  return { data, next: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null };
}

async function feeds(db: DbOrTransaction, where: ReturnType<typeof sql>, limit: number) {
  const { rows } = await sql<Omit<Feed, 'lastError'>>`
    select feed.id, newsletter.slug as newsletter, feed.url, feed.title, section.slug as section,
      feed.credentials is not null as has_password, feed.state, feed.last_fetched_at, feed.last_cause,
      case when feed.state = 'active' then feed.next_fetch_at end as next_fetch_at,
      (select count(distinct article_id)::int from article_sources where feed_id = feed.id) as articles,
      ahead.waiting, ahead.next_article_at
    from feeds feed
    join newsletters newsletter on newsletter.id = feed.newsletter_id
    left join sections section on section.id = feed.section_id
    cross join lateral (
      select count(*)::int as waiting, min(published_at) as next_article_at from articles
      where published_at > now() and deleted_at is null
        and id in (select article_id from article_sources where feed_id = feed.id)) ahead
    where ${where} order by feed.id limit ${limit}`.execute(db);
  return rows.map(
    (row): Feed => ({ ...row, lastError: row.lastCause && causeInWords(row.lastCause) }),
  );
}

/**
 * Changes a feed's address, section or state; what is not named stays. Another address is read from its
 * beginning, without the password unless it is of the same site or brings one; a feed that is turned on again is read soon. Throws InvalidFeed, FeedNotFound, FeedTaken.
 */
export async function updateFeed(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
): Promise<Feed> {
  const wanted = checked(feedChanges, input);
  const before = await getFeed(tx, id);
  const { url: address, credentials } = wanted.url
    ? splitCredentials(wanted.url)
    : { url: before.url, credentials: null };
  const isMoved = address !== before.url;
  const keepsPassword = new URL(address).origin === new URL(before.url).origin;
  const changes = {
    ...(wanted.section === undefined
      ? {}
      : { sectionId: (await sectionId(tx, before.newsletter, wanted.section)).sectionId }),
    ...(credentials !== null || !keepsPassword || wanted.hasPassword === false
      ? { credentials, nextFetchAt: now, failures: 0, failingSince: null }
      : {}),
    ...(!isMoved
      ? {}
      : {
          url: address,
          etag: null,
          lastModified: null,
          nextFetchAt: now,
          failures: 0,
          failingSince: null,
          hubUrl: null,
          hubTopic: null,
          hubSecret: null,
          hubLeaseUntil: null,
        }),
    ...(wanted.state === undefined || wanted.state === before.state
      ? {}
      : {
          state: wanted.state,
          nextFetchAt: now,
          failures: 0,
          failingSince: null,
          lastCause: null,
        }),
  };
  if (Object.keys(changes).length === 0) return before;
  if (isMoved) {
    const other = await readerOf(tx, address, before.newsletter);
    if (other) throw new FeedTaken(other.id, address, before.newsletter);
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

/** The id of the newsletter that a feed is of; undefined where there is no such feed. */
export async function newsletterOfFeed(
  db: DbOrTransaction,
  id: string,
): Promise<string | undefined> {
  if (!readId(id)) return undefined;
  const found = await db
    .selectFrom('feeds')
    .select('newsletterId')
    .where('id', '=', id)
    .executeTakeFirst();
  return found?.newsletterId;
}

/** How many feeds of a newsletter bring articles for these sections. */
export async function countFeedsOf(
  db: DbOrTransaction,
  newsletterId: string,
  sections: string[],
): Promise<number> {
  const { count } = await db
    .selectFrom('feeds')
    .innerJoin('sections', 'sections.id', 'feeds.sectionId')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('feeds.newsletterId', '=', newsletterId)
    .where('sections.slug', 'in', sections)
    .executeTakeFirstOrThrow();
  return Number(count);
}
