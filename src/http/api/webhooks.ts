import { z } from 'zod';
import {
  changeSecret,
  changeWebhook,
  giveUpWebhook,
  makeWebhook,
  resendAttempt,
  testWebhook,
} from '../../actions/webhooks.ts';
import { openSealing } from '../../database/sealing.ts';
import { listAttempts } from '../../webhooks/messages.ts';
import {
  getWebhook,
  listWebhooks,
  newWebhook,
  webhookChanges,
  webhookEvents,
} from '../../webhooks/webhooks.ts';
import { givenTo } from './bindings.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { pageOfRows, paging } from './paging.ts';
import { byId, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Webhooks';
const time = z.iso.datetime();

const webhookShape = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.enum(webhookEvents)),
    newsletters: z.array(z.string()).nullable().meta({
      description: 'Slugs of the newsletters that it is told of; null: the whole newsroom',
    }),
    active: z.boolean(),
    disabledBy: z.enum(['operator', 'failing', 'gone']).nullable().meta({
      description: 'Who switched it off: `failing`, it failed for a day; `gone`, it answered 410',
    }),
    disabledAt: time.nullable(),
    failingSince: time.nullable().meta({ description: 'Since when every attempt has failed' }),
    createdAt: time,
  })
  .meta({ id: 'Webhook', description: 'Where another program is told what happens' });

const withSecret = webhookShape
  .extend({
    secret: z.string().optional().meta({
      description:
        'To verify signatures with (Standard Webhooks); shown once, also where an Idempotency-Key replays the answer',
    }),
  })
  .meta({ id: 'MadeWebhook' });

const attemptShape = z
  .object({
    id: z.string(),
    message: z.string().meta({ description: 'As `webhook-id` names it', example: 'msg_7' }),
    type: z.string(),
    at: time,
    status: z.number().int().nullable().meta({ description: 'null: no answer came' }),
    answer: z.string().nullable().meta({ description: 'Its beginning' }),
    error: z.string().nullable().meta({ description: 'Why no answer came' }),
    milliseconds: z.number().int(),
    state: z.enum(['queued', 'sent', 'failed']).meta({ description: 'Of the message by now' }),
    nextAt: time.nullable().meta({ description: 'When the message is tried again' }),
  })
  .meta({ id: 'WebhookAttempt' });

const outcomeShape = z
  .object({
    ok: z.boolean(),
    status: z.number().int().nullable(),
    answer: z.string().nullable(),
    error: z.string().nullable(),
    milliseconds: z.number().int(),
  })
  .meta({ id: 'WebhookTest' });

const role = 'admin' as const;
const reach = 'scoped' as const;
const byAttempt = z.object({ ...byId.shape, attempt: byId.shape.id });
const bound = { newsletters: givenTo.optional() };

function without<T extends { secret: string }>(made: T) {
  const { secret: _, ...kept } = made;
  return kept;
}
/** What was named of them, so that what is left out stays. */
const named = <T extends object>(input: T) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** Where other programs are told what happens: all of it takes an admin. */
export const webhookOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/webhooks',
      tag,
      summary: 'List webhooks',
      role,
      reach,
      query: z.strictObject(paging),
      answers: {
        200: { description: 'In the order they were made', schema: pageOf(webhookShape) },
      },
    },
    async ({ query, scope }, db) => ({ body: pageOfRows(await listWebhooks(db, scope), query) }),
  ),
  changes(
    {
      method: 'post',
      path: '/webhooks',
      tag,
      summary: 'Make a webhook',
      description:
        'Each message is a POST with the headers of Standard Webhooks and the body `{type, timestamp, data}`. What is not answered with 2xx is tried again for a day.',
      role,
      reach,
      body: newWebhook.extend(bound).meta({ id: 'NewWebhook' }),
      answers: { 201: { description: 'Made, with its secret', schema: withSecret } },
    },
    async ({ body, context, ...by }, tx) => {
      const made = await makeWebhook(tx, openSealing(context.secrets), by, named(body));
      return { status: 201, body: made, kept: without(made) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/webhooks/{id}',
      version: versions.webhook,
      tag,
      summary: 'Show a webhook',
      role,
      reach,
      params: byId,
      answers: { 200: { description: 'The webhook', schema: webhookShape } },
    },
    async ({ params, scope }, db) => ({ body: await getWebhook(db, params.id, scope) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/webhooks/{id}',
      version: versions.webhook,
      tag,
      summary: 'Change a webhook, or switch it on or off',
      role,
      reach,
      params: byId,
      body: webhookChanges.extend(bound).meta({ id: 'WebhookChanges' }),
      answers: { 200: { description: 'As it is now', schema: webhookShape } },
    },
    async ({ params, body, ...by }, tx) => ({
      body: await changeWebhook(tx, by, params.id, named(body)),
    }),
  ),
  changes(
    {
      method: 'delete',
      path: '/webhooks/{id}',
      version: versions.webhook,
      tag,
      summary: 'Remove a webhook',
      description: 'With what waits for it, and its log.',
      role,
      reach,
      params: byId,
      answers: { 204: { description: 'Removed' } },
    },
    async ({ params, ...by }, tx) => {
      await giveUpWebhook(tx, by, params.id);
      return { status: 204 };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/webhooks/{id}/rotate-secret',
      tag,
      summary: 'Give a webhook another secret',
      description: 'For a day messages are signed with both.',
      role,
      reach,
      params: byId,
      answers: { 200: { description: 'With its new secret', schema: withSecret } },
    },
    async ({ params, context, ...by }, tx) => {
      const changed = await changeSecret(tx, openSealing(context.secrets), by, params.id);
      return { body: changed, kept: without(changed) };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/webhooks/{id}/test',
      tag,
      summary: 'Send a webhook a message of the type `test`',
      description: 'Answers when the receiver has, after 15 seconds at most.',
      role,
      reach,
      params: byId,
      answers: { 200: { description: 'What came of it', schema: outcomeShape } },
      errors: [409],
    },
    async ({ params, context, ...by }) => {
      const { cause: _, ...body } = await testWebhook(context, by, params.id);
      return { body };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/webhooks/{id}/attempts',
      tag,
      summary: 'Show the log of a webhook',
      role,
      reach,
      params: byId,
      query: z.strictObject(paging),
      answers: {
        200: { description: 'Of the last 30 days, newest first', schema: pageOf(attemptShape) },
      },
    },
    async ({ params, query, scope }, db) => {
      await getWebhook(db, params.id, scope);
      return { body: await listAttempts(db, params.id, query) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/webhooks/{id}/attempts/{attempt}/resend',
      tag,
      summary: 'Tell a webhook again what an attempt was about',
      description: 'Under the same `webhook-id`, whatever came of it.',
      role,
      reach,
      params: byAttempt,
      answers: { 202: { description: 'On its way', schema: z.object({ queued: z.boolean() }) } },
      errors: [409],
    },
    async ({ params, ...by }, tx) => {
      await resendAttempt(tx, by, params.id, params.attempt);
      return { status: 202, body: { queued: true } };
    },
  ),
];
