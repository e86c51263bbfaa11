import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Context } from '../../../context.ts';
import { BatchedRateLimiter, openCounterBatch } from './counters-postgres.ts';

/** How often something happened in its window, this time included. */
export interface Count {
  count: number;
  /** Until the window ends. */
  msLeft: number;
}

/** Counts in windows that all processes share. */
export interface Counter {
  add(key: string): Promise<Count>;
  /** As if one `add` had not been. */
  takeBack(key: string): Promise<void>;
  /** As if none had been. */
  forget(key: string): Promise<void>;
}

/** Opens counters over windows of so many seconds. */
export type OpenCounter = (name: string, seconds: number) => Counter;

/**
 * Counters on Redis where there is one, else in PostgreSQL. While Redis is away each process counts for
 * itself: readers can still sign up, and a flood is still slowed.
 */
export function openCounters({ redis, pool }: Context): OpenCounter {
  const add = openCounterBatch(pool);
  return (name, duration) => {
    const points = Number.MAX_SAFE_INTEGER;
    const limiter = redis
      ? new RateLimiterRedis({
          keyPrefix: `gaceta:${name}`,
          points,
          duration,
          storeClient: redis,
          // while it is away nobody waits for it
          rejectIfRedisNotReady: true,
          insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
        })
      : new BatchedRateLimiter(pool, add, { keyPrefix: name, duration });
    return {
      async add(key) {
        const answer = await limiter.consume(key).catch((rejected: unknown) => {
          if (rejected instanceof RateLimiterRes) return rejected;
          throw rejected;
        });
        return { count: answer.consumedPoints, msLeft: answer.msBeforeNext };
      },
      async takeBack(key) {
        await limiter.reward(key);
      },
      async forget(key) {
        await limiter.delete(key);
      },
    };
  };
}
