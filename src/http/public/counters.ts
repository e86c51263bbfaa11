import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Context } from '../../context.ts';

/** How often something happened in its window, this time included. */
export interface Count {
  count: number;
  /** Until the window ends. */
  msLeft: number;
}

/** Counts in windows that all processes share. */
export interface Counter {
  add(key: string): Promise<Count>;
}

/**
 * A counter over windows of so many seconds, on Redis where there is one, else in PostgreSQL. While its
 * store is away each process counts for itself: readers can still sign up, and a flood is still slowed.
 */
export function openCounter(context: Context, name: string, seconds: number): Counter {
  const window = { keyPrefix: name, points: Number.MAX_SAFE_INTEGER, duration: seconds };
  const alone = new RateLimiterMemory(window);
  const limiter = context.redis
    ? new RateLimiterRedis({
        ...window,
        keyPrefix: `gaceta:${name}`,
        storeClient: context.redis,
        insuranceLimiter: alone,
      })
    : new RateLimiterPostgres({
        ...window,
        storeClient: context.pool,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
        clearExpiredByTimeout: true,
        insuranceLimiter: alone,
      });
  return {
    async add(key) {
      const answer = await limiter.consume(key).catch((rejected: unknown) => {
        if (rejected instanceof RateLimiterRes) return rejected;
        throw rejected;
      });
      return { count: answer.consumedPoints, msLeft: answer.msBeforeNext };
    },
  };
}
