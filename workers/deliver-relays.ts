import type { Logger } from 'pino';
import type { Answer, Outgoing } from '../src/relays/outgoing.ts';
import { openRelay, type Relay } from '../src/relays/relay.ts';
import type { RelaySettings } from '../src/relays/settings.ts';
import type { WarmUp } from './deliver-warm-up.ts';

/** How long a relay that refuses everything (log-in, sender, size) is left alone. */
const AVOID_MS = 60_000;

/** The relays of one worker: who is next, by weight, and who can take nothing now. */
export interface RelaySet {
  /** Of all relays together. */
  readonly connections: number;
  /** The relay whose turn it is, of those that can start a message now; undefined when none can. */
  next(): Relay | undefined;
  /** How many more a relay can start now, its ceiling of the day included. */
  room(relay: Relay): number;
  send(relay: Relay, outgoing: Outgoing): Promise<Answer>;
  /** Leaves a relay that refuses whatever it is given alone for a minute. */
  avoid(name: string): void;
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
  const usable = (relay: Relay) => (avoided.get(relay.settings.name) ?? 0) <= performance.now();
  return {
    connections: settings.reduce((sum, each) => sum + each.connections, 0),
    next() {
      let best: Relay | undefined;
      for (const relay of relays) {
        if (room(relay) <= 0 || !usable(relay)) continue;
        if (!best || position(relay) < position(best)) best = relay;
      }
      return best;
    },
    room,
    send(relay, outgoing) {
      warmUp.used(relay.settings);
      // One that comes back from a rest has its share from now on, not what it missed.
      clock = position(relay);
      served.set(relay, clock + 1 / relay.settings.weight);
      return relay.send(outgoing);
    },
    avoid(name) {
      avoided.set(name, performance.now() + AVOID_MS);
      setTimeout(tell, AVOID_MS).unref();
    },
    allRefuse: () => relays.every((relay) => !usable(relay)),
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
