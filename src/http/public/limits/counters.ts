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
  /** Takes one `add` back. */
  takeBack(key: string): Promise<void>;
  /** Sets the count back to zero. */
  forget(key: string): Promise<void>;
}

/** Opens counters whose windows are that many seconds long. */
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
          // a request does not wait for Redis while it is away
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
