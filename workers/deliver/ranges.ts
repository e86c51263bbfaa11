import type { Closing, Full, HeldRange } from '../../src/deliveries/ranges.ts';
import type { Logger } from '../../src/process/log.ts';

/** A range being worked. */
export interface Work {
  held: HeldRange;
  /** Its messages are being made ready; nothing is claimed of it yet. */
  preparing: boolean;
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
}

export interface RangesParts {
  log: Logger;
  close(held: HeldRange, options: { giveBack: boolean; laterMs: number }): Promise<Closing>;
  /** Called when a range was closed, or could not be. */
  onClosed(held: HeldRange): void;
}

const RETRY_MS = 500;
/** Ranges of one edition and receiver group that a worker holds at once: the next is ready when one is through. */
const AT_ONCE = 3;

/**
 * The ranges that a worker holds. Editions take turns, whatever their size: the one whose turn it is comes first, and
 * within it the range that is being worked.
 */
export class Ranges {
  readonly #parts: RangesParts;
  readonly #editions = new Map<string, Map<string, Work>>();

  constructor(parts: RangesParts) {
    this.#parts = parts;
  }

  get size(): number {
    let size = 0;
    for (const ranges of this.#editions.values()) size += ranges.size;
    return size;
  }

  *[Symbol.iterator](): IterableIterator<Work> {
    for (const ranges of this.#editions.values()) yield* ranges.values();
  }

  /** Adds a range that was just taken. */
  add(held: HeldRange): Work {
    const work: Work = {
      held,
      preparing: true,
      cursor: before(held.first),
      open: 0,
      through: false,
      giveBack: undefined,
      closing: false,
      notBefore: 0,
    };
    const ranges = this.#editions.get(held.edition);
    if (ranges) ranges.set(held.range, work);
    else this.#editions.set(held.edition, new Map([[held.range, work]]));
    return work;
  }

  /** The editions of all ranges. */
  editions(): string[] {
    return [...this.#editions.keys()];
  }

  /** The receiver groups of each edition of which enough ranges are held. */
  full(): Full[] {
    const full: Full[] = [];
    for (const [edition, ranges] of this.#editions) {
      const groups = new Map<string, number>();
      for (const { held } of ranges.values())
        groups.set(held.receiverGroup, (groups.get(held.receiverGroup) ?? 0) + 1);
      for (const [receiverGroup, count] of groups)
        if (count >= AT_ONCE) full.push({ edition, receiverGroup });
    }
    return full;
  }

  /** It was claimed from: the other editions have their turn. */
  served({ held: { edition } }: Work): void {
    const ranges = this.#editions.get(edition);
    if (!ranges || this.#editions.size === 1) return;
    this.#editions.delete(edition);
    this.#editions.set(edition, ranges);
  }

  /** Nothing could be claimed from it: the other editions have their turn, and in its own the other ranges. */
  passedOver(work: Work): void {
    const { edition, range } = work.held;
    const ranges = this.#editions.get(edition);
    if (ranges?.delete(range)) ranges.set(range, work);
    this.served(work);
  }

  /** Closes those that are through, or to be given back, and have nothing open. */
  closeDone(): void {
    for (const work of this) {
      if (work.open > 0 || work.closing || work.preparing) continue;
      if (work.through || work.giveBack) void this.#close(work);
    }
  }

  /** They belong to others now. */
  abandon(): void {
    this.#editions.clear();
  }

  async #close(work: Work): Promise<void> {
    work.closing = true;
    const { held, giveBack } = work;
    try {
      const options = { giveBack: giveBack !== undefined, laterMs: giveBack?.laterMs ?? 0 };
      const closing = await this.#parts.close(held, options);
      if (closing !== 'more') this.#remove(work);
      else if (!work.giveBack) {
        work.cursor = before(held.first);
        work.through = false;
      }
    } catch (err) {
      this.#parts.log.warn({ err, range: held.range }, 'a range could not be closed; trying again');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } finally {
      work.closing = false;
      this.#parts.onClosed(held);
    }
  }

  /** Unless it was abandoned and taken again meanwhile. */
  #remove(work: Work): void {
    const { edition, range } = work.held;
    const ranges = this.#editions.get(edition);
    if (ranges?.get(range) !== work) return;
    ranges.delete(range);
    if (ranges.size === 0) this.#editions.delete(edition);
  }
}

const before = (subscriber: string) => (BigInt(subscriber) - 1n).toString();
