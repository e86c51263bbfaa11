import { takeEvent } from '../../src/bounces/hooks/take.ts';
import type { Context } from '../../src/context.ts';
import type { Turns } from './turns.ts';

/** Follows what providers told by HTTP and was written down. Any number of workers may: each event is taken once. */
export function openHookTaker(context: Context, turns: Turns) {
  let stopped = false;
  return {
    tasks: [
      {
        name: 'hooks: take what providers told',
        everyMs: context.timings.housekeeping.webhooksMs,
        run: async () => {
          while (!stopped && (await turns.take(() => takeEvent(context))));
        },
      },
    ],
    stop() {
      stopped = true;
    },
  };
}
