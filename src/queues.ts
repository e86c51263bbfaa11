import {
  createPostgresBackend,
  createRedisBackend,
  type JobsOptions,
  runMigrations,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Config } from './config.ts';
import type { RangeTicket } from './deliveries/tickets.ts';
import type { Logger } from './log.ts';

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
  close(): Promise<void>;
}

interface Job {
  name: string;
  data: unknown;
  opts: JobsOptions;
}
interface Producer {
  addBulk(jobs: Job[]): Promise<unknown>;
  getJobCounts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}
interface Engine {
  producer(name: QueueName): Producer;
  consumer(
    name: QueueName,
    run: (data: unknown) => Promise<void>,
    concurrency: number,
    onError: (error: Error) => void,
  ): { pause(doNotWait: boolean): Promise<void>; close(): Promise<void> };
  close(): Promise<void>;
}

// A job is only a ticket: forgotten however it ends, so that the same work can be ticketed again.
const ticket = (jobId: string, delay = 0): JobsOptions => ({
  jobId,
  delay: Math.max(0, delay),
  removeOnComplete: true,
  removeOnFail: true,
});
// A worker that was killed gives its jobs back within seconds, any number of times.
const recovery = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000_000 };
// The braces put all keys in one slot of a Redis Cluster.
const prefix = '{gaceta}';

/** Opens the queues on Redis where REDIS_URL is set, else in the database. Connects at the first use. */
export function openQueues(
  config: Pick<Config, 'redisUrl'>,
  databaseUrl: string,
  log: Logger,
): Queues {
  const engine = config.redisUrl
    ? redisEngine(config.redisUrl, log)
    : postgresEngine(databaseUrl, log);
  const producers = new Map<QueueName, Producer>();
  const consumers: Consumer[] = [];

  const producer = (name: QueueName): Producer => {
    const known = producers.get(name);
    if (known) return known;
    const made = engine.producer(name);
    producers.set(name, made);
    return made;
  };
  async function enqueue<N extends QueueName>(
    name: N,
    jobs: { data: Jobs[N]; opts: JobsOptions }[],
  ): Promise<boolean> {
    if (jobs.length === 0) return true;
    try {
      await producer(name).addBulk(jobs.map((job) => ({ name, ...job })));
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
    counts: (name) => producer(name).getJobCounts(),
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await Promise.all([...producers.values()].map((queue) => queue.close()));
      await engine.close();
    },
  };
}

/** Makes or updates the tables of the queue in PostgreSQL. Safe from several processes at once. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await runMigrations(client, 'bullmq');
  } finally {
    await client.end();
  }
}

function redisEngine(url: string, log: Logger): Engine {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const clients: Redis[] = [];
  const open = (options: object) => {
    const redis = new Redis(url, { lazyConnect: false, ...options });
    redis.on('error', (err) => log.debug({ err }, 'redis'));
    clients.push(redis);
    return redis;
  };
  // Producers fail at once when Redis is away (else `add` hangs); workers wait for it.
  let producing: Redis | undefined;
  let consuming: Redis | undefined;
  return {
    producer(name) {
      producing ??= open({
        maxRetriesPerRequest: 1,
        enableOfflineQueue: true,
        commandTimeout: 5000,
      });
      const queue = new Queue(name, {
        connection: producing,
        prefix,
        skipWaitingForReady: true,
      });
      queue.on('error', (err) => log.debug({ err }, 'queue'));
      return queue;
    },
    consumer(name, run, concurrency, onError) {
      consuming ??= open({ maxRetriesPerRequest: null });
      const worker = new Worker(name, (job) => run(job.data), {
        connection: consuming,
        prefix,
        concurrency,
        ...recovery,
      });
      worker.on('failed', (_job, error) => onError(error));
      worker.on('error', (err) => log.debug({ err }, 'queue worker'));
      return worker;
    },
    async close() {
      await Promise.all(clients.map((redis) => redis.quit().catch(() => redis.disconnect())));
    },
  };
}

function postgresEngine(databaseUrl: string, log: Logger): Engine {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  // Each consumer keeps one client for LISTEN: too small a pool would hang for ever.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    options: '-c search_path=bullmq',
    max: 14,
    keepAlive: true,
    application_name: 'gaceta-queue',
  });
  pool.setMaxListeners(0);
  pool.on('error', (err) => log.debug({ err }, 'queue database'));
  return {
    producer(name) {
      const queue = new Queue(name, { connection: pool });
      queue.on('error', (err) => log.debug({ err }, 'queue'));
      return queue;
    },
    consumer(name, run, concurrency, onError) {
      const worker = new Worker(name, (job) => run(job.data), {
        connection: pool,
        concurrency,
        ...recovery,
      });
      worker.on('failed', (_job, error) => onError(error));
      worker.on('error', (err) => log.debug({ err }, 'queue worker'));
      return worker;
    },
    close: () => pool.end(),
  };
}
