import type { PaceCounts } from './store.ts';

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
  const length = Math.ceil((permits * 1_000) / rate);
  return { permits, length };
}

/** How long it is believed that nobody who goes first waits: half of the longest window of a fast limit. */
const LOOK_AGAIN_MS = 50;

/** One limit as this process sees it: the count is the store's, shared with every other process. */
export class PaceLimit {
  readonly #key: string;
  readonly #counts: PaceCounts;
  readonly #length: number;
  readonly #permits: number;
  /** How long the mark of one who goes first lasts: past its next try, should it have died. */
  readonly #markMs: number;
  #markedUntil = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Taken from the store and not used; good until the window they are from ends. */
  #spare = 0;
  #windowEnd = 0;
  #closedUntil = 0;

  constructor(key: string, counts: PaceCounts, { permits, length }: Window) {
    this.#key = key;
    this.#counts = counts;
    this.#length = length;
    this.#permits = permits;
    this.#markMs = length + 1_000;
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
    const { points, leftMs } = await this.#counts.add(this.#key, missing, this.#length);
    const left = this.#permits - (points - missing);
    const granted = Math.max(0, Math.min(missing, left));
    this.#windowEnd = performance.now() + leftMs;
    if (granted < missing) this.#closedUntil = this.#windowEnd;
    return fromSpare + granted;
  }

  /** Tells every process that somebody who goes first waits for this limit; to be said again at each try in vain. */
  async mark(): Promise<void> {
    this.#markedUntil = performance.now() + this.#markMs;
    await this.#counts.mark(this.#markKey, this.#markMs);
  }

  /** Takes the mark away again; others who still wait set it anew, since all of them try when a window begins. */
  async unmark(): Promise<void> {
    if (this.#markedUntil === 0) return;
    this.#markedUntil = 0;
    await this.#counts.unmark(this.#markKey);
  }

  /** Whether somebody who goes first waits, in this process or another. Asks the store now and then. */
  async marked(): Promise<boolean> {
    const now = performance.now();
    if (now < this.#markedUntil) return true;
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return false;
    const found = await this.#counts.marked(this.#markKey, this.#markMs);
    if (!found) this.#lookedAt = now;
    return found;
  }

  get #markKey(): string {
    return `first-${this.#key}`;
  }

  /** Keeps permits that were taken and could not be used. */
  giveBack(permits: number): void {
    this.#spare += permits;
  }
}
