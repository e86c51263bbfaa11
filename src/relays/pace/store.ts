import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import {
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterStoreAbstract,
} from 'rate-limiter-flexible';
import type { Window } from './limit.ts';

/** Where the counts are kept that all processes share. */
export type PaceStore = { redis: Redis } | { pool: Pool };

/** A store that limits can be made on. */
export interface OpenPaceStore {
  /** Resolves when the store answers; rejects, or takes its time, while it is away. */
  ready(): Promise<void>;
  limiter(window: Window): RateLimiterStoreAbstract;
  close(): Promise<void>;
}

const TABLE = 'pace';

/** Opens nothing until `ready` is asked. */
export function openPaceStore(store: PaceStore): OpenPaceStore {
  return 'redis' in store ? redisStore(store.redis) : postgresStore(store.pool);
}

// The library counts Redis windows in whole seconds; ours are shorter, so `duration` is milliseconds here.
const COUNT = `
redis.call('set', KEYS[1], 0, 'PX', ARGV[2], 'NX')
local consumed = redis.call('incrby', KEYS[1], ARGV[1])
return {consumed, redis.call('pttl', KEYS[1])}`;

/** A connection of its own: the library defines its script per connection, and ours is not the usual one. */
function redisStore(redis: Redis): OpenPaceStore {
  const client = redis.duplicate({
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  });
  client.on('error', () => {}); // told by the call that needed it
  let connected: Promise<void> | undefined;
  return {
    ready() {
      connected ??= client.connect();
      // Once it has begun, ioredis connects again by itself.
      return connected.catch(() => {});
    },
    limiter: ({ permits, length }) =>
      new RateLimiterRedis({
        storeClient: client,
        keyPrefix: 'gaceta:pace',
        points: permits,
        duration: length,
        customIncrTtlLuaScript: COUNT,
        rejectIfRedisNotReady: true,
      }),
    close: async () => client.disconnect(),
  };
}

/**
 * An unlogged table: nothing waits for the disk at every claim, and counts of the last tenth of a
 * second are no loss.
 */
function postgresStore(pool: Pool): OpenPaceStore {
  let made: Promise<void> | undefined;
  const look = async () => {
    await pool.query(`select from ${TABLE} limit 0`);
  };
  const make = async () => {
    await pool.query(
      `create unlogged table if not exists ${TABLE} (key varchar(255) primary key, points integer not null default 0, expire bigint)`,
    );
  };
  return {
    ready() {
      // Making it fails when another process makes it at the same moment: then it is there.
      made ??= look()
        .catch(() => make())
        .catch(() => look())
        .catch((error: unknown) => {
          made = undefined;
          throw error;
        });
      return made;
    },
    limiter: ({ permits, length }) =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        tableName: TABLE,
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: 'pace',
        points: permits,
        duration: length / 1_000,
      }),
    close: async () => {},
  };
}
