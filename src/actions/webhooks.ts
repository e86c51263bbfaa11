import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { openSealing, type Sealing } from '../database/sealing.ts';
import { audit } from '../operators/audit.ts';
import { readBinding } from '../operators/bindings.ts';
import { claimMessage, settleMessage } from '../webhooks/claim.ts';
import { WebhookOff } from '../webhooks/errors.ts';
import { queueTest, resend } from '../webhooks/messages.ts';
import { type Outcome, sendMessage } from '../webhooks/send.ts';
import {
  addWebhook,
  getWebhook,
  type newWebhook,
  removeWebhook,
  rotateSecret,
  updateWebhook,
  type Webhook,
  type webhookChanges,
} from '../webhooks/webhooks.ts';
import type { By } from './operators.ts';

type Who = Pick<By, 'actor' | 'scope'>;
interface Binding {
  /** Slugs; null: the whole newsroom. Left out: what the maker reaches, or what it was. */
  newsletters?: readonly string[] | null;
}

/** Makes a webhook, with its audit row. Nobody makes one that tells more than they may see. Throws InvalidBinding. */
export async function makeWebhook(
  tx: DbOrTransaction,
  sealing: Sealing,
  { actor, scope }: Who,
  { newsletters, ...input }: z.output<typeof newWebhook> & Binding,
): Promise<Webhook & { secret: string }> {
  const made = await addWebhook(tx, sealing, input, await readBinding(tx, newsletters, scope));
  await audit(tx, actor, 'create', `webhook ${made.id}`, { url: made.url });
  return made;
}

/** Throws WebhookNotFound, InvalidBinding. */
export async function changeWebhook(
  tx: DbOrTransaction,
  { actor, scope }: Who,
  id: string,
  { newsletters, ...changes }: z.output<typeof webhookChanges> & Binding,
): Promise<Webhook> {
  const boundTo =
    newsletters === undefined ? {} : { boundTo: await readBinding(tx, newsletters, scope) };
  const changed = await updateWebhook(tx, id, { ...changes, ...boundTo }, scope);
  const fields = [...Object.keys(changes), ...(newsletters === undefined ? [] : ['newsletters'])];
  await audit(tx, actor, 'change', `webhook ${id}`, { fields });
  return changed;
}

/** Throws WebhookNotFound. */
export async function giveUpWebhook(
  tx: DbOrTransaction,
  { actor, scope }: Who,
  id: string,
): Promise<Webhook> {
  const removed = await removeWebhook(tx, id, scope);
  await audit(tx, actor, 'remove', `webhook ${id}`, { url: removed.url });
  return removed;
}

/** Another secret; the one of before is signed with for a day, too. Throws WebhookNotFound. */
export async function changeSecret(
  tx: DbOrTransaction,
  sealing: Sealing,
  { actor, scope }: Who,
  id: string,
): Promise<Webhook & { secret: string }> {
  const changed = await rotateSecret(tx, sealing, id, scope);
  await audit(tx, actor, 'rotate secret', `webhook ${id}`);
  return changed;
}

/** Has told again what an attempt was about. Throws WebhookNotFound, WebhookOff, AttemptNotFound. */
export async function resendAttempt(
  tx: DbOrTransaction,
  { actor, scope }: Who,
  id: string,
  attempt: string,
): Promise<void> {
  const { active } = await getWebhook(tx, id, scope);
  if (!active) throw new WebhookOff();
  const message = await resend(tx, id, attempt);
  await audit(tx, actor, 'resend', `webhook ${id}`, { message: `msg_${message}` });
}

/** Tells a webhook that it works, at once, and answers what came of it. Throws WebhookNotFound, WebhookOff. */
export async function testWebhook(
  { db, config, secrets, now }: Pick<Context, 'db' | 'config' | 'secrets' | 'now'>,
  { actor, scope }: Who,
  id: string,
): Promise<
  Pick<Outcome, 'status' | 'answer' | 'error' | 'cause' | 'milliseconds'> & { ok: boolean }
> {
  const message = await db.transaction().execute(async (tx) => {
    const { active } = await getWebhook(tx, id, scope);
    if (!active) throw new WebhookOff();
    await audit(tx, actor, 'test', `webhook ${id}`);
    // taken before a worker sees it
    return claimMessage(tx, await queueTest(tx, id));
  });
  if (!message) throw new WebhookOff();
  const outcome = await sendMessage(message, {
    sealing: openSealing(secrets),
    allowPrivate: config.feedAllowPrivate,
    now: now(),
  });
  await db.transaction().execute((tx) => settleMessage(tx, message, outcome));
  const { status, answer, error, cause, milliseconds } = outcome;
  return {
    ok: status !== null && status >= 200 && status < 300,
    status,
    answer,
    error,
    cause,
    milliseconds,
  };
}
