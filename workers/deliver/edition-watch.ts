import { RenderError } from '../../emails/render/renderer.ts';
import type { Db } from '../../src/database/connection.ts';
import { pauseRefused } from '../../src/deliveries/control.ts';
import {
  type EditionProgress,
  type HeldEdition,
  heldEditions,
  tellGoesOn,
  tellHeldUp,
} from '../../src/deliveries/edition-progress.ts';
import { RefusalBreaker } from '../../src/deliveries/refusal-breaker.ts';
import { noticesInWords } from '../../src/locales/notices.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Outcome } from '../../src/relays/outcome.ts';
import { writeNotices } from '../../src/text/notice.ts';
import type { Timings } from '../../src/timings.ts';

export interface EditionWatchParts {
  db: Db;
  log: Logger;
  timings: Pick<Timings, 'lookMs' | 'renderAgainMs'>;
  /** The editions whose ranges this worker holds. */
  editions(): string[];
  giveBack(edition: string): void;
  /** What is wrong with the way out, undefined when nothing is. */
  trouble(): string | undefined;
}

/**
 * Watches over the editions that this worker sends. It tells the operators, as `status_text`, what holds an edition up
 * and that it is over; it pauses those whose refusals are about themselves; and every few seconds it gives back the
 * ranges of those that were paused or cancelled, which no claim would notice while no relay takes anything.
 */
export class EditionWatch {
  readonly #parts: EditionWatchParts;
  readonly #breakers = new Map<string, RefusalBreaker>();
  /** To be paused, and why. */
  readonly #refused = new Map<string, string>();
  readonly #paused = new Set<string>();
  readonly #unrendered = new Map<string, { words: string; at: number }>();
  readonly #sentSince = new Set<string>();
  readonly #looking: NodeJS.Timeout;
  /** What was read at the last look, and not written by this worker. */
  #othersWords = new Map<string, string>();

  constructor(parts: EditionWatchParts) {
    this.#parts = parts;
    this.#looking = setInterval(() => {
      this.#look().catch((err) =>
        parts.log.debug({ err }, 'the editions that are being sent cannot be read'),
      );
    }, parts.timings.lookMs);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  /**
   * What the ledger says of an edition of which a range was taken, other workers' answers included. `resumed`: it was
   * paused for its refusals, and an operator has looked at it since.
   */
  learn(edition: string, progress: EditionProgress): 'resumed' | undefined {
    const resumed = this.#paused.delete(edition);
    const known = this.#breakers.get(edition);
    if (resumed) known?.forget();
    if (known) known.learn(progress);
    else this.#breakers.set(edition, new RefusalBreaker(progress));
    return resumed ? 'resumed' : undefined;
  }

  /** A relay took a message of it that began at `startedAt`. */
  sent(edition: string, relay: string, startedAt: number): void {
    this.#sentSince.add(edition);
    this.#breakers.get(edition)?.took(relay, startedAt);
  }

  /** Notes what an answer means; whether with it the edition's refusals are about itself. `before`: the row's reason. */
  trips(edition: string, subscriber: string, outcome: Outcome, before: string | null): boolean {
    return this.#breakers.get(edition)?.note(subscriber, outcome, before) ?? false;
  }

  /** How often others contradicted what a relay says of us at this reader; undefined where it says so the first time. */
  contradicted(edition: string, subscriber: string, relay: string): number | undefined {
    return this.#breakers.get(edition)?.noteAboutUs(subscriber, relay, performance.now());
  }

  /** To be paused with these words, at the next statement. */
  pause(edition: string, words: string): void {
    this.#refused.set(edition, words);
  }

  /** It was paused for its refusals: when a range of it comes again, an operator has resumed it. */
  paused(edition: string): void {
    this.#paused.add(edition);
  }

  /** It is about to be paused: what is refused now waits for the operator. */
  pausing(edition: string): boolean {
    return this.#refused.has(edition);
  }

  /** Writes the pauses down that were asked for. */
  async pauses(): Promise<void> {
    const { db, log, giveBack } = this.#parts;
    for (const [edition, words] of this.#refused) {
      const now = await pauseRefused(db, edition, words);
      this.paused(edition);
      if (now)
        log.error(
          { edition, words: noticesInWords(words) },
          'an edition was paused: its messages are refused',
        );
      this.#breakers.get(edition)?.forget();
      this.#refused.delete(edition);
      giveBack(edition);
    }
  }

  /** It cannot be rendered, or one of its variants cannot; it is tried again. */
  async unrendered(edition: string, error: unknown): Promise<void> {
    const words = renderingWords(error);
    this.#unrendered.set(edition, { words, at: performance.now() });
    await tellHeldUp(this.#parts.db, edition, words).catch((err) =>
      this.#parts.log.warn(
        { err, edition },
        'that it cannot be rendered could not be written down',
      ),
    );
  }

  /** It rendered. Before it is tried again another variant that rendered says nothing. */
  async rendered(edition: string): Promise<void> {
    const { db, timings } = this.#parts;
    const failed = this.#unrendered.get(edition);
    if (failed && performance.now() - failed.at < (timings.renderAgainMs * 5) / 6) return;
    if (this.#unrendered.delete(edition)) await tellGoesOn(db, edition);
  }

  async #look(): Promise<void> {
    const { db, timings, editions, giveBack, trouble } = this.#parts;
    const found = await heldEditions(db, editions());
    const wrong = trouble();
    // After twice the time another worker has tried it.
    for (const [edition, { at }] of this.#unrendered)
      if (performance.now() - at > timings.renderAgainMs * 2) this.#unrendered.delete(edition);
    const before = this.#othersWords;
    this.#othersWords = new Map();
    for (const edition of found) {
      if (edition.state !== 'sending') giveBack(edition.id);
      else await this.#tell(edition, this.#unrendered.get(edition.id)?.words ?? wrong, before);
    }
    this.#sentSince.clear();
  }

  async #tell(
    { id, statusText }: HeldEdition,
    words: string | undefined,
    before: Map<string, string>,
  ): Promise<void> {
    const { db, log } = this.#parts;
    if (words !== undefined) {
      if (words === statusText) return;
      log.warn({ edition: id, reason: noticesInWords(words) }, 'an edition is held up');
      await tellHeldUp(db, id, words);
    } else if (statusText !== null && this.#sentSince.has(id)) {
      // Another worker may still be held up, and write it anew: believed gone only at the second look.
      if (before.get(id) !== statusText) this.#othersWords.set(id, statusText);
      else await tellGoesOn(db, id);
    }
  }
}

function renderingWords(error: unknown): string {
  return writeNotices(
    error instanceof RenderError
      ? { code: 'rendering', values: { why: error.message } }
      : { code: 'renderingLogged' },
  );
}
