import { takeEvents } from '../../src/bounces/hooks/take.ts';
import type { Context } from '../../src/context.ts';

/** Follows what providers told by HTTP and was written down. Any number of workers may: each event is taken once. */
export function openHookTaker(context: Context) {
  let stopped = false;
  return {
    tasks: [
      {
        name: 'hooks: take what providers told',
        everyMs: context.timings.housekeeping.webhooksMs,
        run: () => takeEvents(context, () => stopped),
      },
    ],
    stop() {
      stopped = true;
    },
  };
}
