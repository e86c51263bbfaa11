import type { Claimed, Claims, Wanted } from '../../src/deliveries/claim.ts';
import { OutcomeUnknown } from '../../src/deliveries/claim.ts';
import type { HeldRange } from '../../src/deliveries/ranges.ts';
import type { Settlement } from '../../src/deliveries/settlement.ts';
import type { Relay } from '../../src/relays/relay.ts';
import type { Answer, Outgoing } from '../../src/relays/smtp/outgoing.ts';
import { Answers } from './answers.ts';
import { type Claimable, NextClaim, type NextClaimParts } from './next-claim.ts';
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
  /** The row's next state; may ask for a pause by `pauses`. */
  judge(held: HeldRange, row: Claimed, answer: Answer): Settlement;
  /** Pauses that answers have asked for; run between statements. */
  pauses(): Promise<void>;
  /** Hands back rows of a claim whose outcome was unknown: they never started. */
  handBack(held: HeldRange, claim: string): Promise<void>;
  close: RangesParts['close'];
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

const HANDED_BACK: Settlement = { state: 'queued', delayMs: 0 };
const START_WITHIN_MS = 1_000;
const RETRY_MS = 500;

/**
 * The one pump of a worker, whatever the number of its ranges. Claimed, in flight and answered-but-unsettled rows
 * together never pass twice the connections; one statement at a time settles what came in and claims as much again.
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
  #idle: (() => void) | undefined;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#most = 2 * parts.relays.connections;
    this.#ranges = new Ranges({
      log: parts.log,
      close: parts.close,
      onClosed: () => this.#turn(),
    });
    this.#next = new NextClaim(parts, this.#ranges);
    parts.relays.onChange(() => this.#turn());
    parts.lease.onLate(() => parts.relays.destroyUnfinished());
    // What was handed over is still settled, by its claims.
    parts.lease.onLost(() => this.#ranges.abandon());
  }

  /** Works a range that was just taken until it is closed. */
  work(held: HeldRange): Promise<void> {
    const done = this.#ranges.add(held, this.#stopping);
    this.#turn();
    return done;
  }

  /** The editions whose ranges are held. */
  editions(): string[] {
    return this.#ranges.editions();
  }

  /** Gives back the ranges of an edition that is not being sent any more; what has started finishes. */
  giveBack(edition: string): void {
    for (const work of this.#ranges) {
      if (work.held.edition === edition) work.giveBack ??= { laterMs: 0 };
    }
    this.#turn();
  }

  /** Claims nothing more, gives its ranges back, and resolves when every answer is in the ledger. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const work of this.#ranges) work.giveBack = { laterMs: 0 };
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    await this.#parts.relays.close();
    this.#turn();
    await idle;
  }

  #turn(): void {
    if (this.#running) return;
    this.#ranges.closeDone();
    const { waiting, late } = this.#answers;
    if (this.#stopping && this.#open + late === 0 && this.#ranges.size === 0) {
      clearTimeout(this.#timer);
      this.#idle?.();
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
    const room = this.#most - this.#open + this.#answers.waiting;
    if (this.#stopping || room <= 0) return undefined;
    const { claimable, againMs } = this.#next.find(room);
    if (againMs !== undefined) this.#wakeIn(againMs);
    return claimable;
  }

  async #run(claimable: Claimable | undefined): Promise<void> {
    this.#running = true;
    try {
      await this.#parts.pauses();
      await this.#answers.settleLate(this.#parts.claims);
      const permitted = claimable && (await this.#next.permitted(claimable));
      if (permitted?.againMs !== undefined) this.#wakeIn(permitted.againMs);
      const count = permitted?.count ?? 0;
      if (claimable && count > 0)
        await this.#settleAndClaim(claimable.work, claimable.relay, count);
      else if (this.#answers.waiting > 0) await this.#settleAndClaim(undefined, undefined, 0);
    } catch (err) {
      this.#parts.log.warn({ err }, 'the ledger cannot be reached; trying again');
      await pause(RETRY_MS);
    } finally {
      this.#running = false;
    }
    this.#turn();
  }

  async #settleAndClaim(
    work: Work | undefined,
    relay: Relay | undefined,
    count: number,
  ): Promise<void> {
    const { claims, lease } = this.#parts;
    const batch = this.#answers.take();
    const { workerId, mayStart } = lease.term();
    const claim = claimId(workerId, ++this.#claims);
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
      result = await claims.run(workerId, claim, settles, wanted);
      if (result.settled < batch.length) this.#answers.cameLate(batch);
    } catch (error) {
      this.#answers.putBack(batch);
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
