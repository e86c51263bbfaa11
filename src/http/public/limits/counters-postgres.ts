import type pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { batched } from '../../batched.ts';

interface Increment {
  key: string;
  points: number;
  msDuration: number;
}
interface Counted {
  points: number;
  expire: string;
}

/** Adds to many counters in one statement: ten cost as much as one. */
export type AddPoints = (increment: Increment) => Promise<Counted>;

/** What all counters of a process write through. */
export function openCounterBatch(pool: pg.Pool): AddPoints {
  return batched((increments) => addAll(pool, increments), { most: 200, lanes: 1 });
}

// In the order of the keys, so that two processes that count the same ones cannot deadlock.
async function addAll(pool: pg.Pool, increments: Increment[]): Promise<Counted[]> {
  const sums = new Map<string, Increment>();
  for (const one of increments) {
    const sum = sums.get(one.key);
    sums.set(one.key, sum ? { ...sum, points: sum.points + one.points } : one);
  }
  const sorted = [...sums.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const now = Date.now();
  const { rows } = await pool.query<Counted & { key: string }>({
    name: 'rate-limits-add',
    text: `
      insert into rate_limits as r (key, points, expire)
      select * from unnest($1::text[], $2::integer[], $3::bigint[])
      on conflict (key) do update set
        points = case when r.expire <= $4 then excluded.points else r.points + excluded.points end,
        expire = case when r.expire <= $4 then excluded.expire else r.expire end
      returning key, points, expire`,
    values: [
      sorted.map((one) => one.key),
      sorted.map((one) => one.points),
      sorted.map((one) => now + one.msDuration),
      now,
    ],
  });
  // Of several increments of one key the first sees the count without the later ones.
  const left = new Map(rows.map((row) => [row.key, row.points - (sums.get(row.key)?.points ?? 0)]));
  const expires = new Map(rows.map((row) => [row.key, row.expire]));
  return increments.map(({ key, points }) => {
    const count = (left.get(key) ?? 0) + points;
    left.set(key, count);
    return { points: count, expire: expires.get(key) ?? String(now) };
  });
}

/**
 * The library's limiter on PostgreSQL, except that its one statement is gathered with those of others: a
 * sign-up counts in four windows, and one by one they cost more than the sign-up itself.
 */
export class BatchedRateLimiter extends RateLimiterPostgres {
  readonly #add: AddPoints;

  constructor(pool: pg.Pool, add: AddPoints, options: { keyPrefix: string; duration: number }) {
    super({
      ...options,
      points: Number.MAX_SAFE_INTEGER,
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: true,
    });
    this.#add = add;
  }

  /** Called by the library for each `consume`; its answer has the form of a result of pg. */
  async _upsert(key: string, points: number, msDuration: number): Promise<{ rows: Counted[] }> {
    return { rows: [await this.#add({ key, points, msDuration })] };
  }
}
