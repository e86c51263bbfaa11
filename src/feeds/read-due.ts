import { setTimeout as wait } from 'node:timers/promises';
import { lookAround, matchOf } from '../articles/duplicates.ts';
import { FeedBusy, FeedNotFound } from '../articles/errors.ts';
import type { IncomingArticle } from '../articles/incoming.ts';
import { knownGuids, type Stored, storeIncoming } from '../articles/store.ts';
import { noteWithdrawn } from '../articles/withdrawn.ts';
import type { Db } from '../database/connection.ts';
import { readId } from '../text/id.ts';
import { claimFeed, type FeedRow, feedFailed, feedRead } from './claims.ts';
import { completeFromPages } from './complete-from-pages.ts';
import { FeedError, FeedRefused } from './errors.ts';
import { fetchFeed } from './http/fetch-feed.ts';
import { readFeed } from './parse/parse-feed.ts';
import { toArticles } from './to-articles.ts';

export type FetchDependencies = {
  allowPrivate: boolean;
  now(): Date;
  signal?: AbortSignal;
};

const PATIENCE_MS = 40_000;

/**
 * Reads a feed if it is due and nobody else is reading it; undefined if not. What goes wrong with the
 * feed is written down in it, with the time of the next try, and not thrown but told to `onFailure`.
 */
export async function fetchDueFeed(
  db: Db,
  feedId: string,
  dependencies: FetchDependencies & { onFailure?(error: FeedError): void },
): Promise<Stored | undefined> {
  const feed = await claimFeed(db, feedId, dependencies.now(), true);
  if (!feed) return undefined;
  try {
    return await readAndStore(db, feed, dependencies);
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    dependencies.onFailure?.(error);
    return undefined;
  }
}

/**
 * Reads a feed at once, due or not, and answers when what it brought is stored. Waits for a worker that
 * is reading it. Throws FeedNotFound, FeedBusy, and the errors of feed-errors.ts, which are written down
 * in the feed all the same.
 */
export async function fetchFeedNow(
  db: Db,
  feedId: string,
  dependencies: FetchDependencies,
): Promise<Stored> {
  const { signal } = dependencies;
  const id = readId(feedId) ?? '0';
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const feed = await claimFeed(db, id, dependencies.now(), false);
    if (feed) return readAndStore(db, feed, dependencies);
    const there = await db.selectFrom('feeds').select('id').where('id', '=', id).executeTakeFirst();
    if (!there) throw new FeedNotFound(feedId);
    if (performance.now() > giveUp) throw new FeedBusy(feedId);
    await wait(100, undefined, signal ? { signal } : {});
  }
}

/** What a feed that has not changed brings: all that it ever brought, as it was. */
async function nothingNew(db: Db, feed: FeedRow): Promise<Stored> {
  const { number } = await db
    .selectFrom('articleSources')
    .select((eb) => eb.fn.countAll<string>().as('number'))
    .where('feedId', '=', feed.id)
    .executeTakeFirstOrThrow();
  return { added: 0, updated: 0, unchanged: Number(number), joined: 0 };
}

async function readAndStore(
  db: Db,
  feed: FeedRow,
  { allowPrivate, now, signal }: FetchDependencies,
): Promise<Stored> {
  const access = { allowPrivate, ...(signal ? { signal } : {}) };
  try {
    const answer = await fetchFeed(feed.url, {
      etag: feed.etag,
      lastModified: feed.lastModified,
      credentials: feed.credentials,
      ...access,
    });
    if (answer.status === 'gone') throw new FeedRefused('gone', {}, 410);
    if (answer.status === 'unchanged') {
      await feedRead(db, feed, answer, undefined, now());
      return nothingNew(db, feed);
    }
    const parsed = readFeed(answer.body, { contentType: answer.contentType, url: answer.finalUrl });
    const stories = toArticles(parsed.items, now());
    await completeFromPages(await incomplete(db, feed, stories), access);
    return await db.transaction().execute(async (tx) => {
      const stored = await storeIncoming(tx, feed, stories);
      await noteWithdrawn(
        tx,
        feed.id,
        parsed.items.map(({ id }) => id),
      );
      await feedRead(tx, feed, answer, parsed, now());
      return stored;
    });
  } catch (error) {
    await feedFailed(db, feed, error, now());
    throw error;
  }
}

/**
 * The stories whose page or picture has to be asked for. Not what is a copy of an article already: it
 * reads as that one.
 */
async function incomplete(
  db: Db,
  feed: FeedRow,
  stories: IncomingArticle[],
): Promise<{ fresh: IncomingArticle[]; changed: IncomingArticle[] }> {
  const guids = stories.map((story) => story.guid);
  const known = await knownGuids(db, feed.id, guids);
  const unknown = stories.filter(({ guid }) => !known.has(guid));
  const around = await lookAround(db, unknown, stories);
  const isCopy = (story: IncomingArticle) => {
    const match = matchOf(story, around);
    return match !== null && 'articleId' in match && !match.isOriginal;
  };
  return {
    fresh: unknown.filter((story) => !isCopy(story)),
    changed: stories.filter(
      ({ guid, image }) =>
        image !== null && known.has(guid) && known.get(guid)?.imageUrl !== image.url,
    ),
  };
}
