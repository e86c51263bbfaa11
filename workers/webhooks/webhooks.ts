import type { Context } from '../../src/context.ts';
import { openSealing } from '../../src/database/sealing.ts';
import { audit } from '../../src/operators/audit.ts';
import type { Task } from '../../src/process/clock.ts';
import { AT_ONCE, type Claimed, claimMessages, settleMessage } from '../../src/webhooks/claim.ts';
import { forgetMessages } from '../../src/webhooks/messages.ts';
import { type Due, type Outcome, sendMessage } from '../../src/webhooks/send.ts';

/** Tells webhooks what waits for them. */
export interface WebhookSender {
  tasks: Task[];
  /** Takes nothing more, breaks off what hangs, and waits until that is written down. */
  stop(): Promise<void>;
}

/**
 * Opens the sender. It asks the database alone, so that no queue can lose a message, and any number of workers may run.
 * Of each webhook a few messages are under way at the same time: one that hangs holds up no other.
 */
export function openWebhookSender(context: Context): WebhookSender {
  const { db, config, log, now, timings } = context;
  const sealing = openSealing(context.secrets);
  const underWay = new Map<string, { count: number; isFailing: boolean }>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let claiming: Promise<void> | undefined;

  const isBusy = ({ count, isFailing }: { count: number; isFailing: boolean }) =>
    count >= (isFailing ? 1 : AT_ONCE);

  function look(): Promise<void> {
    claiming ??= claim().finally(() => {
      claiming = undefined;
    });
    return claiming;
  }

  async function claim(): Promise<void> {
    if (stopping.signal.aborted) return;
    const busy = [...underWay].filter(([, one]) => isBusy(one)).map(([id]) => id);
    for (const message of await claimMessages(db, busy)) begin(message);
  }

  function begin(message: Claimed): void {
    const { webhookId, isFailing } = message;
    const count = (underWay.get(webhookId)?.count ?? 0) + 1;
    underWay.set(webhookId, { count, isFailing });
    const run = tell(message)
      .catch((err) => log.error({ err, message: message.id }, 'a webhook was not told'))
      .finally(() => {
        running.delete(run);
        const left = (underWay.get(webhookId)?.count ?? 1) - 1;
        if (left === 0) underWay.delete(webhookId);
        else underWay.set(webhookId, { count: left, isFailing });
        // what waits behind it need not wait for the clock
        void look().catch((err) => log.debug({ err }, 'webhooks are asked for again by the clock'));
      });
    running.add(run);
  }

  async function tell(message: Due): Promise<void> {
    const outcome = await sendMessage(message, {
      sealing,
      allowPrivate: config.feedAllowPrivate,
      now: now(),
      timeoutMs: timings.webhookMs,
      signal: stopping.signal,
    });
    // broken off by this worker's end: another one tries it when the lease has ended
    if (stopping.signal.aborted && outcome.status === null) return;
    await settle(context, message, outcome);
  }

  return {
    tasks: [
      { name: 'webhooks: tell', everyMs: timings.housekeeping.webhooksMs, run: look },
      {
        name: 'webhooks: forget what is a month old',
        everyMs: 3_600_000,
        run: () => forgetMessages(db),
      },
    ],
    async stop() {
      stopping.abort();
      await claiming;
      await Promise.all(running);
    },
  };
}

/** Writes down what came of a try, and says so where it switched the webhook off. */
async function settle({ db, log }: Context, message: Due, outcome: Outcome): Promise<void> {
  const { webhookId } = message;
  const disabledBy = await db.transaction().execute(async (tx) => {
    const why = await settleMessage(tx, message, outcome);
    if (why) await audit(tx, { kind: 'system' }, 'disable', `webhook ${webhookId}`, { why });
    return why;
  });
  if (disabledBy) log.warn({ webhook: webhookId, why: disabledBy }, 'a webhook was switched off');
}
