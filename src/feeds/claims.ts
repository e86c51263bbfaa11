import { type Selectable, sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { FeedAway, FeedError, FeedRefused } from './errors.ts';
import type { Fetched } from './http/fetch-feed.ts';
import type { ParsedFeed } from './parse/parsed-feed.ts';
import { nextFetchAt } from './schedule.ts';

export type FeedRow = Selectable<Database['feeds']>;

// Longer than a fetch with its pictures may take; a claim that is older belongs to a dead worker.
const CLAIM_MS = 120_000;
/** Ids of the feeds that are due and that nobody is reading, the longest due first. */
export async function dueFeeds(db: DbOrTransaction, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('feeds')
    .select('id')
    .where('state', '=', 'active')
    .where('nextFetchAt', '<=', now)
    // nothing goes out of an archived newsletter, so nothing is read for it
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('newsletters')
            .select('newsletters.id')
            .whereRef('newsletters.id', '=', 'feeds.newsletterId')
            .where('archivedAt', 'is not', null),
        ),
      ),
    )
    .where((eb) => eb.or([eb('claimedUntil', 'is', null), eb('claimedUntil', '<', now)]))
    .orderBy('nextFetchAt')
    .limit(1000)
    .execute();
  return rows.map((row) => row.id);
}

/** Takes a feed for reading, if nobody else has it; `onlyIfDue`: and it is due. */
export async function claimFeed(db: Db, id: string, now: Date, onlyIfDue: boolean) {
  let query = db
    .updateTable('feeds')
    .set({ claimedUntil: new Date(now.getTime() + CLAIM_MS) })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('claimedUntil', 'is', null), eb('claimedUntil', '<', now)]));
  if (onlyIfDue) query = query.where('state', '=', 'active').where('nextFetchAt', '<=', now);
  return query.returningAll().executeTakeFirst();
}

/** Ours to write only while the claim is ours. */
const ours = (db: DbOrTransaction, feed: FeedRow) =>
  db.updateTable('feeds').where('id', '=', feed.id).where('claimedUntil', '=', feed.claimedUntil);

/** Writes down what was learnt, when to ask again, and lets the feed go. */
export async function feedRead(
  tx: DbOrTransaction,
  feed: FeedRow,
  answer: Fetched,
  parsed: ParsedFeed | undefined,
  now: Date,
): Promise<void> {
  const { etag, lastModified, cacheSeconds, retryAfterSeconds, movedTo } = answer;
  const hub = (answer.status === 'fetched' ? answer.hub : null) ?? parsed?.hub ?? null;
  const topic = (answer.status === 'fetched' ? answer.self : null) ?? parsed?.self ?? null;
  // What was agreed with one hub about one topic does not hold for another.
  const agreed = hub === feed.hubUrl && topic === feed.hubTopic;
  const moved = movedTo && (await isFree(tx, feed, movedTo)) ? movedTo : undefined;
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
      lastCause: null,
      failures: 0,
      failingSince: null,
      claimedUntil: null,
      ...(feed.state === 'gone' ? { state: 'active' as const } : {}),
      ...(parsed ? { title: parsed.title, hubUrl: hub, hubTopic: topic } : {}),
      ...(parsed && !agreed ? { hubSecret: null, hubLeaseUntil: null } : {}),
      ...(moved ? { url: moved } : {}),
      // another site is not told this one's password
      ...(moved && new URL(moved).origin !== new URL(feed.url).origin ? { credentials: null } : {}),
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

/** Writes down what went wrong, when to try again, and lets the feed go. */
export async function feedFailed(db: Db, feed: FeedRow, error: unknown, now: Date): Promise<void> {
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
      lastCause: JSON.stringify(error.feedCause),
      failures,
      failingSince: sql<Date>`coalesce(failing_since, ${now})`,
      claimedUntil: null,
      nextFetchAt: nextFetchAt({
        now,
        failures,
        retryAfterSeconds: error instanceof FeedAway ? error.retryAfterSeconds : null,
        random: Math.random(),
      }),
      ...(gone ? { state: 'gone' as const } : {}),
    })
    .execute();
}
