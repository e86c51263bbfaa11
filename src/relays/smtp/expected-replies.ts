import type { Job } from './message.ts';
import type { Timeouts } from './timeouts.ts';

/** What a reply will be an answer to. `lone` is a dot without a message. */
export interface Awaited {
  step: 'mail' | 'rcpt' | 'data' | 'dot' | 'lone' | 'rset' | 'quit';
  job?: Job;
  /** Sent without waiting for the reply before it (RFC 2920). */
  together?: boolean;
}

/** The steps at which this relay has been seen to answer what was sent together. */
export type Proven = Set<Awaited['step']>;

const QUIT_PATIENCE = 2_000;

/** The replies that are due, in the order they will come, and the time the first of them has. */
export class AwaitedReplies {
  readonly #timeouts: Timeouts;
  readonly #proven: Proven;
  readonly #queue: Awaited[] = [];
  #deadline = 0;

  constructor(timeouts: Timeouts, proven: Proven) {
    this.#timeouts = timeouts;
    this.#proven = proven;
  }

  get none(): boolean {
    return this.#queue.length === 0;
  }

  /** What waits has been sent together with something, and this relay has never answered such a thing. */
  get unproven(): boolean {
    const [first] = this.#queue;
    return first?.together === true && !this.#proven.has(first.step);
  }

  add(awaited: Awaited): void {
    this.#queue.push(awaited);
    if (this.#queue.length === 1) this.#start();
  }

  /** What the reply that came answers; undefined when none was due. */
  take(): Awaited | undefined {
    const awaited = this.#queue.shift();
    if (awaited?.together) this.#proven.add(awaited.step);
    this.#start();
    return awaited;
  }

  late(now: number): boolean {
    return this.#queue.length > 0 && now > this.#deadline;
  }

  #start(): void {
    const first = this.#queue[0];
    if (!first) return;
    const patience = this.#patience(first.step);
    const most = this.unproven ? this.#timeouts.pipelined : patience;
    this.#deadline = performance.now() + Math.min(patience, most);
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
