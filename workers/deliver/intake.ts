import type { Db } from '../../src/database/connection.ts';
import type { Lease } from '../../src/deliveries/lease.ts';
import { type HeldRange, takeRange } from '../../src/deliveries/ranges.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Pump } from './pump.ts';

export interface IntakeParts {
  db: Db;
  lease: Lease;
  pump: Pump;
  log: Logger;
  /** Has the range's messages made ready; how long to wait, in ms, where they cannot be made. */
  prepare(held: HeldRange): Promise<{ againMs: number } | undefined>;
  /** Receiver groups of which no range is taken now. */
  closedGroups(): string[];
}

/**
 * Takes ranges for the pump: the one that a ticket names, then the next of the same edition whenever one is closed. Of
 * each edition and receiver group it takes a few at a time, so that a large edition neither fills the worker nor keeps
 * its tickets from the others: the tickets that come too early are dropped, their ranges found in the database.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #busy = new Set<Promise<unknown>>();
  /** Editions of which the next range is being taken; true when another was closed meanwhile. */
  readonly #refilling = new Map<string, boolean>();
  /** Editions that could not be made ready, and until when only a ticket tries them again. */
  readonly #failed = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Takes the range that a ticket names, unless there are enough of its kind; resolves when it is ready. */
  async ticket(range: string): Promise<void> {
    await this.#track(this.#take({ range }));
  }

  /** A range of the edition was closed: takes the next ones, until there are enough or none is due. */
  refill(edition: string): void {
    if ((this.#failed.get(edition) ?? 0) > performance.now()) return;
    if (this.#refilling.has(edition)) return void this.#refilling.set(edition, true);
    this.#refilling.set(edition, false);
    const refilling = this.#refill(edition).catch((err) =>
      this.#parts.log.warn({ err, edition }, 'no range could be taken; its ticket comes again'),
    );
    void this.#track(refilling);
  }

  /** Resolves when nothing is being taken. */
  async settled(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled(this.#busy);
  }

  get busy(): boolean {
    return this.#busy.size > 0;
  }

  /** Takes nothing more; resolves when nothing is being taken. */
  stop(): Promise<void> {
    this.#stopping = true;
    return this.settled();
  }

  async #refill(edition: string): Promise<void> {
    try {
      do {
        this.#refilling.set(edition, false);
        while (await this.#take({ edition }));
      } while (this.#refilling.get(edition));
    } finally {
      this.#refilling.delete(edition);
    }
  }

  /** Whether a range was taken and made ready. */
  async #take(wanted: { range: string } | { edition: string }): Promise<boolean> {
    const { prepare } = this.#parts;
    // One after the other, so that each sees what the ones before it have taken.
    const taking = this.#turn.then(() => this.#hold(wanted));
    this.#turn = taking.catch(() => undefined);
    const taken = await taking;
    if (!taken) return false;
    const { held, holding } = taken;
    try {
      const failed = await prepare(held);
      if (failed) {
        this.#failed.set(held.edition, performance.now() + failed.againMs);
        holding.giveBack(failed.againMs);
      } else {
        this.#failed.delete(held.edition);
        holding.ready();
      }
      return failed === undefined;
    } catch (error) {
      holding.giveBack(0);
      throw error;
    }
  }

  async #hold(wanted: { range: string } | { edition: string }) {
    const { db, lease, pump, closedGroups } = this.#parts;
    // A ticket that comes while nothing may start is dropped: housekeeping issues it again.
    if (this.#stopping || !lease.mayStart()) return undefined;
    const full = pump.full();
    if ('edition' in wanted)
      for (const receiverGroup of closedGroups()) full.push({ ...wanted, receiverGroup });
    const held = await takeRange(db, wanted, { worker: lease.workerId, full });
    return held && { held, holding: pump.hold(held) };
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    const forget = () => void this.#busy.delete(work);
    work.then(forget, forget);
    return work;
  }
}
