import { hostname } from 'node:os';
import type { Context } from '../src/context.ts';
import { openLease } from '../src/deliveries/lease.ts';
import { startDeliverer } from './deliver.ts';
import { editionTasks, planJob } from './editions.ts';
import { feedJob, feedTasks } from './feeds.ts';
import { housekeepingTasks } from './housekeeping.ts';
import { startLetters } from './letters.ts';
import { openRelays } from './relays.ts';
import { runTasks } from './tasks.ts';

/** The worker: consumers of every queue and the clock that asks the database what is due. */
export interface Worker {
  /** Two phases: claim nothing more, then finish what has started. */
  stop(): Promise<void>;
}

/** Starts every consumer and the clock. */
export async function startWorker(context: Context): Promise<Worker> {
  const lease = await openLease(context.db, {
    host: hostname(),
    pid: process.pid,
    connections: context.relays.reduce((sum, relay) => sum + relay.connections, 0),
    log: context.log,
  });
  const relays = await openRelays(context);
  const deliverer = startDeliverer(context, relays, lease);
  const letters = startLetters(context, relays, lease);
  const { queues } = context;
  const consumers = [
    queues.work('deliver', deliverer.handle, 8),
    queues.work('letters', letters.handle, 5),
    queues.work('feeds', feedJob(context), 4),
    queues.work('editions', planJob(context), 2),
  ];
  const clock = runTasks(context.log, [
    ...feedTasks(context),
    ...editionTasks(context),
    ...housekeepingTasks(context),
    ...letters.tasks,
  ]);
  return {
    async stop() {
      await clock.stop();
      await Promise.all(consumers.map((consumer) => consumer.pause()));
      await Promise.all([deliverer.stop(), letters.stop()]);
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await relays.close();
      await lease.close();
    },
  };
}
