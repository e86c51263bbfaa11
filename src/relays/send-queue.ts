import { impossibility } from './smtp/envelope.ts';
import type { Capabilities } from './smtp/handshake.ts';
import type { Job, Outcome } from './smtp/message.ts';

/** The messages that wait for a connection, in the order they came. */
export class Waiting {
  readonly #jobs: Job[] = [];
  readonly #answer: (job: Job, outcome: Outcome) => void;

  constructor(answer: (job: Job, outcome: Outcome) => void) {
    this.#answer = answer;
  }

  get size(): number {
    return this.#jobs.length;
  }

  /** Since when the first of them waits, `performance.now()`; undefined when none does. */
  get since(): number | undefined {
    return this.#jobs[0]?.since;
  }

  add(job: Job): void {
    this.#jobs.push(job);
  }

  /**
   * Takes the next one that may start and that a relay with these capabilities can take, as long as more than `reserved`
   * wait. Those that may not or that it cannot are answered on the way.
   */
  next(capabilities: Capabilities, reserved: number): Job | undefined {
    while (this.#jobs.length > reserved) {
      const job = this.#jobs.shift();
      if (!job) return undefined;
      const impossible = impossibility(job.outgoing, capabilities);
      if (impossible) this.#answer(job, impossible);
      else if (job.outgoing.mayStart()) return job;
      else this.#answer(job, { kind: 'withdrawn' });
    }
    return undefined;
  }

  /** Answers those that began to wait before `before`, `performance.now()`, and says how many they were. */
  giveBack(outcome: Outcome, before = Number.POSITIVE_INFINITY): number {
    const kept = this.#jobs.findIndex((job) => job.since >= before);
    const given = this.#jobs.splice(0, kept < 0 ? this.#jobs.length : kept);
    for (const job of given) this.#answer(job, outcome);
    return given.length;
  }
}
