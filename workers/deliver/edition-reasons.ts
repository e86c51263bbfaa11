import { RenderError } from '../../emails/render/renderer.ts';
import type { Db } from '../../src/database/connection.ts';
import {
  type HeldEdition,
  hinder,
  standingsOf,
  unhinder,
} from '../../src/deliveries/edition-progress.ts';
import type { Logger } from '../../src/process/log.ts';
import type { Timings } from '../../src/timings.ts';

/** What keeps editions from going on while they are being sent, told to the operators as the edition's status text. */
export interface Hindrances {
  /** It cannot be rendered, or one of its variants cannot; it is tried again. */
  unrendered(edition: string, error: unknown): Promise<void>;
  /** It rendered. */
  rendered(edition: string): Promise<void>;
  /** A relay took a message of it. */
  sent(edition: string): void;
  stop(): void;
}

/**
 * Looks every few seconds at the editions whose ranges this worker holds: those that were paused or cancelled are
 * given back, which no claim would notice while no relay takes anything; the others learn what holds them up, and
 * that it is over. `trouble` says what is wrong with the relays, undefined when nothing is.
 */
export function openHindrances(
  db: Db,
  log: Logger,
  timings: Pick<Timings, 'lookMs' | 'renderAgainMs'>,
  {
    editions,
    giveBack,
    trouble,
  }: {
    editions(): string[];
    giveBack(edition: string): void;
    trouble(): string | undefined;
  },
): Hindrances {
  const unrendered = new Map<string, { words: string; at: number }>();
  // Before it is tried again, another variant that rendered says nothing; after twice as long others have tried it.
  const believedMs = (timings.renderAgainMs * 5) / 6;
  const forgottenMs = timings.renderAgainMs * 2;
  const sentSince = new Set<string>();
  /** What was read at the last look, and not written by this worker. */
  let strange = new Map<string, string>();

  async function look(): Promise<void> {
    const found = await standingsOf(db, editions());
    const wrong = trouble();
    for (const [edition, { at }] of unrendered)
      if (performance.now() - at > forgottenMs) unrendered.delete(edition);
    const before = strange;
    strange = new Map();
    for (const edition of found) {
      if (edition.state !== 'sending') giveBack(edition.id);
      else await tell(edition, unrendered.get(edition.id)?.words ?? wrong, before);
    }
    sentSince.clear();
  }

  async function tell(
    { id, statusText }: HeldEdition,
    words: string | undefined,
    before: Map<string, string>,
  ): Promise<void> {
    if (words !== undefined) {
      if (words === statusText) return;
      log.warn({ edition: id, reason: words }, 'an edition is held up');
      await hinder(db, id, words);
    } else if (statusText !== null && sentSince.has(id)) {
      // Another worker may still be held up, and write it anew: believed gone only at the second look.
      if (before.get(id) !== statusText) strange.set(id, statusText);
      else await unhinder(db, id);
    }
  }

  const looking = setInterval(() => {
    look().catch((err) => log.debug({ err }, 'the editions that are being sent cannot be read'));
  }, timings.lookMs);

  return {
    async unrendered(edition, error) {
      const words = renderingWords(error);
      unrendered.set(edition, { words, at: performance.now() });
      await hinder(db, edition, words).catch((err) =>
        log.warn({ err, edition }, 'that it cannot be rendered could not be written down'),
      );
    },
    async rendered(edition) {
      const failed = unrendered.get(edition);
      if (failed && performance.now() - failed.at < believedMs) return;
      if (unrendered.delete(edition)) await unhinder(db, edition);
    },
    sent(edition) {
      sentSince.add(edition);
    },
    stop: () => clearInterval(looking),
  };
}

function renderingWords(error: unknown): string {
  const why = error instanceof RenderError ? error.message : 'see the error in the worker’s log';
  return `The edition cannot be rendered: ${why}. Nothing is lost, and it is tried again every 30 s. Correct the template (DATA_DIR/templates) or the edition, or cancel it.`;
}
