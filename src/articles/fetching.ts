import { setTimeout as wait } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { FeedBusy, FeedNotFound } from './article-errors.ts';
import { FeedError, FeedRefused } from './feed-errors.ts';
import { storiesOf } from './feed-stories.ts';
import { type Fetched, fetchFeed } from './fetch-feed.ts';
import { nextFetchAt } from './fetch-schedule.ts';
import { completePictures } from './page-picture.ts';
import type { ParsedFeed, ParsedItem } from './parsed-feed.ts';
import { readFeed } from './read-feed.ts';
import { knownGuids, type Stored, storeStories } from './storing.ts';

export type FetchDependencies = {
  allowPrivate: boolean;
  now(): Date;
  signal?: AbortSignal;
};

type FeedRow = Selectable<Database['feeds']>;

// Longer than a fetch with its pictures may take; a claim that is older belongs to a dead worker.
const CLAIM_MS = 120_000;
const PATIENCE_MS = 40_000;

/** Ids of the feeds that are due and that nobody is reading, the longest due first. */
export async function dueFeeds(db: DbOrTransaction, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('feeds')
    .select('id')
    .where('state', '=', 'active')
    .where('nextFetchAt', '<=', now)
    .where((eb) => eb.or([eb('claimedUntil', 'is', null), eb('claimedUntil', '<', now)]))
    .orderBy('nextFetchAt')
    .limit(1000)
    .execute();
  return rows.map((row) => row.id);
}

async function claim(db: Db, id: string, now: Date, onlyIfDue: boolean) {
  let query = db
    .updateTable('feeds')
    .set({ claimedUntil: new Date(now.getTime() + CLAIM_MS) })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('claimedUntil', 'is', null), eb('claimedUntil', '<', now)]));
  if (onlyIfDue) query = query.where('state', '=', 'active').where('nextFetchAt', '<=', now);
  return query.returningAll().executeTakeFirst();
}

/**
 * Reads a feed if it is due and nobody else is reading it; undefined if not. What goes wrong with the
 * feed is written down in it, with the time of the next try, and not thrown.
 */
export async function fetchDueFeed(
  db: Db,
  feedId: string,
  dependencies: FetchDependencies,
): Promise<Stored | undefined> {
  const feed = await claim(db, feedId, dependencies.now(), true);
  if (!feed) return undefined;
  try {
    return await readAndStore(db, feed, dependencies);
  } catch (error) {
    if (error instanceof FeedError) return undefined;
    throw error;
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
  const id = /^\d{1,18}$/.test(feedId) ? feedId : '0';
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const feed = await claim(db, id, dependencies.now(), false);
    if (feed) return readAndStore(db, feed, dependencies);
    const there = await db.selectFrom('feeds').select('id').where('id', '=', id).executeTakeFirst();
    if (!there) throw new FeedNotFound(feedId);
    if (performance.now() > giveUp) throw new FeedBusy(feedId);
    await wait(100, undefined, signal ? { signal } : {});
  }
}

const NOTHING: Stored = { added: 0, updated: 0, unchanged: 0, joined: 0 };

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
      ...access,
    });
    if (answer.status === 'gone')
      throw new FeedRefused('This feed is gone for good (410): it is not read any more.', 410);
    if (answer.status === 'unchanged') {
      await succeeded(db, feed, answer, undefined, now());
      return NOTHING;
    }
    const parsed = readFeed(answer.body, { contentType: answer.contentType, url: answer.finalUrl });
    const known = await knownGuids(
      db,
      feed.id,
      parsed.items.map((item) => item.id),
    );
    const isChanged = ({ id, image }: ParsedItem) =>
      image !== null && known.has(id) && known.get(id)?.imageUrl !== image.url;
    await completePictures(
      {
        fresh: parsed.items.filter((item) => !known.has(item.id)),
        changed: parsed.items.filter(isChanged),
      },
      access,
    );
    return await db.transaction().execute(async (tx) => {
      const stored = await storeStories(tx, feed, storiesOf(parsed.items, now()));
      await succeeded(tx, feed, answer, parsed, now());
      return stored;
    });
  } catch (error) {
    await failed(db, feed, error, now());
    throw error;
  }
}

/** Ours to write only while the claim is ours. */
const ours = (db: DbOrTransaction, feed: FeedRow) =>
  db.updateTable('feeds').where('id', '=', feed.id).where('claimedUntil', '=', feed.claimedUntil);

async function succeeded(
  tx: DbOrTransaction,
  feed: FeedRow,
  answer: Fetched,
  parsed: ParsedFeed | undefined,
  now: Date,
): Promise<void> {
  const { etag, lastModified, cacheSeconds, retryAfterSeconds, movedTo } = answer;
  const hub = (answer.status === 'fetched' ? answer.hub : null) ?? parsed?.hub;
  const topic = (answer.status === 'fetched' ? answer.self : null) ?? parsed?.self;
  await ours(tx, feed)
    .set({
      etag,
      lastModified,
      lastFetchedAt: now,
      nextFetchAt: nextFetchAt({
        now,
        failures: 0,
        cacheSeconds,
        retryAfterSeconds,
        random: Math.random(),
      }),
      lastError: null,
      failures: 0,
      claimedUntil: null,
      ...(feed.state === 'gone' ? { state: 'active' as const } : {}),
      ...(parsed ? { title: parsed.title, hubUrl: hub ?? null, hubTopic: topic ?? null } : {}),
      ...(movedTo && (await isFree(tx, feed, movedTo)) ? { url: movedTo } : {}),
    })
    .execute();
}

/** Another feed of the newsletter may have that address already: then this one keeps its own. */
async function isFree(tx: DbOrTransaction, feed: FeedRow, url: string): Promise<boolean> {
  if (url.length > 2000) return false;
  const other = await tx
    .selectFrom('feeds')
    .select('id')
    .where('newsletterId', '=', feed.newsletterId)
    .where('url', '=', url)
    .executeTakeFirst();
  return !other;
}

async function failed(db: Db, feed: FeedRow, error: unknown, now: Date): Promise<void> {
  const failures = feed.failures + 1;
  const named = error instanceof FeedError;
  const gone = error instanceof FeedRefused && error.status === 410;
  // Stopped from outside, or a fault of ours: the feed did nothing wrong and is read again soon.
  if (!named) {
    await ours(db, feed).set({ claimedUntil: null }).execute();
    return;
  }
  await ours(db, feed)
    .set({
      lastFetchedAt: now,
      lastError: error.message,
      failures,
      claimedUntil: null,
      nextFetchAt: nextFetchAt({
        now,
        failures,
        retryAfterSeconds: error instanceof FeedRefused ? error.retryAfterSeconds : null,
        random: Math.random(),
      }),
      ...(gone ? { state: 'gone' as const } : {}),
    })
    .execute();
}
