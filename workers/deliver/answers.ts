import type { Claims, Settle } from '../../src/deliveries/claim.ts';
import type { Work } from './ranges.ts';

/** An answer and the range whose row it is for. */
export interface Answered {
  settle: Settle;
  work: Work;
}

const SETTLE_AFTER_MS = 5;

/** What relays have said and the ledger does not know yet. */
export class Answers {
  #waiting: Answered[] = [];
  #oldest = 0;
  /** Their rows were no longer `sending`: they were judged meanwhile. */
  #late: Settle[] = [];

  /** How many wait to be settled. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many came too late and wait as well. */
  get late(): number {
    return this.#late.length;
  }

  add(answered: Answered): void {
    if (this.#waiting.length === 0) this.#oldest = performance.now();
    this.#waiting.push(answered);
  }

  /**
   * How long a statement is worth waiting for, in ms: until a third of the places is answered, all that is `open`
   * is, or the oldest answer has waited long enough. 0 also when nothing waits.
   */
  patience({ open, places }: { open: number; places: number }): number {
    const { length } = this.#waiting;
    if (length === 0 || length * 3 >= places || length === open) return 0;
    return Math.max(0, SETTLE_AFTER_MS - (performance.now() - this.#oldest));
  }

  /** Takes all that wait. */
  take(): Answered[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Puts back what could not be settled, to be tried again at once. */
  putBack(batch: Answered[]): void {
    this.#waiting = [...batch, ...this.#waiting];
    this.#oldest = 0;
  }

  /** Of these some were not settled: which, only their claims tell. */
  cameLate(batch: Answered[]): void {
    this.#late.push(...batch.map(({ settle }) => settle));
  }

  async settleLate(claims: Claims): Promise<void> {
    const late = this.#late;
    if (late.length === 0) return;
    await claims.settleLate(late);
    this.#late = this.#late.slice(late.length);
  }
}
