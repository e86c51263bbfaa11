import type { Logger } from 'pino';
import { said } from '../../src/relays/advice.ts';
import { openRelay, type Relay } from '../../src/relays/relay.ts';
import type { RelaySettings } from '../../src/relays/settings.ts';
import type { Answer, Outgoing } from '../../src/relays/smtp/outgoing.ts';
import type { Timings } from '../../src/timings.ts';
import type { WarmUp } from './warm-up.ts';

/** How long the messages of a relay's share wait for it while the others could take them. */
const SHARE_KEPT_MS = 50;

/** The relays of one worker: who is next, by weight, and who can take nothing now. */
export interface RelaySet {
  /** Of all relays together. */
  readonly connections: number;
  /** The relay whose turn it is, of those that can start a message now; undefined when none can. */
  next(): Relay | undefined;
  /** How many more a relay can start now, its ceiling of the day included. */
  room(relay: Relay): number;
  send(relay: Relay, outgoing: Outgoing): Promise<Answer>;
  /** A relay's own rate is used up for so long: the others go on. */
  pace(relay: Relay, ms: number): void;
  /** Leaves a relay that refuses whatever it is given alone for a minute; `words` say why. */
  avoid(name: string, words: string): void;
  /** What is wrong with the relays, and what to do; undefined when each takes messages. */
  trouble(): string | undefined;
  /** Lets another pool of ours have a connection to a relay that takes no more of them. */
  makeRoom(name: string): void;
  /** Tries those that were left alone again: an operator has looked at it. */
  forgive(): void;
  /** True when every relay is avoided: nobody takes what we send. */
  allRefuse(): boolean;
  /** Called when what `next` rests on may have changed. */
  onChange(listener: () => void): void;
  destroyUnfinished(): void;
  close(): Promise<void>;
}

/** Opens the relays; `warmUp` says how much more those with a ceiling may have. */
export function openRelaySet(
  settings: RelaySettings[],
  log: Logger,
  timings: Timings,
  openCeilings: (onChange: () => void) => WarmUp,
): RelaySet {
  const listeners: (() => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const relays = settings.map((each) =>
    openRelay(each, { log, onState: tell, timeouts: timings.relay }),
  );
  const warmUp = openCeilings(tell);
  const avoided = new Map<string, { until: number; words: string }>();
  /** Since when each has owed an answer. */
  const owes = new Map<Relay, number>();
  /** What was wrong at the last look: what has gone by the next was a hiccup. */
  const failedBefore = new Map<Relay, string>();
  // Served by weight: each message moves its relay on by 1/weight, the one furthest behind is next.
  const served = new Map<Relay, number>();
  let clock = 0;
  const room = (relay: Relay) => Math.min(relay.free, warmUp.left(relay.settings));
  const paced = new Map<Relay, number>();
  const fullSince = new Map<Relay, number>();
  const avoids = (relay: Relay) =>
    (avoided.get(relay.settings.name)?.until ?? 0) > performance.now();
  const usable = (relay: Relay) => !avoids(relay) && (paced.get(relay) ?? 0) <= performance.now();
  return {
    connections: settings.reduce((sum, each) => sum + each.connections, 0),
    next() {
      const now = performance.now();
      const up = relays.filter((relay) => usable(relay) && relay.state().up);
      for (const relay of up.toSorted((a, b) => position(a) - position(b))) {
        if (warmUp.left(relay.settings) <= 0) continue;
        if (room(relay) > 0) {
          fullSince.delete(relay);
          // One that comes back from a rest has its share from now on, not what it missed.
          clock = position(relay);
          return relay;
        }
        // Its share is kept for it while it answers; one that is slow gets what it can take.
        const since = fullSince.get(relay) ?? now;
        fullSince.set(relay, since);
        if (now - since < SHARE_KEPT_MS) return undefined;
      }
      return undefined;
    },
    pace(relay, ms) {
      paced.set(relay, performance.now() + ms);
    },
    room,
    send(relay, outgoing) {
      // More may have been claimed than is left of its day: what waited to be written did not count yet.
      if (warmUp.left(relay.settings) <= 0)
        return Promise.resolve({ kind: 'withdrawn', relay: relay.settings.name });
      warmUp.used(relay.settings);
      served.set(relay, position(relay) + 1 / relay.settings.weight);
      if (!owes.has(relay)) owes.set(relay, performance.now());
      return relay.send(outgoing).then((answer) => {
        if (answer.kind === 'withdrawn') return answer;
        if (relay.busy > 0) owes.set(relay, performance.now());
        else owes.delete(relay);
        return answer;
      });
    },
    trouble() {
      const troubles = relays.map(troubleOf).filter((each) => each !== undefined);
      if (troubles.length === 0) return undefined;
      const rest =
        troubles.length < relays.length ? ' Until then the other relays send its emails.' : '';
      return troubles.join(' ') + rest;
    },
    avoid(name, words) {
      log.warn({ relay: name, words }, 'a relay refuses all messages, and is left alone');
      avoided.set(name, { until: performance.now() + timings.avoidMs, words });
      setTimeout(tell, timings.avoidMs).unref();
    },
    makeRoom(name) {
      relays.find((relay) => relay.settings.name === name)?.makeRoom();
    },
    forgive() {
      if (avoided.size === 0) return;
      avoided.clear();
      tell();
    },
    allRefuse: () => relays.every(avoids),
    onChange: (listener) => void listeners.push(listener),
    destroyUnfinished() {
      for (const relay of relays) relay.destroyUnfinished();
    },
    async close() {
      warmUp.stop();
      await Promise.all(relays.map((relay) => relay.close()));
    },
  };

  function troubleOf(relay: Relay): string | undefined {
    const { name } = relay.settings;
    if (avoids(relay)) return avoided.get(name)?.words;
    const { lastError, slowed } = relay.state();
    if (slowed) return said(name, slowed.reply, slowed.fix);
    const before = failedBefore.get(relay);
    failedBefore.delete(relay);
    if (lastError) {
      const words = said(name, lastError.reply, lastError.fix);
      failedBefore.set(relay, words);
      return before === undefined ? undefined : words;
    }
    const silent = performance.now() - (owes.get(relay) ?? Number.POSITIVE_INFINITY);
    if (silent < timings.silenceMs || (relay.busy === 0 && relay.free > 0)) return undefined;
    return said(name, 'has not answered for some time', SILENT);
  }

  function position(relay: Relay): number {
    return Math.max(served.get(relay) ?? 0, clock);
  }
}

const SILENT =
  'Each answer is waited for as long as the standard allows (up to 10 minutes). Check the relay: "gaceta doctor" connects to it.';
