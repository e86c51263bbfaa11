import type { Job } from './message.ts';
import type { Timeouts } from './timeouts.ts';

/** What a reply will be an answer to. `lone` is a dot without a message. */
export interface Awaited {
  step: 'mail' | 'rcpt' | 'data' | 'dot' | 'lone' | 'rset' | 'quit';
  job?: Job;
}

const QUIT_PATIENCE = 2_000;

/** The replies that are due, in the order they will come, and the time the first of them has. */
export class AwaitedReplies {
  readonly #timeouts: Timeouts;
  readonly #queue: Awaited[] = [];
  #deadline = 0;

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
  }

  get none(): boolean {
    return this.#queue.length === 0;
  }

  add(awaited: Awaited): void {
    this.#queue.push(awaited);
    if (this.#queue.length === 1) this.#start();
  }

  /** What the reply that came answers; undefined when none was due. */
  take(): Awaited | undefined {
    const awaited = this.#queue.shift();
    this.#start();
    return awaited;
  }

  late(now: number): boolean {
    return this.#queue.length > 0 && now > this.#deadline;
  }

  #start(): void {
    const first = this.#queue[0];
    if (first) this.#deadline = performance.now() + this.#patience(first.step);
  }

  #patience(step: Awaited['step']): number {
    switch (step) {
      case 'dot':
      case 'lone':
        return this.#timeouts.dot;
      case 'data':
        return this.#timeouts.data;
      case 'quit':
        return QUIT_PATIENCE;
      default:
        return this.#timeouts.command;
    }
  }
}
