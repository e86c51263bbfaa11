import type { Timeouts } from './smtp/timeouts.ts';

/** A rest after a failure: each one twice as long as the last, until something succeeds. */
export class Backoff {
  readonly #timeouts: Pick<Timeouts, 'rest' | 'longestRest'>;
  #length = 0;
  #end = 0;

  constructor(timeouts: Pick<Timeouts, 'rest' | 'longestRest'>) {
    this.#timeouts = timeouts;
  }

  /** Milliseconds it still lasts; 0 when there is none. */
  get left(): number {
    return Math.max(0, this.#end - performance.now());
  }

  /**
   * Begins a rest, or lets the one that runs go on: ten connections that fail at once are one failure. It counts from
   * when what failed began, `performance.now()`, and lasts as long as the first rest at least.
   */
  begin(since = performance.now()): void {
    if (this.left > 0) return;
    const { rest, longestRest } = this.#timeouts;
    this.#length = Math.min(this.#length === 0 ? rest : this.#length * 2, longestRest);
    this.#end = Math.max(performance.now() + rest, since + this.#length);
  }

  /** The next rest is a short one again. */
  succeed(): void {
    this.#length = 0;
  }
}
