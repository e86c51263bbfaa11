import type { JobsOptions } from 'bullmq';
import type { Config } from '../config.ts';
import type { RangeTicket } from '../deliveries/tickets.ts';
import type { Logger } from '../process/log.ts';
import { postgresEngine, redisEngine } from './engines.ts';
import { openProducers } from './producers.ts';

/** What each queue carries: names of rows, never truth. */
export interface Jobs {
  feeds: { feed: string };
  editions: { edition: string; step: 'plan' };
  deliver: { range: string };
  letters: { letter: string };
}
export type QueueName = keyof Jobs;
export type Handler<N extends QueueName> = (data: Jobs[N], signal: AbortSignal) => Promise<void>;

/** A consumer of one queue. Stop in two phases: `pause` claims no more, `close` waits for what runs. */
export interface Consumer {
  pause(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The engine that spreads work. Every enqueue answers false instead of throwing when the queue is away:
 * the work is in the database, and housekeeping issues its ticket again.
 */
export interface Queues {
  backend: 'redis' | 'postgres';
  enqueueRanges(tickets: RangeTicket[]): Promise<boolean>;
  enqueuePlan(edition: string): Promise<boolean>;
  enqueueLetters(letters: string[]): Promise<boolean>;
  enqueueFeed(feed: string): Promise<boolean>;
  work<N extends QueueName>(name: N, handler: Handler<N>, concurrency: number): Consumer;
  /** Jobs by state of one queue, for the console, metrics and doctor. Throws when the queue is away. */
  counts(name: QueueName): Promise<Record<string, number>>;
  /** Resolves once the queue answers, however long that takes. */
  answers(): Promise<unknown>;
  close(): Promise<void>;
}

// A job is only a ticket: forgotten however it ends, so that the same work can be ticketed again.
const ticket = (jobId: string, delay = 0): JobsOptions => ({
  jobId,
  delay: Math.max(0, delay),
  removeOnComplete: true,
  removeOnFail: true,
});
/** Opens the queues on Redis where REDIS_URL is set, else in the database. Connects at the first use. */
export function openQueues(
  config: Pick<Config, 'redisUrl'>,
  databaseUrl: string,
  log: Logger,
): Queues {
  const engine = config.redisUrl
    ? redisEngine(config.redisUrl, log)
    : postgresEngine(databaseUrl, log);
  const producers = openProducers(engine);
  const consumers: Consumer[] = [];

  async function enqueue<N extends QueueName>(
    name: N,
    jobs: { data: Jobs[N]; opts: JobsOptions }[],
  ): Promise<boolean> {
    if (jobs.length === 0) return true;
    try {
      await producers.with(name, (producer) =>
        producer.addBulk(jobs.map((job) => ({ name, ...job }))),
      );
      return true;
    } catch (err) {
      log.warn(
        { err, queue: name },
        'the queue is away; housekeeping will issue the tickets again',
      );
      return false;
    }
  }

  return {
    backend: config.redisUrl ? 'redis' : 'postgres',
    enqueueRanges: (tickets) =>
      enqueue(
        'deliver',
        tickets.map(({ range, issued, dueAt }) => ({
          data: { range },
          opts: ticket(`range-${range}-${issued}`, dueAt.getTime() - Date.now()),
        })),
      ),
    enqueuePlan: (edition) =>
      enqueue('editions', [{ data: { edition, step: 'plan' }, opts: ticket(`plan-${edition}`) }]),
    enqueueLetters: (letters) =>
      enqueue(
        'letters',
        letters.map((letter) => ({ data: { letter }, opts: ticket(`letter-${letter}`) })),
      ),
    enqueueFeed: (feed) => enqueue('feeds', [{ data: { feed }, opts: ticket(`feed-${feed}`) }]),
    work(name, handler, concurrency) {
      const stop = new AbortController();
      const run = (data: unknown) => handler(data as Jobs[typeof name], stop.signal);
      const consumer = engine.consumer(name, run, concurrency, (err) =>
        log.error({ err, queue: name }, 'a job failed'),
      );
      const made: Consumer = {
        pause: () => {
          stop.abort();
          return consumer.pause(true);
        },
        close: () => {
          stop.abort();
          return consumer.close();
        },
      };
      consumers.push(made);
      return made;
    },
    answers: engine.answers,
    counts: (name) => producers.with(name, (producer) => producer.getJobCounts()),
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await producers.close();
      await engine.close();
    },
  };
}
