import type { Context } from '../src/context.ts';
import { dueFeeds } from '../src/feeds/claims.ts';
import { fetchDueFeed } from '../src/feeds/read-due.ts';
import { askHub, callbackPath, canBeCalled, hubsToAsk } from '../src/feeds/websub.ts';
import type { Task } from '../src/process/clock.ts';
import type { Handler } from '../src/queue/queues.ts';
import type { WorkerMetrics } from './metrics.ts';

/** The clock of feeds: tickets for all that are due. Every worker asks; a feed is read by one of them. */
export function feedTasks({ config, db, queues, secrets, now, timings }: Context): Task[] {
  return [
    {
      name: 'read feeds',
      everyMs: timings.housekeeping.feedsMs,
      async run() {
        for (const feed of await dueFeeds(db, now())) {
          // With the queue away the next round asks again.
          if (!(await queues.enqueueFeed(feed))) return;
        }
      },
    },
    {
      name: 'ask hubs',
      everyMs: 60_000,
      async run() {
        if (!canBeCalled(config.publicUrl)) return;
        for (const feed of await hubsToAsk(db, now())) {
          const callback = `${config.publicUrl}${callbackPath(secrets[0] ?? '', feed)}`;
          await askHub(db, feed, { callback, allowPrivate: config.feedAllowPrivate, now: now() });
        }
      },
    },
  ];
}

/** Reads one feed, if it is still due. */
export function feedJob(
  { db, config, log, now }: Context,
  metrics?: Pick<WorkerMetrics, 'feedRead'>,
): Handler<'feeds'> {
  const allowPrivate = config.feedAllowPrivate;
  return async ({ feed }, signal) => {
    try {
      const onFailure = () => metrics?.feedRead(false);
      const stored = await fetchDueFeed(db, feed, { allowPrivate, now, signal, onFailure });
      if (stored) metrics?.feedRead(true);
      if (stored && stored.added + stored.updated > 0) log.info({ feed, ...stored }, 'feed read');
    } catch (error) {
      // A worker that stops lets go of the feed; another reads it.
      if (!signal.aborted) throw error;
    }
  };
}
