import type { Context } from '../src/context.ts';
import { receiverPaces } from '../src/deliveries/receiver-pace.ts';
import type { Task } from '../src/process/clock.ts';
import type { Pace } from '../src/relays/pace/pace.ts';
import type { Deliverer } from './deliver/deliver.ts';

/** Has what operators set for receivers hold in this worker within seconds, over what RECEIVER_RATES says. */
export function receiverPaceTask(
  { config, db, timings }: Context,
  pace: Pick<Pace, 'limitReceivers'>,
  deliverer: Pick<Deliverer, 'bound'>,
): Task {
  return {
    name: 'receivers: read the rates that operators set',
    everyMs: timings.lookMs,
    run: async () => {
      const all = await receiverPaces(db);
      const rates: Record<string, number> = { ...config.receiverRates };
      const pairs = [];
      const bounds = [];
      for (const { relay, receiverGroup: group, perSecond, connections } of all) {
        if (perSecond !== null && relay === '') rates[group] = perSecond;
        if (perSecond !== null && relay !== '') pairs.push({ relay, group, perSecond });
        if (connections !== null) bounds.push({ relay, group, connections });
      }
      pace.limitReceivers(rates, pairs);
      deliverer.bound(bounds);
    },
  };
}
