import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { IncomingArticle } from './incoming.ts';
import { isSameSite } from './same-site.ts';

/** An article by one of its sources. */
export type Known = {
  articleId: string;
  /** The address that links to it, in the form that is compared. */
  canonicalUrl: string;
  guid: string | null;
  title: string;
  standfirst: string;
  language: string | null;
  publishedAt: Date;
  /** The source's own address, in that form, and what its page claims. */
  sourceUrl: string;
  claimedUrl: string | null;
  feedId: string | null;
  /** An editor threw the article out. */
  isRemoved: boolean;
};

export type Match =
  | {
      articleId: string;
      by: 'guid' | 'url' | 'canonical' | 'title';
      /** The article reads as the story from now on: its page names it as the original, or it was published anew. */
      isOriginal?: boolean;
    }
  | { translates: string };

const WINDOW = 48 * 3_600_000;
/** Columns that come back every day do so a little earlier or later. */
const MOST_OF_A_DAY = 22 * 3_600_000;
const MIN_WORDS = 4;
// A feed has a story under so many addresses at most.
const MOST_COPIES = 2;

const comparable = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const slug = (address: string) => new URL(address).pathname.split('/').at(-1) ?? '';
const base = (language: string | null) => language?.split('-')[0] ?? null;

/**
 * Whether an id names the same story in another feed, too: an address, a tag or a urn does, a long one
 * does within its site. A short one may only count a feed's items, and says nothing elsewhere; only of
 * translations, which come at the same time, it is believed when it is no mere number.
 */
function namesTheStory(guid: string, one: Known, story: IncomingArticle): boolean {
  if (/^(https?:|urn:|tag:|info:|doi:)/i.test(guid)) return true;
  if (!isSameSite(one.canonicalUrl, story.canonicalUrl)) return false;
  if (guid.length >= 8) return true;
  const apart = Math.abs(one.publishedAt.getTime() - story.publishedAt.getTime());
  return (
    speakDifferently(one.language, story.language) &&
    (apart === 0 || (apart <= WINDOW && !/^\d*$/.test(guid)))
  );
}

const speakDifferently = (a: string | null, b: string | null) =>
  a !== null && b !== null && base(a) !== base(b);

/** Articles by what a copy of them would share. */
export type Neighbours = {
  /** Addresses that say nothing: several entries of the feed have them. */
  shared: Set<string>;
  byAddress: Map<string, Known>;
  byClaim: Map<string, Known[]>;
  byGuid: Map<string, Known[]>;
  byTitle: Map<string, Known[]>;
};

/** Adds an article to those that later stories are compared with. */
export function addNeighbour(around: Neighbours, one: Known): void {
  const { byAddress, byClaim, byGuid, byTitle } = around;
  for (const address of [one.canonicalUrl, one.sourceUrl])
    if (!byAddress.has(address)) byAddress.set(address, one);
  const into = (map: Map<string, Known[]>, key: string) =>
    map.set(key, [...(map.get(key) ?? []), one]);
  if (one.claimedUrl) into(byClaim, one.claimedUrl);
  if (one.guid) into(byGuid, one.guid);
  into(byTitle, comparable(one.title));
}

/** Addresses that entries with ids and headlines of their own share: a ticker's or a status page's. */
function sharedAddresses(document: IncomingArticle[]): Set<string> {
  const byAddress = Map.groupBy(document, ({ canonicalUrl }) => canonicalUrl);
  return new Set(
    [...byAddress].flatMap(([address, entries]) => {
      const ids = new Set(entries.map(({ guid }) => guid));
      const titles = new Set(entries.map(({ title }) => comparable(title)));
      return ids.size > 1 && titles.size > 1 ? [address] : [];
    }),
  );
}

/**
 * The articles that stories could be copies of: same id, same canonical address, or published within two
 * days. Removed articles count, so that what an editor threw out does not come back by another feed.
 * @param document all that stands in the feed with them
 */
export async function lookAround(
  db: DbOrTransaction,
  stories: IncomingArticle[],
  document: IncomingArticle[],
): Promise<Neighbours> {
  const around: Neighbours = {
    shared: sharedAddresses(document),
    byAddress: new Map(),
    byClaim: new Map(),
    byGuid: new Map(),
    byTitle: new Map(),
  };
  if (stories.length === 0) return around;
  const times = stories.map((story) => story.publishedAt.getTime());
  const from = new Date(Math.min(...times) - WINDOW);
  const to = new Date(Math.max(...times) + WINDOW);
  const addresses = stories.flatMap(({ canonicalUrl, claimedUrl }) => [
    canonicalUrl,
    ...(claimedUrl ? [claimedUrl] : []),
  ]);
  // The newest 5,000 of the time in question are enough to compare headlines with.
  const { rows } = await sql<Known>`
    with near as (
      select article_id as id from article_sources
        where guid = any(${stories.map((story) => story.guid)}::text[])
          or canonical_url = any(${addresses}::text[]) or claimed_url = any(${addresses}::text[])
      union select id from articles where canonical_url = any(${addresses}::text[])
      union (select id from articles where published_at between ${from} and ${to}
        order by published_at desc limit 5000)
    )
    select article.id as article_id, article.canonical_url, source.guid, article.title,
      article.standfirst, article.language, article.published_at, source.claimed_url, source.feed_id,
      article.deleted_at is not null as is_removed,
      coalesce(source.canonical_url, article.canonical_url) as source_url
    from near join articles article on article.id = near.id
    left join article_sources source on source.article_id = article.id
    order by article.deleted_at is not null, article.id, source.id`.execute(db);
  for (const row of rows) addNeighbour(around, row);
  return around;
}

/** Addresses that many pages of one feed claim: their template's fault, which says nothing of any story. */
export function emptyClaims(
  feedId: string,
  stories: IncomingArticle[],
  around: Neighbours,
): Set<string> {
  const claims = [
    ...[...around.byClaim.values()].flat(),
    ...stories.map(({ guid, claimedUrl }) => ({ guid, claimedUrl, feedId })),
  ];
  const counted = Map.groupBy(claims, ({ feedId: feed, claimedUrl }) => `${feed} ${claimedUrl}`);
  const empty = [...counted.values()].filter(
    (claiming) => new Set(claiming.map(({ guid }) => guid)).size > MOST_COPIES,
  );
  return new Set(empty.flatMap(([one]) => one?.claimedUrl ?? []));
}

/**
 * The article that a story is a copy of, or translates, among those around it: by its address, its id,
 * what the pages of either say is their address, or its headline.
 */
export function matchOf(story: IncomingArticle, around: Neighbours): Match | null {
  const sameAddress = around.byAddress.get(story.canonicalUrl);
  if (sameAddress && !around.shared.has(story.canonicalUrl))
    return { articleId: sameAddress.articleId, by: 'url' };

  const sameId = around.byGuid
    .get(story.guid)
    ?.find((one) => namesTheStory(story.guid, one, story));
  if (sameId)
    return speakDifferently(sameId.language, story.language)
      ? { translates: sameId.articleId }
      : { articleId: sameId.articleId, by: 'guid' };

  const claimed = matchByClaim(story, around);
  if (claimed) return claimed;

  return matchByTitle(story, around);
}

/**
 * The article with the same headline. A headline alone is not enough (every day has its "Morning briefing"): it must
 * have four words, and the standfirst or the end of the address must be the same, within two days. On one site nothing
 * else need be the same within most of a day: a page that was published anew has another id, address and date, and
 * is read from then on.
 */
function matchByTitle(story: IncomingArticle, { byTitle }: Neighbours): Match | null {
  const title = comparable(story.title);
  if (title.split(' ').length < MIN_WORDS) return null;
  const near = (byTitle.get(title) ?? []).filter(
    (one) =>
      Math.abs(one.publishedAt.getTime() - story.publishedAt.getTime()) <= WINDOW &&
      !speakDifferently(one.language, story.language),
  );
  const standfirst = comparable(story.standfirst);
  const end = slug(story.canonicalUrl);
  const copy = near.find(
    (one) =>
      (standfirst !== '' && comparable(one.standfirst) === standfirst) ||
      (end.length > 8 && slug(one.canonicalUrl) === end),
  );
  if (copy) return { articleId: copy.articleId, by: 'title' };
  const anew = near.find(
    (one) =>
      Math.abs(one.publishedAt.getTime() - story.publishedAt.getTime()) < MOST_OF_A_DAY &&
      isSameSite(one.sourceUrl, story.canonicalUrl),
  );
  return anew
    ? {
        articleId: anew.articleId,
        by: 'title',
        isOriginal: story.publishedAt > anew.publishedAt && !anew.isRemoved,
      }
    : null;
}

/**
 * A page's word for its address can join its own story to the original, and never the other way: a page
 * that names somebody else's address does not get their story's place, whichever came first. Pages that
 * name the same third address are copies of each other where they are of one site.
 */
function matchByClaim(story: IncomingArticle, { byAddress, byClaim }: Neighbours): Match | null {
  const original = story.claimedUrl ? byAddress.get(story.claimedUrl) : undefined;
  const sibling = byClaim
    .get(story.claimedUrl ?? '')
    ?.find((one) => isSameSite(one.sourceUrl, story.canonicalUrl));
  // What an editor threw out takes no story of others with it.
  const copy = byClaim
    .get(story.canonicalUrl)
    ?.find((one) => !one.isRemoved || isSameSite(one.sourceUrl, story.canonicalUrl));
  const found = original ?? sibling ?? copy;
  if (!found) return null;
  if (speakDifferently(found.language, story.language)) return { translates: found.articleId };
  return { articleId: found.articleId, by: 'canonical', isOriginal: found === copy };
}
