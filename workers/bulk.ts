import { forgetPrepared } from '../src/bulk/jobs.ts';
import { runChunk } from '../src/bulk/run.ts';
import type { Context } from '../src/context.ts';
import type { Task } from '../src/process/clock.ts';

const FORGET_MS = 60 * 60 * 1000;

/** Does what was asked for many readers at once, chunk by chunk; `stop` lets the chunk under way end. */
export function openBulk({ db, now, queues, timings }: Context): {
  tasks: Task[];
  stop(): void;
} {
  let stopped = false;
  return {
    tasks: [
      {
        name: 'bulk: go on with what is asked for many readers',
        everyMs: timings.bulkMs,
        async run() {
          while (!stopped) {
            const done = await runChunk(db, { now: now() });
            if (!done) return;
            await queues.enqueueLetters(done.letters);
          }
        },
      },
      {
        name: 'bulk: forget what was never started',
        everyMs: FORGET_MS,
        run: () => forgetPrepared(db, now()),
      },
    ],
    stop() {
      stopped = true;
    },
  };
}
