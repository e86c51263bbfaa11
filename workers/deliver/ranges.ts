import type { Closing, HeldRange } from '../../src/deliveries/ranges.ts';
import type { Logger } from '../../src/process/log.ts';

/** A range being worked. */
export interface Work {
  held: HeldRange;
  /** Where to look next; a hint, since rows behind it may be queued again. */
  cursor: string;
  /** Claimed and not settled. */
  open: number;
  /** Nothing in it is left to claim, as far as the cursor knows. */
  through: boolean;
  giveBack: { laterMs: number } | undefined;
  closing: boolean;
  /** No permits before this, `performance.now()`. */
  notBefore: number;
  done: () => void;
}

export interface RangesParts {
  log: Logger;
  close(held: HeldRange, options: { giveBack: boolean; laterMs: number }): Promise<Closing>;
  /** Called when a range was closed, or could not be. */
  onClosed(): void;
}

const RETRY_MS = 500;

/** The ranges that a worker holds, the one whose turn it is first. */
export class Ranges {
  readonly #parts: RangesParts;
  readonly #work = new Map<string, Work>();

  constructor(parts: RangesParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#work.size;
  }

  [Symbol.iterator](): IterableIterator<Work> {
    return this.#work.values();
  }

  /** Adds a range that was just taken; resolves when it is closed. */
  add(held: HeldRange, giveBack: boolean): Promise<void> {
    return new Promise((done) => {
      this.#work.set(held.range, {
        held,
        cursor: before(held.first),
        open: 0,
        through: false,
        giveBack: giveBack ? { laterMs: 0 } : undefined,
        closing: false,
        notBefore: 0,
        done,
      });
    });
  }

  /** The editions of all ranges. */
  editions(): string[] {
    return [...new Set([...this.#work.values()].map((work) => work.held.edition))];
  }

  /** Lets the other ranges have their turn first. */
  rotate(work: Work): void {
    if (!this.#work.delete(work.held.range)) return;
    this.#work.set(work.held.range, work);
  }

  /** Closes those that are through, or to be given back, and have nothing open. */
  closeDone(): void {
    for (const work of this.#work.values()) {
      if (work.open === 0 && !work.closing && (work.through || work.giveBack))
        void this.#close(work);
    }
  }

  /** They belong to others now. */
  abandon(): void {
    for (const work of this.#work.values()) work.done();
    this.#work.clear();
  }

  async #close(work: Work): Promise<void> {
    work.closing = true;
    const { held, giveBack } = work;
    try {
      const options = { giveBack: giveBack !== undefined, laterMs: giveBack?.laterMs ?? 0 };
      const closing = await this.#parts.close(held, options);
      if (closing !== 'more') {
        this.#work.delete(held.range);
        work.done();
      } else if (!work.giveBack) {
        work.cursor = before(held.first);
        work.through = false;
      }
    } catch (err) {
      this.#parts.log.warn({ err, range: held.range }, 'a range could not be closed; trying again');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } finally {
      work.closing = false;
      this.#parts.onClosed();
    }
  }
}

const before = (subscriber: string) => (BigInt(subscriber) - 1n).toString();
