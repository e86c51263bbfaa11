import type { Logger } from 'pino';
import type { Answer, Outgoing } from '../src/relays/outgoing.ts';
import { openRelay, type Relay } from '../src/relays/relay.ts';
import type { RelaySettings } from '../src/relays/settings.ts';
import type { WarmUp } from './deliver-warm-up.ts';

/** How long a relay that refuses everything (log-in, sender, size) is left alone. */
const AVOID_MS = 60_000;
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
  /** Leaves a relay that refuses whatever it is given alone for a minute. */
  avoid(name: string): void;
  /** Lets another pool of ours have a connection to a relay that takes no more of them. */
  makeRoom(name: string): void;
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
  openCeilings: (onChange: () => void) => WarmUp,
): RelaySet {
  const listeners: (() => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const relays = settings.map((each) => openRelay(each, { log, onState: tell }));
  const warmUp = openCeilings(tell);
  const avoided = new Map<string, number>();
  // Served by weight: each message moves its relay on by 1/weight, the one furthest behind is next.
  const served = new Map<Relay, number>();
  let clock = 0;
  const room = (relay: Relay) => Math.min(relay.free, warmUp.left(relay.settings));
  const paced = new Map<Relay, number>();
  const fullSince = new Map<Relay, number>();
  const avoids = (relay: Relay) => (avoided.get(relay.settings.name) ?? 0) > performance.now();
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
      warmUp.used(relay.settings);
      served.set(relay, position(relay) + 1 / relay.settings.weight);
      return relay.send(outgoing);
    },
    avoid(name) {
      avoided.set(name, performance.now() + AVOID_MS);
      setTimeout(tell, AVOID_MS).unref();
    },
    makeRoom(name) {
      relays.find((relay) => relay.settings.name === name)?.makeRoom();
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

  function position(relay: Relay): number {
    return Math.max(served.get(relay) ?? 0, clock);
  }
}
