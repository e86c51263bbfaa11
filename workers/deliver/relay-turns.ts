import type { Relay } from '../../src/relays/relay.ts';

/** How long the messages of a relay's share wait for it while the others could take them. */
const SHARE_WAITS_MS = 50;

/** Whose turn it is, by weight: each message moves its relay on by 1/weight, and the one furthest behind is next. */
export class RelayTurns {
  readonly #position = new Map<Relay, number>();
  /** Since when a relay whose turn it was could start nothing. */
  readonly #fullSince = new Map<Relay, number>();
  /** Where the relay stood that had the last turn. */
  #last = 0;

  /** The next of these; undefined when none has room, or when one that is full now has its share waiting for it. */
  next(relays: Relay[], room: (relay: Relay) => number): Relay | undefined {
    const now = performance.now();
    for (const relay of relays.toSorted((a, b) => this.#positionOf(a) - this.#positionOf(b))) {
      if (room(relay) > 0) {
        this.#fullSince.delete(relay);
        this.#last = this.#positionOf(relay);
        return relay;
      }
      // Its share waits for it while it answers; one that is slow gets what it can take.
      const since = this.#fullSince.get(relay) ?? now;
      this.#fullSince.set(relay, since);
      if (now - since < SHARE_WAITS_MS) return undefined;
    }
    return undefined;
  }

  /** It was given a message. */
  served(relay: Relay): void {
    this.#position.set(relay, this.#positionOf(relay) + 1 / relay.settings.weight);
  }

  /** One that comes back after a while has its share from now on, not what it missed. */
  #positionOf(relay: Relay): number {
    return Math.max(this.#position.get(relay) ?? 0, this.#last);
  }
}
