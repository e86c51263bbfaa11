import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { FeedStory } from './feed-stories.ts';

export type Known = {
  articleId: string;
  guid: string | null;
  title: string;
  standfirst: string;
  canonicalUrl: string;
  language: string | null;
  publishedAt: Date;
};

export type Match = { articleId: string; by: 'guid' | 'url' | 'title' } | { translates: string };

const WINDOW = 48 * 3_600_000;
const MIN_WORDS = 4;

const comparable = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const host = (address: string) => new URL(address).host;
const slug = (address: string) => new URL(address).pathname.split('/').at(-1) ?? '';
const base = (language: string | null) => language?.split('-')[0] ?? null;

/**
 * Whether an id names the same story in another feed, too: an address, a tag or a urn does, a long one
 * does within its host. A short one may only count a feed's items, and says nothing elsewhere.
 */
const namesTheStory = (guid: string, one: Known, story: FeedStory) =>
  /^(https?:|urn:|tag:|info:|doi:)/i.test(guid) ||
  (guid.length >= 8 && host(one.canonicalUrl) === host(story.canonicalUrl));

const speakDifferently = (a: string | null, b: string | null) =>
  a !== null && b !== null && base(a) !== base(b);

/** Articles by what a copy of them would share. */
export type Neighbours = {
  byAddress: Map<string, Known>;
  byGuid: Map<string, Known[]>;
  byTitle: Map<string, Known[]>;
};

/** Adds an article to those that later stories are compared with. */
export function addNeighbour({ byAddress, byGuid, byTitle }: Neighbours, one: Known): void {
  if (!byAddress.has(one.canonicalUrl)) byAddress.set(one.canonicalUrl, one);
  const into = (map: Map<string, Known[]>, key: string) =>
    map.set(key, [...(map.get(key) ?? []), one]);
  if (one.guid) into(byGuid, one.guid);
  into(byTitle, comparable(one.title));
}

/**
 * The articles that stories could be copies of: same id, same canonical address, or published within two
 * days. Removed articles count, so that what an editor threw out does not come back by another feed.
 */
export async function lookAround(db: DbOrTransaction, stories: FeedStory[]): Promise<Neighbours> {
  const around: Neighbours = { byAddress: new Map(), byGuid: new Map(), byTitle: new Map() };
  if (stories.length === 0) return around;
  const times = stories.map((story) => story.publishedAt.getTime());
  const from = new Date(Math.min(...times) - WINDOW);
  const to = new Date(Math.max(...times) + WINDOW);
  // The newest 5,000 of the time in question are enough to compare headlines with.
  const { rows } = await sql<Known>`
    with near as (
      select article_id as id from article_sources
        where guid = any(${stories.map((story) => story.guid)}::text[])
      union select id from articles
        where canonical_url = any(${stories.map((story) => story.canonicalUrl)}::text[])
      union (select id from articles where published_at between ${from} and ${to}
        order by published_at desc limit 5000)
    )
    select article.id as article_id, source.guid, article.title, article.standfirst,
      article.canonical_url, article.language, article.published_at
    from near join articles article on article.id = near.id
    left join article_sources source on source.article_id = article.id
    order by article.id, source.id`.execute(db);
  for (const row of rows) addNeighbour(around, row);
  return around;
}

/**
 * The article that a story is a copy of, or translates, among those around it: by its address, its id, or
 * its headline. A headline alone is not enough (every day has its "Morning briefing"): it must have four
 * words, and the standfirst or the end of the address must be the same, within two days.
 */
export function matchOf(story: FeedStory, around: Neighbours): Match | null {
  const sameAddress = around.byAddress.get(story.canonicalUrl);
  if (sameAddress) return { articleId: sameAddress.articleId, by: 'url' };

  const sameId = around.byGuid
    .get(story.guid)
    ?.find((one) => namesTheStory(story.guid, one, story));
  if (sameId)
    return speakDifferently(sameId.language, story.language)
      ? { translates: sameId.articleId }
      : { articleId: sameId.articleId, by: 'guid' };

  const title = comparable(story.title);
  if (title.split(' ').length < MIN_WORDS) return null;
  const standfirst = comparable(story.standfirst);
  const end = slug(story.canonicalUrl);
  const sameTitle = around.byTitle
    .get(title)
    ?.find(
      (one) =>
        Math.abs(one.publishedAt.getTime() - story.publishedAt.getTime()) <= WINDOW &&
        !speakDifferently(one.language, story.language) &&
        ((standfirst !== '' && comparable(one.standfirst) === standfirst) ||
          (end.length > 8 && slug(one.canonicalUrl) === end)),
    );
  return sameTitle ? { articleId: sameTitle.articleId, by: 'title' } : null;
}
