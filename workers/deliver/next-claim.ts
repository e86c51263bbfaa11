import type { Lease } from '../../src/deliveries/lease.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Wanted as Leave, Permits } from '../../src/relays/pace/pace.ts';
import type { Relay } from '../../src/relays/relay.ts';
import type { Ranges, Work } from './ranges.ts';
import type { Receivers } from './receiver-backoff.ts';
import type { RelaySet } from './relay-set.ts';

/** What decides whether anything may be claimed. */
export interface NextClaimParts {
  lease: Lease;
  relays: RelaySet;
  receivers: Receivers;
  permits(wanted: Leave): Promise<Permits>;
  log: Logger;
}

/** So many rows of a range, for a relay that can start them now. */
export interface Claimable {
  work: Work;
  relay: Relay;
  count: number;
}

/** When looking again is worth it, where nothing else will tell: in so many ms. */
interface Again {
  againMs?: number;
}

const LOOK_AGAIN_MS = 100;
/** A group that rests longer than this leaves its ranges to housekeeping. */
const HOLD_FOR_MS = 2_000;

/** Finds what a worker claims next: of its ranges, its relays and the rates that all workers share. */
export class NextClaim {
  readonly #parts: NextClaimParts;
  readonly #ranges: Ranges;

  constructor(parts: NextClaimParts, ranges: Ranges) {
    this.#parts = parts;
    this.#ranges = ranges;
  }

  /**
   * The first range that may be claimed from, and the relay whose turn it is; no more rows than there is `room` for.
   * Gives back ranges whose receivers rest for long.
   */
  find(room: number): Again & { claimable?: Claimable } {
    const { lease, relays, receivers } = this.#parts;
    if (!lease.mayStart()) return {};
    const relay = relays.next();
    // Nothing tells when the share of a slow relay is given to another.
    if (!relay) return this.#ranges.size > 0 ? { againMs: LOOK_AGAIN_MS } : {};
    let soonest = Number.POSITIVE_INFINITY;
    for (const work of this.#ranges) {
      if (work.through || work.giveBack || work.closing) continue;
      const paceMs = work.notBefore - performance.now();
      if (paceMs > 0) {
        soonest = Math.min(soonest, paceMs);
        continue;
      }
      const restMs = receivers.restMs(work.held.receiverGroup);
      if (restMs === 0)
        return { claimable: { work, relay, count: Math.min(room, relays.room(relay)) } };
      if (restMs > HOLD_FOR_MS) {
        work.giveBack = { laterMs: restMs };
        this.#ranges.closeDone();
      } else soonest = Math.min(soonest, restMs);
    }
    return soonest < Number.POSITIVE_INFINITY ? { againMs: soonest } : {};
  }

  /** How many of them the rates allow now. Where it is none the other ranges have their turn, or the other relays. */
  async permitted({ work, relay, count }: Claimable): Promise<Again & { count: number }> {
    const { permits, relays, log } = this.#parts;
    const { granted, problem, retryAfterMs } = await permits({
      relay: relay.settings.name,
      groups: { [work.held.receiverGroup]: count },
    });
    if (problem) log.warn({ problem }, 'nothing is sent: no permits');
    if (granted > 0) return { count: granted };
    // Which of the limits it was is not said: a relay with one of its own leaves it to the others.
    if (relay.settings.rate !== undefined) relays.pace(relay, retryAfterMs);
    else work.notBefore = performance.now() + retryAfterMs;
    this.#ranges.rotate(work);
    return { count: 0, againMs: retryAfterMs };
  }
}
