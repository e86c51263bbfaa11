import { backOffMs } from '../backoff.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const USUAL = 15 * MINUTE;
const LONGEST_CACHE = 6 * 60 * MINUTE;

export type LastFetch = {
  now: Date;
  /** Failures in a row; 0 after a success. */
  failures: number;
  /** How long the server says its answer stays fresh. */
  cacheSeconds?: number | null;
  /** How long the server asks to be left alone. */
  retryAfterSeconds?: number | null;
  /** From 0 to 1. */
  random: number;
};

/**
 * When to ask a feed again. After a success a quarter of an hour, or while its cache is fresh (6 hours
 * at most); after failures twice as long each time, a day at most. Retry-After is kept up to a day. A
 * tenth of jitter spreads feeds that were added together.
 */
export function nextFetchAt(last: LastFetch): Date {
  const { now, failures, cacheSeconds, retryAfterSeconds, random } = last;
  const wait =
    failures === 0
      ? Math.max(USUAL, Math.min(cacheSeconds ?? 0, LONGEST_CACHE))
      : backOffMs(failures, {
          firstMs: USUAL * 1000,
          longestMs: DAY * 1000,
          random: () => random,
        }) / 1000;
  const jittered = failures === 0 ? wait * (1 + random * 0.1) : Math.min(wait, DAY);
  const least = Math.min(retryAfterSeconds ?? 0, DAY);
  return new Date(now.getTime() + Math.max(jittered, least * (1 + random * 0.1)) * 1000);
}
