import type { Claimed, Claims, WantedRows } from '../../src/deliveries/claim.ts';
import { OutcomeUnknown } from '../../src/deliveries/claim.ts';
import type { Full, HeldRange } from '../../src/deliveries/ranges.ts';
import type { Settlement } from '../../src/deliveries/settlement.ts';
import type { Relay } from '../../src/relays/relay.ts';
import type { Answer, Outgoing } from '../../src/relays/smtp/outgoing.ts';
import { Answers } from './answers.ts';
import { type Claimable, NextClaim, type NextClaimParts, type Waiting } from './next-claim.ts';
import { Ranges, type RangesParts, type Work } from './ranges.ts';

/** A claimed row made ready, or what becomes of it without a relay. */
export type Composed =
  | { outgoing: Omit<Outgoing, 'mayStart'>; variant: string }
  | { settlement: Settlement };

/** What the pump is handed: it knows neither SQL nor MIME. */
export interface PumpParts extends NextClaimParts {
  claims: Claims;
  /** At once where the variant is at hand. Never rejects for one reader's sake alone. */
  compose(held: HeldRange, row: Claimed): Composed | Promise<Composed>;
  /** The row's next state; may ask for a pause by `pauses`. `startedAt` is `performance.now()`. */
  judge(held: HeldRange, row: Claimed, answer: Answer, startedAt: number): Settlement;
  /** Pauses that answers have asked for; run between statements. */
  pauses(): Promise<void>;
  /** Hands back rows of a claim whose outcome was unknown: they never started. */
  handBack(held: HeldRange, claim: string): Promise<void>;
  close: RangesParts['close'];
  /** A range was closed: there is room for the next one of its edition. */
  onClosed(held: HeldRange): void;
}

/** A claimed row on its way to a relay. */
interface Started {
  work: Work;
  relay: Relay;
  row: Claimed;
  claim: string;
  /** When it was claimed, `performance.now()`. */
  at: number;
  mayStart(): boolean;
}

const HANDED_BACK: Settlement = { state: 'queued', delayMs: 0 };
const START_WITHIN_MS = 1_000;
const RETRY_MS = 500;

/**
 * The one pump of a worker, whatever the number of its ranges. Claimed, in flight and answered-but-unsettled rows
 * together never pass twice the connections; one statement at a time settles what came in and claims as much again.
 *
 * Whatever keeps it from claiming says what wakes it again:
 *
 *   lease      it may start nothing now         a heartbeat restores it (`onRestored`), or it is lost (`onLost`): its
 *                                               ranges are others' then, and their tickets come
 *   places     2 × connections are taken        an answer comes in
 *   relays     none can start a message         `relays.onChange`, and a look every 100 ms
 *   receivers  their groups take no more now    when the group's next message is due; for more than 15 s the range is
 *                                               given back, and its ticket comes
 *   permits    the rates are used up            when their next window begins
 *   ranges     there is none to claim from      one is taken, made ready or closed
 *   statement  one is under way, or failed      its end; a failed one is tried again after 500 ms
 *   stopping   for good                         nothing: nothing starts any more, what has started is awaited
 *
 * Beside it answers wait for a statement of their own, a few milliseconds at most.
 */
export class Pump {
  readonly #parts: PumpParts;
  readonly #most: number;
  readonly #ranges: Ranges;
  readonly #next: NextClaim;
  readonly #answers = new Answers();
  /** Claimed and not settled, of all ranges. */
  #open = 0;
  #claims = 0;
  #running = false;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #idle: (() => void)[] = [];

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#most = 2 * parts.relays.connections;
    this.#ranges = new Ranges({
      log: parts.log,
      close: parts.close,
      onClosed: (held) => {
        parts.onClosed(held);
        this.#turn();
      },
    });
    this.#next = new NextClaim(parts, this.#ranges);
    parts.relays.onChange(() => this.#turn());
    parts.lease.onLate(() => parts.relays.destroyUnfinished());
    parts.lease.onRestored(() => this.#turn());
    // What was handed over is still settled, by its claims.
    parts.lease.onLost(() => {
      this.#ranges.abandon();
      this.#turn();
    });
  }

  /** Holds a range that was just taken, until it is closed; claims nothing of it before it is `ready`. */
  hold(held: HeldRange): { ready(): void; giveBack(laterMs: number): void } {
    const work = this.#ranges.add(held);
    const begin = () => {
      work.preparing = false;
      this.#turn();
    };
    if (this.#stopping) work.giveBack = { laterMs: 0 };
    return {
      ready: begin,
      giveBack: (laterMs) => {
        work.giveBack ??= { laterMs };
        begin();
      },
    };
  }

  /** The editions whose ranges are held. */
  editions(): string[] {
    return this.#ranges.editions();
  }

  /** The receiver groups of each edition of which it holds enough. */
  full(): Full[] {
    return this.#ranges.full();
  }

  /** Gives back the ranges of an edition that is not being sent any more; what has started finishes. */
  giveBack(edition: string): void {
    for (const work of this.#ranges) {
      if (work.held.edition === edition) work.giveBack ??= { laterMs: 0 };
    }
    this.#turn();
  }

  /** Resolves when it holds no range and every answer is in the ledger. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#turn();
    });
  }

  /** Starts nothing more, gives its ranges back, and resolves when every answer is in the ledger. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const work of this.#ranges) work.giveBack = { laterMs: 0 };
    await this.#parts.relays.close();
    await this.idle();
    clearTimeout(this.#timer);
  }

  #turn(): void {
    if (this.#running) return;
    this.#ranges.closeDone();
    const { waiting, late } = this.#answers;
    if (this.#open + late === 0 && this.#ranges.size === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const patience = this.#answers.patience({ open: this.#open, places: this.#most });
    if (patience > 0) return this.#wakeIn(patience);
    const claimable = this.#claimable();
    if (waiting === 0 && late === 0 && !claimable) return;
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

  #claimable(): Claimable | undefined {
    if (this.#stopping || this.#ranges.size === 0) return undefined;
    return this.#unlessWaiting(this.#next.find(this.#most - this.#open + this.#answers.waiting));
  }

  #unlessWaiting(found: Claimable | Waiting): Claimable | undefined {
    if (!('waitsFor' in found)) return found;
    if ('againMs' in found) this.#wakeIn(found.againMs);
    return undefined;
  }

  async #run(claimable: Claimable | undefined): Promise<void> {
    this.#running = true;
    try {
      await this.#parts.pauses();
      await this.#answers.settleLate(this.#parts.claims);
      const permitted = claimable && this.#unlessWaiting(await this.#next.permitted(claimable));
      if (permitted || this.#answers.waiting > 0) await this.#settleAndClaim(permitted);
    } catch (err) {
      this.#parts.log.warn({ err }, 'the ledger cannot be reached; trying again');
      await pause(RETRY_MS);
    } finally {
      this.#running = false;
    }
    this.#turn();
  }

  async #settleAndClaim(claimable: Claimable | undefined): Promise<void> {
    const { claims, lease, receivers } = this.#parts;
    const batch = this.#answers.take();
    const term = lease.term();
    const claim = claimId(term.workerId, ++this.#claims);
    const work = claimable?.work;
    const count = claimable?.count ?? 0;
    const wanted: WantedRows | undefined = work && {
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
      result = await claims.run(term.workerId, claim, settles, wanted);
      if (result.settled < batch.length) this.#answers.cameLate(batch);
    } catch (error) {
      this.#answers.putBack(batch);
      if (error instanceof OutcomeUnknown) await this.#fence(work, claim);
      this.#open -= count;
      throw error;
    }
    this.#open += result.claimed.length - count - batch.length;
    for (const settled of batch) settled.work.open -= 1;
    if (!claimable || !work) return;
    work.open += result.claimed.length;
    if (result.lastLooked !== null) work.cursor = result.lastLooked;
    work.through = result.looked < count;
    this.#ranges.served(work);
    const { relay } = claimable;
    receivers.used(relay.settings.name, work.held.receiverGroup, result.claimed.length);
    const at = performance.now();
    const mayStart = () => !this.#stopping && term.mayStart();
    for (const row of result.claimed) this.#start({ work, relay, row, claim, at, mayStart });
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
    const { work, relay, row, at, mayStart } = started;
    if ('settlement' in composed) return this.#settle(started, composed.settlement);
    if (performance.now() - at > START_WITHIN_MS || !mayStart())
      return this.#settle(started, HANDED_BACK);
    const outgoing: Outgoing = { ...composed.outgoing, mayStart };
    void this.#parts.relays.send(relay, outgoing).then((answer) => {
      this.#settle(started, this.#parts.judge(work.held, row, answer, at), composed.variant);
    });
  }

  #settle({ work, relay, row, claim }: Started, settlement: Settlement, variant?: string): void {
    const { edition, range, receiverGroup } = work.held;
    this.#parts.receivers.ended(relay.settings.name, receiverGroup);
    const settle = {
      ...settlement,
      edition,
      range,
      subscriber: row.subscriber,
      claim,
      ...(variant !== undefined && { variant }),
    };
    this.#answers.add({ settle, work });
    this.#turn();
  }
}

/** Made before the statement is sent, and never twice: worker ids are not reused, counters only grow. */
function claimId(worker: number, count: number): string {
  return ((BigInt(worker) << 31n) + BigInt(count)).toString();
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
