import type { Context } from '../context.ts';
import { diskIsFull } from '../database/disk.ts';
import { tellGoesOn, tellHeldUp } from '../deliveries/edition-progress.ts';
import { openStalledEditions, type Stall, stallIn } from '../deliveries/stalled-editions.ts';

const ANSWER_MS = 3_000;

/** Editions that stand still: looked for by every web process and worker, told to the operators. */
export interface SendingWatch {
  /** Looks once: tells the operators of each edition what holds it up, and that it goes on. */
  look(): Promise<void>;
  /** What the last look found. */
  stalls(): readonly Stall[];
}

/** True where the promise is kept within so many milliseconds. */
export const answersSoon = (promise: Promise<unknown>, withinMs = ANSWER_MS): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, withinMs, false);
  return Promise.race([
    promise.then(
      () => true,
      () => false,
    ),
    late.promise,
  ]).finally(() => clearTimeout(timer));
};

/** Opens the watch. It works whatever failed in the code that sends, and also where no worker is alive. */
export function openSendingWatch({ db, log, queues, timings }: Context): SendingWatch {
  let found: Stall[] = [];
  const watch = openStalledEditions(db, {
    afterMs: timings.editionStallMs,
    now: () => performance.now(),
    diskIsFull: () => diskIsFull(db),
    queueAnswers: () => answersSoon(queues.counts('deliver')),
  });
  return {
    async look() {
      const before = found;
      found = await watch.look();
      for (const { edition, words, statusText, cause } of found) {
        // What is known of the relay or the template says more.
        if (statusText !== null && stallIn(statusText) === undefined) continue;
        if (statusText === words) continue;
        log.error({ edition, cause }, 'an edition stands still');
        await tellHeldUp(db, edition, words);
      }
      for (const { edition, words } of before)
        if (!found.some((stall) => stall.edition === edition)) await tellGoesOn(db, edition, words);
    },
    stalls: () => found,
  };
}
