import type { Db } from '../../src/database/connection.ts';
import type { Lease } from '../../src/deliveries/lease.ts';
import { noteReceiverLimits } from '../../src/deliveries/receiver-limits.ts';
import type { Logger } from '../../src/process/log.ts';
import type { ReceiverPaces } from './receiver-paces.ts';

/** Writes down which receivers this worker holds back, while there are any and once more when there are none left. */
export function noteLimits(
  db: Db,
  receivers: Pick<ReceiverPaces, 'limits'>,
  lease: Pick<Lease, 'workerId'>,
  everyMs: number,
  log: Logger,
): { stop(): Promise<void> } {
  let any = false;
  let noting = Promise.resolve();
  async function note(): Promise<void> {
    const limits = receivers.limits();
    if (limits.length === 0 && !any) return;
    any = limits.length > 0;
    const now = Date.now();
    await noteReceiverLimits(
      db,
      lease.workerId,
      limits.map(({ group, perSecond, waitMs }) => ({
        receiverGroup: group,
        perSecond,
        heldUntil: waitMs > 0 ? new Date(now + waitMs) : null,
      })),
    ).catch((err) => log.debug({ err }, 'who is held back is not written down'));
  }
  const timer = setInterval(() => {
    noting = noting.then(note);
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await noting;
    },
  };
}
