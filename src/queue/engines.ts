import {
  createPostgresBackend,
  createRedisBackend,
  type JobsOptions,
  runMigrations,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Logger } from '../process/log.ts';
import { hostOf, watchOutage } from '../process/outage.ts';

export interface Job {
  name: string;
  data: unknown;
  opts: JobsOptions;
}
export interface Producer {
  addBulk(jobs: Job[]): Promise<unknown>;
  getJobCounts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}
/** BullMQ on one of its backends: what `queues.ts` needs of it, alike for both. */
export interface QueueEngine {
  producer(name: string): Producer;
  consumer(
    name: string,
    run: (data: unknown) => Promise<void>,
    concurrency: number,
    onError: (error: Error) => void,
  ): { pause(doNotWait: boolean): Promise<void>; close(): Promise<void> };
  /** Resolves once what keeps the jobs answers, however long that takes. */
  answers(): Promise<unknown>;
  close(): Promise<void>;
}

// A worker that was killed gives its jobs back within seconds, any number of times.
const recovery = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000_000 };
// The braces put all keys in one slot of a Redis Cluster.
const prefix = '{gaceta}';

async function disconnect(redis: Redis): Promise<void> {
  // A farewell waits for an answer: none comes while Redis is away.
  if (redis.status === 'ready') await redis.quit().catch(() => undefined);
  redis.disconnect();
}

/** Has the log say when this connection is lost and when it is back. */
export function watchRedis(redis: Redis, url: string, log: Logger): void {
  const outage = watchOutage(log, `Redis at ${hostOf(url)}`);
  redis.on('error', (error) => outage.lost(error));
  redis.on('ready', () => outage.found());
}

/** Jobs on Redis. Connects at the first use. */
export function redisEngine(url: string, log: Logger): QueueEngine {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const clients: Redis[] = [];
  const open = (options: object) => {
    const redis = new Redis(url, { lazyConnect: false, ...options });
    watchRedis(redis, url, log);
    clients.push(redis);
    return redis;
  };
  // Producers fail at once when Redis is away (else `add` hangs); workers wait for it.
  let producing: Redis | undefined;
  let consuming: Redis | undefined;
  const consumers = () => (consuming ??= open({ maxRetriesPerRequest: null }));
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
      const connection = consumers();
      const worker = new Worker(name, (job) => run(job.data), {
        connection,
        prefix,
        concurrency,
        ...recovery,
      });
      worker.on('failed', (_job, error) => onError(error));
      worker.on('error', (err) => log.debug({ err }, 'queue worker'));
      const away = () => connection.status !== 'ready';
      return {
        // While Redis is away nothing can be told to it, and its answers are not waited for.
        pause: async (doNotWait) => (away() ? undefined : worker.pause(doNotWait)),
        close: () => worker.close(away()),
      };
    },
    answers: () => consumers().ping(),
    async close() {
      await Promise.all(clients.map(disconnect));
    },
  };
}

/** Jobs in the schema `bullmq` of the database. Connects at the first use. */
export function postgresEngine(databaseUrl: string, log: Logger): QueueEngine {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  // Each consumer keeps one client for LISTEN: too small a pool would hang for ever.
  const pool = new pg.Pool({
    connectionString: inSchema(databaseUrl, 'bullmq'),
    max: 14,
    keepAlive: true,
    application_name: 'gaceta-queue',
  });
  pool.setMaxListeners(0);
  pool.on('error', (err) => log.debug({ err }, 'queue database'));
  pool.on('connect', (client) => void client.on('error', () => undefined));
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
    answers: () => pool.query('select 1'),
    close: () => pool.end(),
  };
}

/** The same database with another search path. What an address says goes before what is said beside it, so it is said there. */
function inSchema(databaseUrl: string, schema: string): string {
  const [address = '', query = ''] = databaseUrl.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const options = parameters.get('options') ?? '';
  parameters.set('options', `${options} -c search_path=${schema}`.trim());
  return `${address}?${parameters.toString().replaceAll('+', '%20')}`;
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
