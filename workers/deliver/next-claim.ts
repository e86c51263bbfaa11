import type { Lease } from '../../src/deliveries/lease.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Permits, WantedPermits } from '../../src/relays/pace/pace.ts';
import type { Relay } from '../../src/relays/relay.ts';
import type { Ranges, Work } from './ranges.ts';
import type { ReceiverPaces } from './receiver-paces.ts';
import type { RelaySet } from './relay-set.ts';

/** What decides whether anything may be claimed. */
export interface NextClaimParts {
  lease: Lease;
  relays: RelaySet;
  receivers: ReceiverPaces;
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
   * A range of the edition whose turn it is, and the relay whose turn it is, or the next one where its receivers take no
   * more from that; no more rows than there is `room` for. Gives back ranges whose receivers take nothing for long.
   */
  find(room: number): Claimable | Waiting {
    const { lease, relays } = this.#parts;
    if (room <= 0) return { waitsFor: 'places' };
    if (!lease.mayStart()) return { waitsFor: 'lease' };
    const tried = new Set<Relay>();
    let waiting: Waiting | undefined;
    for (let relay = relays.next(tried); relay; relay = relays.next(tried)) {
      tried.add(relay);
      const found = this.#through(relay, room);
      if (!('waitsFor' in found) || found.waitsFor === 'ranges') return found;
      // the next relay may be known better to those whom this one has sent enough
      waiting = sooner(waiting, found);
    }
    this.#giveUpSlow(tried);
    // Nothing tells when the share of a slow relay is given to another.
    return waiting ?? { waitsFor: 'relays', againMs: LOOK_AGAIN_MS };
  }

  #through(relay: Relay, room: number): Claimable | Waiting {
    const { relays, receivers } = this.#parts;
    let permitsMs = Number.POSITIVE_INFINITY;
    let receiversMs = Number.POSITIVE_INFINITY;
    for (const work of this.#ranges) {
      if (work.preparing || work.through || work.giveBack || work.closing) continue;
      const paceMs = work.notBefore - performance.now();
      if (paceMs > 0) {
        permitsMs = Math.min(permitsMs, paceMs);
        continue;
      }
      const { count, waitMs } = receivers.allowance(relay.settings.name, work.held.receiverGroup);
      if (count > 0) return { work, relay, count: Math.min(room, relays.room(relay), count) };
      receiversMs = Math.min(receiversMs, waitMs);
    }
    if (permitsMs < receiversMs) return { waitsFor: 'permits', againMs: permitsMs };
    if (receiversMs < Number.POSITIVE_INFINITY)
      return { waitsFor: 'receivers', againMs: receiversMs };
    return { waitsFor: 'ranges' };
  }

  /** Gives back ranges whose receivers take nothing for long through any of the relays. */
  #giveUpSlow(relays: Set<Relay>): void {
    if (relays.size === 0) return;
    for (const work of this.#ranges) {
      if (work.preparing || work.through || work.giveBack || work.closing) continue;
      const waits = [...relays].map(
        ({ settings }) =>
          this.#parts.receivers.allowance(settings.name, work.held.receiverGroup).waitMs,
      );
      const laterMs = Math.min(...waits);
      if (laterMs > HOLD_FOR_MS) work.giveBack = { laterMs };
    }
    this.#ranges.closeDone();
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

const sooner = (one: Waiting | undefined, other: Waiting): Waiting =>
  one && 'againMs' in one && 'againMs' in other && one.againMs <= other.againMs ? one : other;
