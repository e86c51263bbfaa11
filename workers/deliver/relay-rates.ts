import type { Logger } from 'pino';
import type { RelayHealth } from '../../src/deliveries/relay-activity.ts';
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

/** Writes down how the relays of a worker do, while they take anything or cannot, and once more after that. */
export function noteRates(
  relays: { activity(): RelayHealth[] },
  note: (activity: RelayHealth[]) => Promise<void>,
  everyMs: number,
  log: Logger,
): { stop(): Promise<void> } {
  let busy = false;
  let noting = Promise.resolve();
  const timer = setInterval(() => {
    const activity = relays.activity();
    const now = activity.some(({ perSecond, state }) => perSecond > 0 || state !== 'up');
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

/** What a relay takes, how it does, and its words while it takes nothing or less; `avoidedFor` says why it is left alone. */
export function activityOf(
  relay: Relay,
  rates: RelayRates,
  avoidedFor: string | undefined,
): RelayHealth {
  const { name } = relay.settings;
  const { up, lastError, slowed, restingUntil = null, connections } = relay.state();
  const known = { relay: name, perSecond: rates.of(name), connections, restingUntil };
  if (avoidedFor !== undefined) return { ...known, state: 'avoided', words: avoidedFor };
  if (!up) return { ...known, state: 'resting', words: lastError?.reply ?? null };
  if (slowed) return { ...known, state: 'slowed', words: slowed.reply };
  return { ...known, state: 'up', words: null };
}
