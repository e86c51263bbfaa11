import type { Logger } from 'pino';
import type { RelayActivity } from '../../src/deliveries/relay-activity.ts';
import type { Relay } from '../../src/relays/relay.ts';

const SECONDS = 10;

/** How many messages each relay took in the last ten seconds, second by second. */
export class RelayRates {
  readonly #now: () => number;
  readonly #counts = new Map<string, { second: number; count: number }[]>();

  /** `now` in milliseconds, never backwards. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The relay took a message. */
  took(relay: string): void {
    const second = Math.floor(this.#now() / 1000);
    const seconds = this.#counts.get(relay) ?? [];
    this.#counts.set(relay, seconds);
    const last = seconds.at(-1);
    if (last?.second === second) last.count += 1;
    else seconds.push({ second, count: 1 });
    while (seconds[0] && seconds[0].second < second - SECONDS) seconds.shift();
  }

  /** Messages a second. */
  of(relay: string): number {
    const from = Math.floor(this.#now() / 1000) - SECONDS;
    const recent = (this.#counts.get(relay) ?? []).filter(({ second }) => second > from);
    return recent.reduce((sum, { count }) => sum + count, 0) / SECONDS;
  }
}

/** Writes down what the relays of a worker take, while they take anything and once more when they no longer do. */
export function noteRates(
  relays: { activity(): RelayActivity[] },
  note: (activity: RelayActivity[]) => Promise<void>,
  everyMs: number,
  log: Logger,
): { stop(): Promise<void> } {
  let busy = false;
  let noting = Promise.resolve();
  const timer = setInterval(() => {
    const activity = relays.activity();
    const now = activity.some(({ perSecond }) => perSecond > 0);
    // one that nobody speaks of is left out of the figures soon
    if (!now && !busy) return;
    busy = now;
    noting = note(activity).catch((err) => log.debug({ err }, 'the relays’ rates are not noted'));
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await noting;
    },
  };
}

/** What a relay takes, and what it says while it takes nothing. */
export const activityOf = (relay: Relay, rates: RelayRates): RelayActivity => {
  const { name } = relay.settings;
  const { up, lastError } = relay.state();
  return { relay: name, perSecond: rates.of(name), words: up ? null : (lastError?.reply ?? null) };
};
