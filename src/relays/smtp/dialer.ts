import { Backoff } from '../backoff.ts';
import type { RelaySettings } from '../settings.ts';
import { HandshakeError, type Opened, openSession } from './handshake.ts';
import type { Timeouts } from './timeouts.ts';

interface Opening {
  since: number;
  abandon(): void;
}

/** The connections of a relay that are being made. */
export class Openings {
  readonly #settings: RelaySettings;
  readonly #timeouts: Timeouts;
  readonly #underWay = new Set<Opening>();
  /** A relay may take no more connections and still serve the ones it has. */
  readonly #backoff: Backoff;

  constructor(settings: RelaySettings, timeouts: Timeouts) {
    this.#settings = settings;
    this.#timeouts = timeouts;
    this.#backoff = new Backoff(timeouts);
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Those that may still be in time for what waits. */
  get prompt(): number {
    if (this.#underWay.size === 0) return 0;
    const limit = performance.now() - this.#timeouts.start;
    let prompt = 0;
    for (const opening of this.#underWay) if (opening.since >= limit) prompt += 1;
    return prompt;
  }

  /** Another one may be begun, and is likely to come soon: none is late, or the last one has been for a while. */
  get allowed(): boolean {
    return this.#backoff.left === 0 && (this.prompt === this.size || this.stuck);
  }

  /** There are some, and the newest is late: what the relay does not answer to it may answer to another. */
  get stuck(): boolean {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { since } of this.#underWay) newest = Math.max(newest, since);
    return this.size > 0 && performance.now() - newest > this.#timeouts.another;
  }

  /** Makes a connection; resolves after one of the two was called. */
  async open(
    onOpened: (opened: Opened) => void,
    onRefused: (error: HandshakeError, since: number) => void,
  ): Promise<void> {
    const attempt = openSession(this.#settings, this.#timeouts);
    const opening = { since: performance.now(), abandon: () => attempt.abandon() };
    this.#underWay.add(opening);
    const result = await attempt.opened.catch((error) =>
      error instanceof HandshakeError ? error : new HandshakeError('connect', String(error)),
    );
    this.#underWay.delete(opening);
    if (result instanceof HandshakeError) {
      this.#backoff.begin(opening.since);
      onRefused(result, opening.since);
    } else {
      this.#backoff.succeed();
      onOpened(result);
    }
  }

  abandon(): void {
    for (const opening of this.#underWay) opening.abandon();
  }
}
