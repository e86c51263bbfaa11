import type { Logger } from 'pino';
import type { RelayHealth } from '../../src/deliveries/relay-activity.ts';
import { openRelay, type Relay } from '../../src/relays/relay.ts';
import type { RelaySettings } from '../../src/relays/settings.ts';
import type { Answer, Outgoing } from '../../src/relays/smtp/outgoing.ts';
import type { Timings } from '../../src/timings.ts';
import { activityOf, RelayRates } from './relay-rates.ts';
import { RelayTroubles } from './relay-troubles.ts';
import { RelayTurns } from './relay-turns.ts';
import type { WarmUp } from './warm-up.ts';

export interface RelaySetParts {
  relays: RelaySettings[];
  log: Logger;
  timings: Timings;
  /** How much more the relays with a ceiling of the day may have. */
  openWarmUp(onChange: () => void): WarmUp;
}

const NONE: ReadonlySet<Relay> = new Set();

/** The relays of one worker: who is next, by weight, and who can take nothing now. */
export class RelaySet {
  readonly #log: Logger;
  readonly #timings: Timings;
  readonly #relays: Relay[];
  readonly #warmUp: WarmUp;
  readonly #turns = new RelayTurns();
  readonly #rates = new RelayRates();
  readonly #troubles: RelayTroubles;
  /** Until when a relay's own rate is used up. */
  readonly #pacedUntil = new Map<Relay, number>();
  readonly #listeners: (() => void)[] = [];
  /** Of all relays together. */
  readonly connections: number;

  constructor({ relays, log, timings, openWarmUp }: RelaySetParts) {
    this.#log = log;
    this.#timings = timings;
    const onState = () => this.#changed();
    this.#relays = relays.map((each) => openRelay(each, { log, onState, timeouts: timings.relay }));
    this.#warmUp = openWarmUp(onState);
    this.#troubles = new RelayTroubles(timings);
    this.connections = relays.reduce((sum, each) => sum + each.connections, 0);
  }

  /** Called when what `next` rests on may have changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The relay whose turn it is, of those that can start a message now, without `tried`; undefined when none can. */
  next(tried: ReadonlySet<Relay> = NONE): Relay | undefined {
    const now = performance.now();
    const up = this.#relays.filter(
      (relay) =>
        !tried.has(relay) &&
        !this.#troubles.avoids(relay) &&
        (this.#pacedUntil.get(relay) ?? 0) <= now &&
        relay.state().up &&
        this.#warmUp.left(relay.settings) > 0,
    );
    return this.#turns.next(up, (relay) => this.room(relay));
  }

  /** How many more a relay can start now, its ceiling of the day included. */
  room(relay: Relay): number {
    return Math.min(relay.free, this.#warmUp.left(relay.settings));
  }

  async send(relay: Relay, outgoing: Outgoing): Promise<Answer> {
    const { settings } = relay;
    // More may have been claimed than is left of its day: what waited to be written did not count yet.
    if (this.#warmUp.left(settings) <= 0) return { kind: 'withdrawn', relay: settings.name };
    this.#warmUp.used(settings);
    this.#turns.served(relay);
    this.#troubles.asked(relay);
    const answer = await relay.send(outgoing);
    if (answer.kind !== 'withdrawn') this.#troubles.answered(relay);
    if (answer.kind === 'sent') this.#rates.took(settings.name);
    return answer;
  }

  /** What each relay takes at the moment, and how it does. */
  activity(): RelayHealth[] {
    return this.#relays.map((relay) =>
      activityOf(relay, this.#rates, this.#troubles.avoidedFor(relay)),
    );
  }

  /** A relay's own rate is used up for so long: the others go on. */
  pace(relay: Relay, ms: number): void {
    this.#pacedUntil.set(relay, performance.now() + ms);
  }

  /** Leaves a relay that refuses whatever it is given alone for a minute; `words` say why. */
  avoid(name: string, words: string): void {
    this.#log.warn({ relay: name, words }, 'a relay refuses all messages, and is left alone');
    this.#troubles.avoid(name, words);
    setTimeout(() => this.#changed(), this.#timings.avoidMs).unref();
  }

  /** True when every relay is avoided: none takes what we send. */
  allRefuse(): boolean {
    return this.#relays.every((relay) => this.#troubles.avoids(relay));
  }

  /** Tries those that were left alone again: an operator has looked at it. */
  forgive(): void {
    if (this.#troubles.forgive()) this.#changed();
  }

  /** What is wrong with the relays, and what to do; undefined when each takes messages. */
  trouble(): string | undefined {
    return this.#troubles.told(this.#relays);
  }

  /** Lets another pool of ours have a connection to a relay that takes no more of them. */
  makeRoom(name: string): void {
    this.#relays.find((relay) => relay.settings.name === name)?.makeRoom();
  }

  /** Destroys every connection whose final dot is not written. */
  destroyUnfinished(): void {
    for (const relay of this.#relays) relay.destroyUnfinished();
  }

  /** Starts nothing more; resolves when every answer is in. */
  async close(): Promise<void> {
    this.#warmUp.stop();
    await Promise.all(this.#relays.map((relay) => relay.close()));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
