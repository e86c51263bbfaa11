import { type Allowance, ReceiverRates } from './receiver-rates.ts';

/** Messages to a receiver group that may be under way at once, by an operator's word; `relay` empty: over all of them. */
export interface ConnectionBound {
  relay: string;
  group: string;
  connections: number;
}

/** How soon to look again where as many are under way as may be; an answer wakes the pump before. */
const LOOK_AGAIN_MS = 100;

/**
 * What a worker may send to each receiver group through each relay: a rate that is found anew for every pair, since
 * receivers count by the address that messages come from, and never more at once than an operator set.
 */
export class ReceiverPaces {
  readonly #rates: Map<string, ReceiverRates>;
  /** Under way, by relay and group, and by group over all relays. */
  readonly #open = new Map<string, number>();
  #bounds = new Map<string, number>();

  constructor(relays: string[], now?: () => number) {
    this.#rates = new Map(relays.map((relay) => [relay, new ReceiverRates(now)]));
  }

  /** Puts an operator's bounds in the place of those before. */
  bound(bounds: ConnectionBound[]): void {
    this.#bounds = new Map(bounds.map((one) => [key(one.relay, one.group), one.connections]));
  }

  /** How many messages to the group may start now through the relay. */
  allowance(relay: string, group: string): Allowance {
    const allowed = this.#rates.get(relay)?.allowance(group) ?? UNLIMITED;
    if (this.#bounds.size === 0) return allowed;
    const places = Math.min(this.#places(relay, group), this.#places('', group));
    if (places > 0) return { ...allowed, count: Math.min(allowed.count, places) };
    return { count: 0, waitMs: Math.max(allowed.waitMs, LOOK_AGAIN_MS) };
  }

  /** So many of them were started. */
  used(relay: string, group: string, count: number): void {
    this.#rates.get(relay)?.used(group, count);
    this.#under(relay, group, count);
  }

  /** One of them is answered, or never left. */
  ended(relay: string, group: string): void {
    this.#under(relay, group, -1);
  }

  /** The group took a message. */
  took(relay: string, group: string): void {
    this.#rates.get(relay)?.took(group);
  }

  /** The group refused one that was started at `startedAt`, because there are too many of them. */
  refused(relay: string, group: string, startedAt: number): void {
    this.#rates.get(relay)?.refused(group, startedAt);
  }

  /** Groups to which nothing may start for at least `ms`, whichever relay it goes through. */
  closedFor(ms: number): string[] {
    const [first = [], ...others] = [...this.#rates.values()].map((rates) => rates.closedFor(ms));
    return first.filter((group) => others.every((closed) => closed.includes(group)));
  }

  /** The groups whose rate is being found: messages a second over its relays, and for how many milliseconds nothing may start. */
  limits(): { group: string; perSecond: number; waitMs: number }[] {
    const found = [...this.#rates.values()].flatMap((rates) => rates.limits());
    return [...Map.groupBy(found, ({ group }) => group)].map(([group, limits]) => ({
      group,
      perSecond: limits.reduce((sum, { perSecond }) => sum + perSecond, 0),
      waitMs:
        limits.length === this.#rates.size ? Math.min(...limits.map(({ waitMs }) => waitMs)) : 0,
    }));
  }

  #places(relay: string, group: string): number {
    const bound = this.#bounds.get(key(relay, group));
    return bound === undefined
      ? Number.POSITIVE_INFINITY
      : bound - (this.#open.get(key(relay, group)) ?? 0);
  }

  #under(relay: string, group: string, change: number): void {
    for (const each of [key(relay, group), key('', group)])
      this.#open.set(each, (this.#open.get(each) ?? 0) + change);
  }
}

const UNLIMITED: Allowance = { count: Number.POSITIVE_INFINITY, waitMs: 0 };
const key = (relay: string, group: string) => `${group} ${relay}`;
