/** Answers that take so many times as long as the quickest have mostly waited behind others. */
const CROWDED = 2;
/** Of how many answers the usual time is the mean, the newer ones counting more. */
const MEAN_OF = 16;
/** The quickest is slowly forgotten: the messages of the next edition may be larger. */
const FORGET = 1.0001;
/** So many messages keep a relay busy until a connection has the next one for it: four, or this share of the connections. */
const ENOUGH = 4;
const ENOUGH_SHARE = 0.4;
/** After so long none is kept any more: the next answer or message sends it, at the latest the relay's tick. */
const KEPT_MS = 20;

/** What a relay's connections have before them. */
export interface Queued {
  connections: number;
  /** Messages on a connection, not answered yet. */
  atRelay: number;
  /** Since when the first of those that wait for a connection waits, `performance.now()`. */
  waitsSince: number;
}

/**
 * Tells from how long its answers take whether a relay has more before it than it does at once. To such a relay an
 * envelope that comes early is no gain, and by itself it is a write and a wake-up more on both sides: it may as well
 * wait and travel with another message's dot. A relay that is far away, or slow with each message and quick with many,
 * is not crowded: there every connection is to have its next envelope as early as can be.
 */
export class Congestion {
  #quickestMs = Number.POSITIVE_INFINITY;
  #usualMs = 0;

  /** `ms` from a message's final dot to its 2xx. */
  note(ms: number): void {
    this.#quickestMs = Math.min(ms, this.#quickestMs * FORGET);
    this.#usualMs += (ms - this.#usualMs) / MEAN_OF;
  }

  /** How many waiting messages are kept for the next dots; 0 where none should wait. */
  keeps({ connections, atRelay, waitsSince }: Queued): number {
    const crowded = this.#usualMs > this.#quickestMs * CROWDED;
    if (!crowded || atRelay < Math.max(ENOUGH, connections * ENOUGH_SHARE)) return 0;
    return performance.now() - waitsSince > KEPT_MS ? 0 : Math.floor(connections / 2);
  }
}
