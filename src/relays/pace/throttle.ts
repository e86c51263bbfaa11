/** A rate is cut to so much of what it was, and grows by so much with each message that is taken: by a 20th a second. */
const CUT = 0.8;
const GROWTH = 0.05;
/** Below one message a second the next one tells more: grow faster. */
const SLOW_GROWTH = 1.3;
const SLOWEST = 1 / 30;
/** After so long without a word the relay has no limit any more, as far as is known. */
const FORGET_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * The rate at which a relay takes messages, found from what it says: none until it first asks for fewer, then what it
 * took in a second, a fifth less each time it asks again, and a little more with each message it takes. All times are
 * `performance.now()`.
 */
export class Throttle {
  #rate = Number.POSITIVE_INFINITY;
  #tokens = 0;
  #filledAt = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  // Messages taken in the running second, and in the one before it.
  #second = 0;
  #taken = 0;
  #takenBefore = 0;

  /** Whether it holds back at all. */
  get active(): boolean {
    return this.#rate < Number.POSITIVE_INFINITY;
  }

  /** How many messages may start now. */
  allowance(now: number): number {
    if (!this.active) return Number.POSITIVE_INFINITY;
    this.#fill(now);
    return Math.floor(this.#tokens);
  }

  /** A message was handed to the relay. */
  started(): void {
    if (this.active) this.#tokens -= 1;
  }

  /** It was handed back before it began. */
  withdrawn(): void {
    if (this.active) this.#tokens += 1;
  }

  /** The relay took a message. */
  took(now: number): void {
    this.#roll(now);
    this.#taken += 1;
    if (!this.active) return;
    if (this.#rate >= 1 && now - this.#cutAt > FORGET_MS) this.#rate = Number.POSITIVE_INFINITY;
    else if (this.#rate >= 1) this.#rate += GROWTH;
    else this.#rate *= SLOW_GROWTH;
  }

  /** The relay asks for fewer, in its answer to a message that began at `since`. Concurrent answers count once. */
  slower(now: number, since: number): void {
    // Many relays count by the second: what is refused until it ends is the same word.
    if (since <= this.#cutAt || now - this.#cutAt < SECOND_MS) return;
    this.#roll(now);
    const observed = Math.max(this.#taken, this.#takenBefore, 1);
    this.#rate = Math.max(SLOWEST, CUT * Math.min(this.#rate, observed));
    this.#cutAt = now;
    this.#filledAt = now;
    this.#tokens = 0;
  }

  #fill(now: number): void {
    const tokens = this.#tokens + ((now - this.#filledAt) / SECOND_MS) * this.#rate;
    // A burst of a fifth of a second at most.
    this.#tokens = Math.min(tokens, Math.max(1, this.#rate / 5));
    this.#filledAt = now;
  }

  #roll(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    if (second === this.#second) return;
    this.#takenBefore = second === this.#second + 1 ? this.#taken : 0;
    this.#taken = 0;
    this.#second = second;
  }
}
