/** What may start to a receiver group now, and when to look again where nothing may. */
export interface Allowance {
  count: number;
  waitMs: number;
}

/** A group that has refused messages for their number; its rate is being found. */
interface Limit {
  /** Messages a second. */
  rate: number;
  /** The rate at which it refused last. */
  ceiling: number;
  tokens: number;
  refilledAt: number;
  /** A refusal of what started before this says nothing new: those that were under way together count once. */
  slowedAt: number;
  grownAt: number;
  takenSince: number;
  /** The share of the last twenty or so that were refused. */
  refused: number;
}

/** The lowest rate: one probe a minute. */
const LOWEST = 1 / 60;
/** What is tried first, where the group had taken nothing before it refused. */
const FIRST = 1;
/** A limit this high never binds, and is forgotten. */
const UNLIMITED = 1_000;
/** Refusals of single mailboxes are no limit; where more than this share is refused, it is one. */
const TOLERATED = 0.08;
const REFUSED_MEAN_OF = 20;
/** Up to this share of the last ceiling the rate grows quickly, beyond it slowly. */
const NEAR = 0.85;
/** A second's growth below and above that, as a share of the ceiling. */
const QUICKLY = 0.12;
const SLOWLY = 0.02;
/** After so long without a refusal the ceiling is believed gone: the rate doubles in `DOUBLES_MS`. */
const FORGET_MS = 20_000;
const DOUBLES_MS = 5_000;
const MEASURE_S = 5;

/**
 * Finds how many messages a second each receiver group takes: unlimited until it refuses some for their number, then
 * halved, and grown while messages are taken (additive increase, multiplicative decrease). A group that takes nothing
 * is probed with single messages, less and less often. The group `rest` is everybody else, and has no limit: one of
 * them that is slow says nothing of the others. Times are those of `now`, in milliseconds.
 */
export class ReceiverRates {
  readonly #now: () => number;
  readonly #limits = new Map<string, Limit>();
  /** Messages taken in each of the last seconds, by group. */
  readonly #taken = new Map<string, Map<number, number>>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many messages to the group may start now. */
  allowance(group: string): Allowance {
    const limit = this.#limits.get(group);
    if (!limit) return { count: Number.POSITIVE_INFINITY, waitMs: 0 };
    this.#refill(limit);
    const count = Math.floor(limit.tokens);
    return { count, waitMs: count > 0 ? 0 : Math.ceil(((1 - limit.tokens) / limit.rate) * 1_000) };
  }

  /** So many of them were started. */
  used(group: string, count: number): void {
    const limit = this.#limits.get(group);
    if (limit) limit.tokens -= count;
  }

  /** Groups to which nothing may start for at least `ms`. */
  closedFor(ms: number): string[] {
    return [...this.#limits.keys()].filter((group) => this.allowance(group).waitMs >= ms);
  }

  /** The groups whose rate is being found: messages a second, and for how many milliseconds nothing may start. */
  limits(): { group: string; perSecond: number; waitMs: number }[] {
    return [...this.#limits].map(([group, { rate }]) => ({
      group,
      perSecond: rate,
      waitMs: this.allowance(group).waitMs,
    }));
  }

  /** The group took a message. */
  took(group: string): void {
    if (group === 'rest') return;
    this.#count(group);
    const limit = this.#limits.get(group);
    if (!limit) return;
    limit.takenSince += 1;
    limit.refused -= limit.refused / REFUSED_MEAN_OF;
    // What a batch brought while the rest of it was refused tells of the rate as well.
    limit.ceiling = Math.max(limit.ceiling, this.#measured(group));
    this.#grow(limit);
    if (limit.rate > UNLIMITED) this.#limits.delete(group);
  }

  /** The group refused a message that was started at `startedAt`, because there are too many of them. */
  refused(group: string, startedAt: number): void {
    if (group === 'rest') return;
    const now = this.#now();
    const limit = this.#limits.get(group);
    if (!limit) {
      const rate = Math.max(FIRST, this.#measured(group) / 2);
      this.#limits.set(group, {
        rate,
        ceiling: rate,
        tokens: 0,
        refilledAt: now,
        slowedAt: now,
        grownAt: now,
        takenSince: 0,
        refused: 0,
      });
      return;
    }
    if (startedAt <= limit.slowedAt) return;
    limit.refused += (1 - limit.refused) / REFUSED_MEAN_OF;
    if (limit.takenSince > 0 && limit.refused < TOLERATED) return;
    this.#refill(limit);
    const taken = this.#measured(group) * 1.1;
    limit.ceiling =
      limit.takenSince > 0 ? Math.min(limit.rate, Math.max(taken, LOWEST)) : limit.rate;
    limit.rate = Math.max(LOWEST, Math.min(limit.rate, limit.ceiling) / 2);
    limit.tokens = Math.min(limit.tokens, 0);
    limit.slowedAt = now;
    limit.grownAt = now;
    limit.takenSince = 0;
    limit.refused = 0;
  }

  #grow(limit: Limit): void {
    const now = this.#now();
    // A slow group's answers come seldom: each stands for the time since the one before.
    const ms = Math.min(now - limit.grownAt, Math.max(1_000, 1_000 / limit.rate));
    limit.grownAt = now;
    this.#refill(limit);
    if (now - limit.slowedAt > FORGET_MS) limit.rate *= 2 ** (ms / DOUBLES_MS);
    else if (limit.rate < NEAR * limit.ceiling)
      limit.rate = Math.min(
        NEAR * limit.ceiling,
        limit.rate + (limit.ceiling * QUICKLY * ms) / 1_000,
      );
    else limit.rate += (limit.ceiling * SLOWLY * ms) / 1_000;
  }

  /** Never more than a quarter of a second's at once: limits are often counted by the second. */
  #refill(limit: Limit): void {
    const now = this.#now();
    const more = ((now - limit.refilledAt) / 1_000) * limit.rate;
    limit.tokens = Math.min(limit.tokens + more, Math.max(1, limit.rate / 4));
    limit.refilledAt = now;
  }

  #count(group: string): void {
    let seconds = this.#taken.get(group);
    if (!seconds) {
      seconds = new Map();
      this.#taken.set(group, seconds);
    }
    const second = Math.floor(this.#now() / 1_000);
    if (!seconds.has(second))
      for (const old of seconds.keys()) if (old < second - MEASURE_S) seconds.delete(old);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }

  /** Messages taken a second, of late. */
  #measured(group: string): number {
    const last = Math.floor(this.#now() / 1_000);
    let sum = 0;
    for (const [second, count] of this.#taken.get(group) ?? [])
      if (second >= last - MEASURE_S) sum += count;
    return sum / MEASURE_S;
  }
}
