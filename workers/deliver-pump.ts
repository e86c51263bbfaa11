import type { Claimed, Claims, Settle, Wanted } from '../src/deliveries/claim.ts';
import { OutcomeUnknown } from '../src/deliveries/claim.ts';
import type { Lease } from '../src/deliveries/lease.ts';
import type { Closing, HeldRange } from '../src/deliveries/ranges.ts';
import type { Settlement } from '../src/deliveries/settlement.ts';
import type { Logger } from '../src/log.ts';
import type { Answer, Outgoing } from '../src/relays/outgoing.ts';
import type { Pace } from '../src/relays/pace.ts';
import type { Relay } from '../src/relays/relay.ts';
import type { Receivers } from './deliver-receivers.ts';
import type { RelaySet } from './deliver-relays.ts';

/** A claimed row made ready, or what becomes of it without a relay. */
export type Composed =
  | { outgoing: Omit<Outgoing, 'mayStart'>; variant: string }
  | { settlement: Settlement };

/** What the pump is handed: it knows neither SQL nor MIME. */
export interface PumpParts {
  claims: Claims;
  lease: Lease;
  relays: RelaySet;
  receivers: Receivers;
  pace: Pace;
  log: Logger;
  /** At once where the variant is at hand. Never rejects for one reader's sake alone. */
  compose(held: HeldRange, row: Claimed): Composed | Promise<Composed>;
  /** The row's next state; may ask for a pause by `pauses`. */
  judge(held: HeldRange, row: Claimed, answer: Answer): Settlement;
  /** Pauses that answers have asked for; run between statements. */
  pauses(): Promise<void>;
  /** Hands back rows of a claim whose outcome was unknown: they never started. */
  handBack(held: HeldRange, claim: string): Promise<void>;
  close(held: HeldRange, options: { giveBack: boolean; laterMs?: number }): Promise<Closing>;
}

/** A range being worked. */
interface Work {
  held: HeldRange;
  /** Where to look next; a hint, since rows behind it may be queued again. */
  cursor: string;
  /** Claimed and not settled. */
  open: number;
  through: boolean;
  giveBack: { laterMs: number } | undefined;
  closing: boolean;
  /** No permits before this, `performance.now()`. */
  notBefore: number;
  done: () => void;
}

/** A claimed row on its way to a relay. */
interface Started {
  work: Work;
  relay: Relay;
  row: Claimed;
  claim: string;
  /** Until when it has to be handed over, `performance.now()`. */
  deadline: number;
  mayStart(): boolean;
}

interface Claimable {
  work: Work;
  relay: Relay;
  count: number;
}

const HANDED_BACK: Settlement = { state: 'queued', delayMs: 0 };
const SETTLE_AFTER_MS = 5;
const START_WITHIN_MS = 1_000;
const RETRY_MS = 500;
const LOOK_AGAIN_MS = 100;
/** A group that rests longer than this leaves its ranges to housekeeping. */
const HOLD_FOR_MS = 2_000;

/**
 * The one pump of a worker, whatever the number of its ranges. Claimed, in flight and answered-but-unsettled rows
 * together never pass twice the connections; one statement at a time settles what came in and claims as much again.
 */
export class Pump {
  readonly #parts: PumpParts;
  readonly #most: number;
  readonly #work = new Map<string, Work>();
  #settles: { settle: Settle; work: Work }[] = [];
  #oldest = 0;
  /** Answers whose rows were no longer `sending`: they were judged meanwhile. */
  #late: Settle[] = [];
  #open = 0;
  #claims = 0;
  #running = false;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #idle: (() => void) | undefined;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#most = 2 * parts.relays.connections;
    parts.relays.onChange(() => this.#turn());
    parts.lease.onLate(() => parts.relays.destroyUnfinished());
    parts.lease.onLost(() => this.#abandon());
  }

  /** Works a range that was just taken until it is closed. */
  work(held: HeldRange): Promise<void> {
    return new Promise((done) => {
      const cursor = before(held.first);
      this.#work.set(held.range, {
        held,
        cursor,
        open: 0,
        through: false,
        giveBack: this.#stopping ? { laterMs: 0 } : undefined,
        closing: false,
        notBefore: 0,
        done,
      });
      this.#turn();
    });
  }

  /** The editions whose ranges are held. */
  editions(): string[] {
    return [...new Set([...this.#work.values()].map((work) => work.held.edition))];
  }

  /** Gives back the ranges of an edition that is not being sent any more; what has started finishes. */
  giveBack(edition: string): void {
    for (const work of this.#work.values()) {
      if (work.held.edition === edition) work.giveBack ??= { laterMs: 0 };
    }
    this.#turn();
  }

  /** Claims nothing more, gives its ranges back, and resolves when every answer is in the ledger. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const work of this.#work.values()) work.giveBack = { laterMs: 0 };
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    await this.#parts.relays.close();
    this.#turn();
    await idle;
  }

  #turn(): void {
    if (this.#running) return;
    for (const work of this.#work.values()) this.#closeIfDone(work);
    if (this.#stopping && this.#open + this.#late.length === 0 && this.#work.size === 0) {
      clearTimeout(this.#timer);
      this.#idle?.();
      return;
    }
    const waiting = this.#settles.length;
    const age = waiting > 0 ? performance.now() - this.#oldest : 0;
    const enough = waiting * 4 >= this.#most || age >= SETTLE_AFTER_MS || waiting === this.#open;
    if (waiting > 0 && !enough) return this.#wakeIn(SETTLE_AFTER_MS - age);
    const claimable = this.#claimable();
    if (waiting === 0 && this.#late.length === 0 && !claimable) return;
    void this.#run(claimable);
  }

  #wakeIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#timer && this.#wakeAt <= at) return;
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#turn();
    }, ms);
  }

  /** The range to claim from now, and the relay for it; undefined when nothing can start. */
  #claimable(): Claimable | undefined {
    if (this.#stopping || !this.#parts.lease.mayStart()) return undefined;
    const room = this.#most - this.#open + this.#settles.length;
    if (room <= 0) return undefined;
    const relay = this.#parts.relays.next();
    // Nothing tells when the share of a slow relay is given to another.
    if (!relay && this.#work.size > 0) this.#wakeIn(LOOK_AGAIN_MS);
    if (!relay) return undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const work of this.#work.values()) {
      if (work.through || work.giveBack || work.closing) continue;
      const paceMs = work.notBefore - performance.now();
      if (paceMs > 0) {
        soonest = Math.min(soonest, paceMs);
        continue;
      }
      const restMs = this.#parts.receivers.restMs(work.held.receiverGroup);
      if (restMs === 0)
        return { work, relay, count: Math.min(room, this.#parts.relays.room(relay)) };
      if (restMs > HOLD_FOR_MS) {
        work.giveBack = { laterMs: restMs };
        this.#closeIfDone(work);
      } else soonest = Math.min(soonest, restMs);
    }
    if (soonest < Number.POSITIVE_INFINITY) this.#wakeIn(soonest);
    return undefined;
  }

  async #run(claimable: Claimable | undefined): Promise<void> {
    this.#running = true;
    try {
      await this.#parts.pauses();
      if (this.#late.length > 0) await this.#settleLate();
      let count = 0;
      if (claimable) {
        const { work, relay } = claimable;
        const group = work.held.receiverGroup;
        const permits = await this.#parts.pace.take({
          relay: relay.settings.name,
          groups: { [group]: claimable.count },
        });
        count = permits.granted;
        if (permits.problem)
          this.#parts.log.warn({ problem: permits.problem }, 'nothing is sent: no permits');
        if (count === 0) {
          this.#wakeIn(permits.retryAfterMs);
          // Which of the limits it was is not said: a relay with one of its own leaves it to the others.
          if (relay.settings.rate !== undefined)
            this.#parts.relays.pace(relay, permits.retryAfterMs);
          else work.notBefore = performance.now() + permits.retryAfterMs;
          this.#rotate(work);
        }
      }
      if (claimable && count > 0)
        await this.#settleAndClaim(claimable.work, claimable.relay, count);
      else if (this.#settles.length > 0) await this.#settleAndClaim(undefined, undefined, 0);
    } catch (err) {
      this.#parts.log.warn({ err }, 'the ledger cannot be reached; trying again');
      await pause(RETRY_MS);
    } finally {
      this.#running = false;
    }
    this.#turn();
  }

  async #settleLate(): Promise<void> {
    const late = this.#late;
    await this.#parts.claims.settleLate(late);
    this.#late = this.#late.slice(late.length);
  }

  /** Lets the other ranges have their turn first. */
  #rotate(work: Work): void {
    if (!this.#work.delete(work.held.range)) return;
    this.#work.set(work.held.range, work);
  }

  async #settleAndClaim(
    work: Work | undefined,
    relay: Relay | undefined,
    count: number,
  ): Promise<void> {
    const { claims, lease } = this.#parts;
    const batch = this.#settles;
    this.#settles = [];
    const worker = lease.workerId;
    const { losses } = lease;
    const claim = claimId(worker, ++this.#claims);
    const wanted: Wanted | undefined = work && {
      edition: work.held.edition,
      range: work.held.range,
      after: work.cursor,
      last: work.held.last,
      count,
    };
    this.#open += count;
    let result: Awaited<ReturnType<Claims['run']>>;
    try {
      const settles = batch.map(({ settle }) => settle);
      result = await claims.run(worker, claim, settles, wanted);
      if (result.settled < batch.length) this.#late.push(...settles);
    } catch (error) {
      this.#settles = [...batch, ...this.#settles];
      this.#oldest = 0;
      if (error instanceof OutcomeUnknown) await this.#fence(work, claim);
      this.#open -= count;
      throw error;
    }
    this.#open += result.claimed.length - count - batch.length;
    for (const settled of batch) settled.work.open -= 1;
    if (!work || !relay) return;
    work.open += result.claimed.length;
    if (result.lastLooked !== null) work.cursor = result.lastLooked;
    work.through = result.looked < count;
    const deadline = performance.now() + START_WITHIN_MS;
    const mayStart = () => lease.losses === losses && lease.mayStart();
    for (const row of result.claimed) this.#start({ work, relay, row, claim, deadline, mayStart });
  }

  /** After an unknown outcome: under a new lease nothing of the old claim can appear any more. */
  async #fence(work: Work | undefined, claim: string): Promise<void> {
    for (;;) {
      try {
        await this.#parts.lease.renew();
        if (work) await this.#parts.handBack(work.held, claim);
        return;
      } catch (err) {
        this.#parts.log.warn({ err }, 'no new lease yet; trying again');
        await pause(RETRY_MS);
      }
    }
  }

  #start(started: Started): void {
    const composed = this.#parts.compose(started.work.held, started.row);
    if (composed instanceof Promise) void composed.then((ready) => this.#hand(started, ready));
    else this.#hand(started, composed);
  }

  #hand(started: Started, composed: Composed): void {
    const { work, relay, row, deadline, mayStart } = started;
    if ('settlement' in composed) return this.#settle(started, composed.settlement);
    if (performance.now() > deadline || !mayStart()) return this.#settle(started, HANDED_BACK);
    const outgoing: Outgoing = { ...composed.outgoing, mayStart };
    void this.#parts.relays.send(relay, outgoing).then((answer) => {
      this.#settle(started, this.#parts.judge(work.held, row, answer), composed.variant);
    });
  }

  #settle({ work, row, claim }: Started, settlement: Settlement, variant?: string): void {
    const { edition, range } = work.held;
    const settle: Settle = {
      ...settlement,
      edition,
      range,
      subscriber: row.subscriber,
      claim,
      ...(variant !== undefined && { variant }),
    };
    if (this.#settles.length === 0) this.#oldest = performance.now();
    this.#settles.push({ settle, work });
    this.#turn();
  }

  #closeIfDone(work: Work): void {
    if (work.open > 0 || work.closing || !(work.through || work.giveBack)) return;
    work.closing = true;
    const { giveBack } = work;
    this.#parts
      .close(work.held, { giveBack: giveBack !== undefined, laterMs: giveBack?.laterMs ?? 0 })
      .then(
        (closing) => {
          if (closing === 'more' && !work.giveBack) {
            work.cursor = before(work.held.first);
            work.through = false;
          } else if (closing !== 'more') {
            this.#work.delete(work.held.range);
            work.done();
          }
        },
        async (err: unknown) => {
          this.#parts.log.warn(
            { err, range: work.held.range },
            'a range could not be closed; trying again',
          );
          await pause(RETRY_MS);
        },
      )
      .finally(() => {
        work.closing = false;
        this.#turn();
      });
  }

  /** The ranges are no longer ours. What was handed over is still settled, by its claims. */
  #abandon(): void {
    for (const work of this.#work.values()) work.done();
    this.#work.clear();
  }
}

/** Made before the statement is sent, and never twice: worker ids are not reused, counters only grow. */
function claimId(worker: number, count: number): string {
  return ((BigInt(worker) << 31n) + BigInt(count)).toString();
}

const before = (subscriber: string) => (BigInt(subscriber) - 1n).toString();

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
