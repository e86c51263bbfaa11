import type { Context } from '../src/context.ts';
import type { Task } from '../src/process/clock.ts';
import { findDomains, noteLookedUp, takeDueDomains } from '../src/receivers/domains.ts';
import { lookUpAll, type MxDns, mxDns } from '../src/receivers/look-up.ts';

const FOUND_AT_ONCE = 500;
const LOOKED_AT_ONCE = 25;

/** Finds out who takes the mail of readers' domains, a few at a time: never while a message waits for it. */
export function receiverTasks(
  { db, log, now, timings }: Pick<Context, 'db' | 'log' | 'now' | 'timings'>,
  dns: () => MxDns = mxDns,
): Task[] {
  let last = '';
  return [
    {
      name: 'receivers: find the domains of readers',
      everyMs: timings.housekeeping.receiversMs,
      run: async () => {
        last = (await findDomains(db, last, FOUND_AT_ONCE)) ?? '';
      },
    },
    {
      name: 'receivers: look up who takes their mail',
      everyMs: timings.housekeeping.receiversMs,
      run: async () => {
        const due = await takeDueDomains(db, now(), LOOKED_AT_ONCE);
        for (const [domain, found] of await lookUpAll(dns(), due)) {
          const readers = await noteLookedUp(db, domain, found, now());
          if (readers !== 0)
            log.warn({ domain, readers, found }, 'readers of a domain rest, or are back');
        }
      },
    },
  ];
}
