import type { RateLimiterStoreAbstract } from 'rate-limiter-flexible';

/** How many may leave in one window, and how long the window is (milliseconds). */
export interface Window {
  permits: number;
  length: number;
}

/**
 * Cuts a rate (a second) into windows of at most 100 ms, so that no burst doubles where two of them
 * meet; a rate below ten a second lets one through a window. Rounding only ever slows.
 */
export function paceWindow(rate: number): Window {
  const permits = Math.max(1, Math.floor(rate / 10));
  let length = Math.ceil((permits * 1_000) / rate);
  // Lengths go through seconds and back on their way to PostgreSQL, where only whole ones are taken.
  while ((length / 1_000) * 1_000 !== length) length += 1;
  return { permits, length };
}

/** One limit as this process sees it: the count is the store's, shared with every other process. */
export class PaceLimit {
  readonly #key: string;
  readonly #limiter: RateLimiterStoreAbstract;
  readonly #permits: number;
  /** Taken from the store and not used; good until the window they are from ends. */
  #spare = 0;
  #windowEnd = 0;
  #closedUntil = 0;

  constructor(key: string, limiter: RateLimiterStoreAbstract, { permits }: Window) {
    this.#key = key;
    this.#limiter = limiter;
    this.#permits = permits;
  }

  /** Milliseconds until it is worth asking again; 0 when it is so now. */
  get retryAfter(): number {
    return Math.max(0, Math.ceil(this.#closedUntil - performance.now()));
  }

  /** Takes up to `wanted` permits; asks the store at most once, and not while the window is known to be spent. */
  async take(wanted: number): Promise<number> {
    const now = performance.now();
    if (now >= this.#windowEnd) this.#spare = 0;
    const fromSpare = Math.min(this.#spare, wanted);
    this.#spare -= fromSpare;
    const missing = wanted - fromSpare;
    if (missing === 0 || now < this.#closedUntil) return fromSpare;
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(this.#key, missing);
    const left = this.#permits - (consumedPoints - missing);
    const granted = Math.max(0, Math.min(missing, left));
    this.#windowEnd = performance.now() + msBeforeNext;
    if (granted < missing) this.#closedUntil = this.#windowEnd;
    return fromSpare + granted;
  }

  /** Keeps permits that were taken and could not be used. */
  giveBack(permits: number): void {
    this.#spare += permits;
  }
}
