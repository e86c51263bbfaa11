import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** Where the counts are kept that all processes share. */
export type PaceStore = { redis: Redis } | { pool: Pool };

/**
 * Counts in a store. Windows are by the store's own clock, and one that ends later than its length from now began
 * before that clock was put back: it is over.
 */
export interface PaceCounts {
  /** Resolves when the store answers; rejects, or takes its time, while it is away. */
  ready(): Promise<void>;
  /** Adds to the window of `key` that runs, or begins one; says what is in it and how long it still runs. */
  add(key: string, points: number, lengthMs: number): Promise<{ points: number; leftMs: number }>;
  /** Sets a mark for so long. */
  mark(key: string, lengthMs: number): Promise<void>;
  unmark(key: string): Promise<void>;
  /** Whether a mark of at most this length is set. */
  marked(key: string, lengthMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens nothing until `ready` is asked. */
export function openPaceCounts(store: PaceStore): PaceCounts {
  return 'redis' in store ? redisCounts(store.redis) : postgresCounts(store.pool);
}

const ADD = `
redis.call('set', KEYS[1], 0, 'PX', ARGV[2], 'NX')
local left = redis.call('pttl', KEYS[1])
if left > tonumber(ARGV[2]) then
  redis.call('set', KEYS[1], 0, 'PX', ARGV[2])
  left = tonumber(ARGV[2])
end
return {redis.call('incrby', KEYS[1], ARGV[1]), left}`;

/** A connection of its own, on which nothing waits in a queue while Redis is away. */
function redisCounts(redis: Redis): PaceCounts {
  const client = redis.duplicate({
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  });
  client.on('error', () => {}); // told by the call that needed it
  let connected: Promise<void> | undefined;
  const name = (key: string) => `gaceta:pace:${key}`;
  return {
    ready() {
      connected ??= client.connect();
      // Once it has begun, ioredis connects again by itself.
      return connected.catch(() => {});
    },
    async add(key, points, lengthMs) {
      const counted = await client.eval(ADD, 1, name(key), points, lengthMs);
      const [sum, leftMs] = counted as [number, number];
      return { points: sum, leftMs };
    },
    async mark(key, lengthMs) {
      await client.set(name(key), 1, 'PX', lengthMs);
    },
    async unmark(key) {
      await client.del(name(key));
    },
    async marked(key, lengthMs) {
      const left = await client.pttl(name(key));
      return left > 0 && left <= lengthMs;
    },
    close: async () => client.disconnect(),
  };
}

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const OVER = `(pace.expire <= ${NOW} or pace.expire > ${NOW} + $3::bigint)`;

/**
 * An unlogged table: nothing waits for the disk at every claim, and counts of the last tenth of a
 * second are no loss.
 */
function postgresCounts(pool: Pool): PaceCounts {
  let made: Promise<void> | undefined;
  const look = async () => {
    await pool.query('select from pace limit 0');
  };
  const make = async () => {
    await pool.query(
      'create unlogged table if not exists pace (key varchar(255) primary key, points integer not null default 0, expire bigint)',
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
    async add(key, points, lengthMs) {
      const { rows } = await pool.query<{ points: number; left: string }>({
        name: 'pace-add',
        text: `
          insert into pace (key, points, expire) values ($1, $2, ${NOW} + $3::bigint)
          on conflict (key) do update set
            points = case when ${OVER} then excluded.points else pace.points + excluded.points end,
            expire = case when ${OVER} then excluded.expire else pace.expire end
          returning points, expire - ${NOW} as left`,
        values: [key, points, lengthMs],
      });
      const [row] = rows;
      return { points: row?.points ?? 0, leftMs: Math.max(0, Number(row?.left ?? 0)) };
    },
    async mark(key, lengthMs) {
      await pool.query(
        `insert into pace (key, points, expire) values ($1, 1, ${NOW} + $2::bigint)
         on conflict (key) do update set expire = excluded.expire`,
        [key, lengthMs],
      );
    },
    async unmark(key) {
      await pool.query('delete from pace where key = $1', [key]);
    },
    async marked(key, lengthMs) {
      const { rowCount } = await pool.query(
        `select from pace where key = $1 and expire > ${NOW} and expire <= ${NOW} + $2::bigint`,
        [key, lengthMs],
      );
      return rowCount === 1;
    },
    close: async () => {},
  };
}
