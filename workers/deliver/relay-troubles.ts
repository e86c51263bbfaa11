import { said } from '../../src/relays/advice.ts';
import type { Relay } from '../../src/relays/relay.ts';
import { readNotices, writeNotices } from '../../src/text/notice.ts';
import type { Timings } from '../../src/timings.ts';

/** What is wrong with relays, as operators are told, and which of them are left alone because they refuse everything. */
export class RelayTroubles {
  readonly #timings: Pick<Timings, 'avoidMs' | 'silenceMs'>;
  readonly #avoided = new Map<string, { until: number; words: string }>();
  /** Since when each has owed an answer. */
  readonly #owesSince = new Map<Relay, number>();
  /** What was wrong at the last look: what has gone by the next was a hiccup. */
  readonly #failedBefore = new Map<Relay, string>();

  constructor(timings: Pick<Timings, 'avoidMs' | 'silenceMs'>) {
    this.#timings = timings;
  }

  /** It refuses whatever it is given: to be left alone for a while. */
  avoid(name: string, words: string): void {
    this.#avoided.set(name, { until: performance.now() + this.#timings.avoidMs, words });
  }

  avoids({ settings: { name } }: Relay): boolean {
    return (this.#avoided.get(name)?.until ?? 0) > performance.now();
  }

  /** Why it is left alone; undefined when it is not. */
  avoidedFor(relay: Relay): string | undefined {
    return this.avoids(relay) ? this.#avoided.get(relay.settings.name)?.words : undefined;
  }

  /** None is left alone any more. Whether any was. */
  forgive(): boolean {
    const any = this.#avoided.size > 0;
    this.#avoided.clear();
    return any;
  }

  /** It was given a message. */
  asked(relay: Relay): void {
    if (!this.#owesSince.has(relay)) this.#owesSince.set(relay, performance.now());
  }

  answered(relay: Relay): void {
    if (relay.busy > 0) this.#owesSince.set(relay, performance.now());
    else this.#owesSince.delete(relay);
  }

  /** What is wrong with them, and what to do; undefined when each takes messages. */
  told(relays: Relay[]): string | undefined {
    const troubles = relays.flatMap((relay) => this.#troubleOf(relay) ?? []);
    if (troubles.length === 0) return undefined;
    const others = troubles.length < relays.length ? [{ code: 'otherRelays' }] : [];
    return writeNotices(...troubles.flatMap(readNotices), ...others);
  }

  #troubleOf(relay: Relay): string | undefined {
    const { name } = relay.settings;
    if (this.avoids(relay)) return this.#avoided.get(name)?.words;
    const { lastError, slowed } = relay.state();
    if (slowed) return said(name, slowed.reply, slowed.fix);
    const before = this.#failedBefore.get(relay);
    this.#failedBefore.delete(relay);
    if (lastError) {
      const words = said(name, lastError.reply, lastError.fix);
      this.#failedBefore.set(relay, words);
      return before === undefined ? undefined : words;
    }
    const silentMs = performance.now() - (this.#owesSince.get(relay) ?? Number.POSITIVE_INFINITY);
    if (silentMs < this.#timings.silenceMs || (relay.busy === 0 && relay.free > 0))
      return undefined;
    return writeNotices({ code: 'silent', values: { relay: name } });
  }
}
