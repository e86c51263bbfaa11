import type { Lease } from '../../src/deliveries/lease.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Permits, WantedPermits } from '../../src/relays/pace/pace.ts';
import type { Relay } from '../../src/relays/relay.ts';
import type { Ranges, Work } from './ranges.ts';
import type { ReceiverRates } from './receiver-rates.ts';
import type { RelaySet } from './relay-set.ts';

/** What decides whether anything may be claimed. */
export interface NextClaimParts {
  lease: Lease;
  relays: RelaySet;
  receivers: ReceiverRates;
  permits(wanted: WantedPermits): Promise<Permits>;
  log: Logger;
}

/** So many rows of a range, for a relay that can start them now. */
export interface Claimable {
  work: Work;
  relay: Relay;
  count: number;
}

/**
 * Why nothing may be claimed. `againMs`: when to look again, where no event wakes the pump. Which event does it for
 * which of them is said at the head of the pump.
 */
export type Waiting =
  | { waitsFor: 'lease' | 'places' | 'ranges' }
  | { waitsFor: 'relays' | 'receivers' | 'permits'; againMs: number };

const LOOK_AGAIN_MS = 100;
/** Ranges of a group to which nothing may start for longer than this are left to others. */
const HOLD_FOR_MS = 15_000;

/** Finds what a worker claims next: of its ranges, its relays and the rates that all workers share. */
export class NextClaim {
  readonly #parts: NextClaimParts;
  readonly #ranges: Ranges;

  constructor(parts: NextClaimParts, ranges: Ranges) {
    this.#parts = parts;
    this.#ranges = ranges;
  }

  /**
   * A range of the edition whose turn it is, and the relay whose turn it is; no more rows than there is `room` for.
   * Gives back ranges whose receivers take nothing for long.
   */
  find(room: number): Claimable | Waiting {
    const { lease, relays, receivers } = this.#parts;
    if (room <= 0) return { waitsFor: 'places' };
    if (!lease.mayStart()) return { waitsFor: 'lease' };
    const relay = relays.next();
    // Nothing tells when the share of a slow relay is given to another.
    if (!relay) return { waitsFor: 'relays', againMs: LOOK_AGAIN_MS };
    let permitsMs = Number.POSITIVE_INFINITY;
    let receiversMs = Number.POSITIVE_INFINITY;
    for (const work of this.#ranges) {
      if (work.preparing || work.through || work.giveBack || work.closing) continue;
      const paceMs = work.notBefore - performance.now();
      if (paceMs > 0) {
        permitsMs = Math.min(permitsMs, paceMs);
        continue;
      }
      const { count, waitMs } = receivers.allowance(work.held.receiverGroup);
      if (count > 0) return { work, relay, count: Math.min(room, relays.room(relay), count) };
      receiversMs = Math.min(receiversMs, waitMs);
      if (waitMs > HOLD_FOR_MS) {
        work.giveBack = { laterMs: waitMs };
        this.#ranges.closeDone();
      }
    }
    if (permitsMs < receiversMs) return { waitsFor: 'permits', againMs: permitsMs };
    if (receiversMs < Number.POSITIVE_INFINITY)
      return { waitsFor: 'receivers', againMs: receiversMs };
    return { waitsFor: 'ranges' };
  }

  /** The same with so many rows as the rates allow now. Where it is none the other editions have their turn. */
  async permitted(claimable: Claimable): Promise<Claimable | Waiting> {
    const { permits, relays, log } = this.#parts;
    const { work, relay, count } = claimable;
    const { granted, problem, retryAfterMs } = await permits({
      relay: relay.settings.name,
      groups: { [work.held.receiverGroup]: count },
    });
    if (problem) log.warn({ problem }, 'nothing is sent: no permits');
    if (granted > 0) return { ...claimable, count: granted };
    // Which of the limits it was is not said: a relay with one of its own leaves it to the others.
    if (relay.settings.rate !== undefined) relays.pace(relay, retryAfterMs);
    else work.notBefore = performance.now() + retryAfterMs;
    this.#ranges.passedOver(work);
    return { waitsFor: 'permits', againMs: retryAfterMs };
  }
}
