import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Db } from '../database/connection.ts';

export interface LeaseOptions {
  /** How long the worker is believed alive after a heartbeat, by the database's clock; how often it beats. */
  timings: { leaseMs: number; beatMs: number };
  host: string;
  pid: number;
  /** Of all relays together; what may be uncertain after a crash is twice that. */
  connections: number;
  log: Logger;
}

/**
 * The lease as it stands when something is claimed. What was claimed before a loss may be another worker's by now, so
 * take it before the claim and ask it before each step that cannot be undone.
 */
export interface LeaseTerm {
  /** The worker that the claim is made as. */
  readonly workerId: number;
  /** False as `Lease.mayStart`, and for good once the lease was lost. */
  mayStart(): boolean;
}

/** A row in `workers` that says a worker lives, renewed from the event loop that sends. */
export interface Lease {
  /** Changes when the lease was lost or given up for a new one. */
  readonly workerId: number;
  /** What holds for a claim that is made now. */
  term(): LeaseTerm;
  /** False in the last third of the lease and when it is lost: start nothing. */
  mayStart(): boolean;
  /** Called when the last third begins: destroy what has no final dot on the wire. */
  onLate(listener: () => void): void;
  /** Called when it may start again after a time in which it might not: a frozen worker, a clock that was stepped. */
  onRestored(listener: () => void): void;
  /** Called when the lease was judged ended; `workerId` is a new one by then. */
  onLost(listener: (lost: number) => void): void;
  /**
   * Gives up this lease for a new one and moves its ranges there. Once it resolves, no statement that was sent
   * under the old one can claim anything. Rejects while the database is away: ask again.
   */
  renew(): Promise<void>;
  /** Ends the lease; ranges it still holds are found by the reaper. */
  close(): Promise<void>;
}

/** Makes the worker's row and begins to beat. */
export async function openLease(db: Db, options: LeaseOptions): Promise<Lease> {
  const lease = new WorkerLease(db, options);
  await lease.begin();
  return lease;
}

class WorkerLease implements Lease {
  readonly #db: Db;
  readonly #options: LeaseOptions;
  readonly #lateListeners: (() => void)[] = [];
  readonly #restoredListeners: (() => void)[] = [];
  readonly #lostListeners: ((lost: number) => void)[] = [];
  #workerId = 0;
  #beatAt = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
  #lost = false;
  #losses = 0;
  #closed = false;
  #beat: NodeJS.Timeout | undefined;
  #late: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(db: Db, options: LeaseOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** In the last third nothing is started: what is on the wire must be judged before others judge it. */
  get #startMs(): number {
    return (this.#options.timings.leaseMs * 2) / 3;
  }

  get workerId(): number {
    return this.#workerId;
  }

  async begin(): Promise<void> {
    const sentAt = clocks();
    this.#workerId = await this.#insert(this.#db);
    this.#warm(sentAt);
    this.#schedule(this.#options.timings.beatMs);
  }

  mayStart(): boolean {
    return !this.#lost && !this.#closed && age(this.#beatAt) < this.#startMs;
  }

  term(): LeaseTerm {
    const losses = this.#losses;
    return {
      workerId: this.#workerId,
      mayStart: () => this.#losses === losses && this.mayStart(),
    };
  }

  onLate(listener: () => void): void {
    this.#lateListeners.push(listener);
  }

  onRestored(listener: () => void): void {
    this.#restoredListeners.push(listener);
  }

  onLost(listener: (lost: number) => void): void {
    this.#lostListeners.push(listener);
  }

  async renew(): Promise<void> {
    const old = this.#workerId;
    const sentAt = clocks();
    const next = await this.#db.transaction().execute(async (tx) => {
      const id = await this.#insert(tx);
      // Waits for a claim that is still running; one that comes later finds another worker's name.
      await sql`update ranges set worker = ${id} where worker = ${old}`.execute(tx);
      await sql`update workers set stopped_at = clock_timestamp() where id = ${old}`.execute(tx);
      return id;
    });
    this.#workerId = next;
    this.#warm(sentAt);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#beat);
    clearTimeout(this.#late);
    await this.#beating;
    await sql`update workers set stopped_at = clock_timestamp()
      where id = ${this.#workerId} and stopped_at is null`.execute(this.#db);
  }

  async #insert(db: Pick<Db, 'insertInto'>): Promise<number> {
    const { host, pid, connections } = this.#options;
    const leaseUntil = sql<Date>`clock_timestamp() + ${this.#options.timings.leaseMs} * interval '1 millisecond'`;
    const row = await db
      .insertInto('workers')
      .values({ host, pid, connections, leaseUntil })
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    this.#beat = setTimeout(() => {
      this.#beating = this.#beatOnce();
    }, ms);
  }

  async #beatOnce(): Promise<void> {
    const id = this.#workerId;
    const sentAt = clocks();
    const { log, timings } = this.#options;
    try {
      // Past its time but not yet judged it may live on: stopping and warming lock the same row.
      const { numAffectedRows } = await sql`
        update workers set lease_until = clock_timestamp() + ${timings.leaseMs} * interval '1 millisecond'
        where id = ${id} and stopped_at is null`.execute(this.#db);
      if (id === this.#workerId && numAffectedRows === 0n) await this.#replaceLost(id);
      else if (id === this.#workerId) this.#warm(sentAt);
      this.#schedule(timings.beatMs);
    } catch (err) {
      log.warn({ err }, 'the heartbeat did not reach the database');
      this.#schedule(timings.beatMs / 3);
    }
  }

  async #replaceLost(lost: number): Promise<void> {
    this.#lost = true;
    this.#losses += 1;
    this.#options.log.error(
      { worker: lost },
      'this worker was judged dead; it goes on under a new lease',
    );
    for (const listener of this.#lateListeners) listener();
    const sentAt = clocks();
    this.#workerId = await this.#insert(this.#db);
    for (const listener of this.#lostListeners) listener(lost);
    this.#warm(sentAt);
  }

  #warm(sentAt: ReturnType<typeof clocks>): void {
    const stopped = !this.mayStart();
    this.#lost = false;
    this.#beatAt = sentAt;
    clearTimeout(this.#late);
    if (this.#closed) return;
    this.#late = setTimeout(
      () => {
        this.#options.log.error('the lease runs out: nothing more is started');
        for (const listener of this.#lateListeners) listener();
      },
      Math.max(0, this.#startMs - age(sentAt)),
    );
    if (stopped && this.mayStart()) for (const listener of this.#restoredListeners) listener();
  }
}

// The monotonic clock stops while a machine sleeps, the other jumps: the larger age counts.
const clocks = () => ({ monotonic: performance.now(), wall: Date.now() });
const age = (at: ReturnType<typeof clocks>) =>
  Math.max(performance.now() - at.monotonic, Date.now() - at.wall);
