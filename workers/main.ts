import { hostname } from 'node:os';
import type { Context } from '../src/context.ts';
import { openLease } from '../src/deliveries/lease.ts';
import { openSigning } from '../src/identity/signing.ts';
import { runTasks } from '../src/process/clock.ts';
import { openPace } from '../src/relays/pace/pace.ts';
import { openBulk } from './bulk.ts';
import { startDeliverer } from './deliver/deliver.ts';
import { editionTasks, planJob } from './editions.ts';
import { feedJob, feedTasks } from './feeds.ts';
import { housekeepingTasks } from './housekeeping.ts';
import { openHookTaker } from './inbound/hooks.ts';
import { openInbound } from './inbound/inbound.ts';
import { openTurns } from './inbound/turns.ts';
import { startLetters } from './letters/letters.ts';
import type { WorkerMetrics } from './metrics.ts';
import { openPictureFetcher } from './pictures.ts';
import { receiverPaceTask } from './receiver-pace.ts';
import { receiverTasks } from './receivers.ts';
import { openWebhookSender } from './webhooks/webhooks.ts';

/** The worker: consumers of every queue and the clock that asks the database what is due. */
export interface Worker {
  /** Two phases: claim nothing more, then finish what has started. */
  stop(): Promise<void>;
}

/** Starts every consumer and the clock; `metrics` counts what they do. */
export async function startWorker(context: Context, metrics?: WorkerMetrics): Promise<Worker> {
  const { config, pool, redis } = context;
  const rates = context.relays.flatMap(({ name, rate }) => (rate ? [[name, rate] as const] : []));
  const pace = openPace({
    store: redis ? { redis } : { pool },
    limits: {
      ...(config.sendRate !== undefined && { global: config.sendRate }),
      relays: Object.fromEntries(rates),
      groups: config.receiverRates,
    },
  });
  const signing = await openSigning({
    db: context.db,
    secrets: context.secrets,
    dkim: config.dkim,
    onSealed: (name) =>
      context.log.error(
        { key: name },
        'a DKIM key opens under none of the secrets: mail is not signed with it',
      ),
  });
  const deliverer = await startDeliverer(context, pace, signing, metrics);
  // Letters keep a lease of their own: the deliverer may have to give up its own for a new one.
  const lease = await openLease(context.db, {
    host: hostname(),
    pid: process.pid,
    connections: context.relays.length,
    timings: context.timings,
    log: context.log,
  });
  const letters = startLetters(context, lease, pace, signing, deliverer.makeRoom, metrics);
  const turns = openTurns();
  const inbound = openInbound(context, turns);
  const hooks = openHookTaker(context, turns);
  const { queues } = context;
  const consumers = [
    queues.work('deliver', deliverer.handle, 8),
    queues.work('letters', letters.handle, 5),
    queues.work('feeds', feedJob(context, metrics), 4),
    queues.work('editions', planJob(context), 2),
  ];
  const webhooks = openWebhookSender(context);
  const bulk = openBulk(context);
  const pictures = openPictureFetcher(context);
  const clock = runTasks(context.log, [
    ...feedTasks(context),
    ...editionTasks(context),
    ...housekeepingTasks(context),
    ...letters.tasks,
    ...webhooks.tasks,
    ...bulk.tasks,
    ...pictures.tasks,
    ...inbound.tasks,
    ...hooks.tasks,
    ...receiverTasks(context),
    { name: 'dkim: read the keys again', everyMs: 20_000, run: signing.refresh },
    receiverPaceTask(context, pace, deliverer),
  ]);
  return {
    async stop() {
      bulk.stop();
      // These first: from here on nothing starts.
      hooks.stop();
      turns.hurry();
      const sending = [
        deliverer.stop(),
        letters.stop(),
        webhooks.stop(),
        pictures.stop(),
        inbound.close(),
      ];
      await Promise.all([clock.stop(), ...consumers.map((consumer) => consumer.pause())]);
      // the clock may have been opening it
      await inbound.close();
      await Promise.all(sending);
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await lease.close();
      await pace.close();
    },
  };
}
