import { z } from 'zod';
import { setWarmUp } from '../../actions/receivers.ts';
import { listRelays, testRelay } from '../../actions/relays.ts';
import { languageSchema } from '../../subscribers/choices.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { pageOf } from './shapes.ts';

const tag = 'Relays';
const answers = z
  .object({
    sent: z.number().meta({ description: 'It said 250' }),
    deferred: z.number().meta({ description: 'It said 4xx: tried again later' }),
    refused: z.number().meta({ description: 'It said 5xx' }),
    lost: z.number().meta({ description: 'No answer came' }),
  })
  .meta({ id: 'Answers' });

export const relayShape = z
  .object({
    name: z.string(),
    host: z.string(),
    port: z.number(),
    tls: z.enum(['implicit', 'required', 'offered', 'off']),
    authenticated: z.boolean(),
    connections: z.number(),
    rate: z.number().nullable().meta({ description: 'Messages a second over all workers' }),
    weight: z.number(),
    warmUp: z
      .object({
        ceiling: z.number(),
        sentToday: z.number(),
        plan: z.string().meta({ description: 'First day, its messages, growth a day' }),
        days: z.array(z.object({ day: z.string(), ceiling: z.number() })),
      })
      .nullable()
      .meta({ description: 'Its ceiling of today (UTC), while it is being warmed up' }),
    now: z
      .object({
        state: z.enum(['up', 'slowed', 'resting', 'avoided']),
        words: z.string().nullable(),
        perSecond: z.number(),
        connections: z.number(),
        restingUntil: z.date().nullable(),
      })
      .nullable()
      .meta({ description: 'How it does while something is sent through it; null: nothing is' }),
    lastDay: answers,
    lately: answers.meta({ description: 'In the hour that runs and the one before' }),
    lastWords: z
      .object({ text: z.string(), at: z.date() })
      .nullable()
      .meta({ description: 'What it said last that was no 250, without addresses' }),
  })
  .meta({ id: 'Relay' });

const handedOver = z
  .object({
    ok: z.boolean().meta({ description: 'The relay took it; nobody can know whether it arrived' }),
    at: z.string().nullable().meta({ description: 'Where in the conversation it failed' }),
    code: z.number().nullable(),
    reply: z.string().meta({ description: 'In the words of the relay' }),
    fix: z.string().nullable(),
    milliseconds: z.number(),
  })
  .meta({ id: 'RelayTest' });

/** Where messages are handed to. */
export const relayOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/relays',
      tag,
      summary: 'List the relays',
      description: 'As SMTP_URL has them, with what they answered in the last day.',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'All of them', schema: pageOf(relayShape) } },
    },
    async ({ context }) => ({ body: { data: await listRelays(context), next: null } }),
  ),
  changes(
    {
      method: 'put',
      path: '/relays/{name}/warm-up',
      tag,
      summary: 'Set the warm-up of a relay',
      description:
        'In place of what SMTP_URL says; running workers follow within seconds. `plan` null: none; left out: as SMTP_URL says again.',
      role: 'admin',
      params: z.object({ name: z.string().max(255) }),
      body: z.strictObject({
        plan: z.string().max(60).nullish().meta({
          description: 'First day, its messages, growth a day',
          example: '2026-11-24:500:1.5',
        }),
      }),
      answers: { 204: { description: 'Set' } },
      errors: [404],
    },
    async ({ params, body, actor, context }, tx) => {
      await setWarmUp(tx, actor, context, params.name, body.plan);
      return { status: 204 };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/relays/{name}/test',
      tag,
      summary: 'Send a test message through one relay',
      description: 'At once: the answer says what the relay said. At most thirty an hour.',
      role: 'admin',
      params: z.object({ name: z.string().max(255) }),
      body: z.strictObject({
        email: z.string().max(320),
        language: languageSchema
          .optional()
          .meta({ description: 'Of the message, and of `fix`; English when left out' }),
      }),
      answers: { 200: { description: 'What became of it', schema: handedOver } },
    },
    async ({ context, actor, params, body: { email, language = 'en' } }) => ({
      body: await testRelay(context, actor, params.name, { email, language }),
    }),
  ),
];
