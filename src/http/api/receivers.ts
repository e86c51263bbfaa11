import { z } from 'zod';
import { listReceivers, receiverPaceChange, setReceiverPace } from '../../actions/receivers.ts';
import { countResting, goneDomains } from '../../receivers/domains.ts';
import { changes, type Operation, reads } from './operation.ts';
import { pageOf } from './shapes.ts';

const tag = 'Receivers';
const answers = z.object({
  sent: z.number(),
  deferred: z.number(),
  refused: z.number(),
  lost: z.number(),
});
const receiverShape = z
  .object({
    group: z.string().meta({ description: 'By the MX of the domain, or its name' }),
    configured: z.number().nullable().meta({ description: 'Of RECEIVER_RATES' }),
    set: z
      .array(
        z.object({
          relay: z.string(),
          perSecond: z.number().nullable(),
          connections: z.number().nullable(),
        }),
      )
      .meta({ description: 'By operators, in place of it; `relay` empty: over all of them' }),
    limit: z
      .object({ perSecond: z.number(), heldUntil: z.date().nullable() })
      .nullable()
      .meta({ description: 'Found by its answers while it asks for fewer; null: it does not' }),
    lastDay: answers,
  })
  .meta({ id: 'Receiver' });
const goneShape = z
  .object({
    domain: z.string(),
    goneSince: z.date(),
    goneWhy: z.enum(['nxdomain', 'null-mx']),
    rests: z.boolean().meta({ description: 'Its readers get nothing until it takes mail again' }),
    readers: z.number(),
  })
  .meta({ id: 'GoneDomain' });

/** Who takes the mail of readers, and how fast they are sent to. */
export const receiverOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/receivers',
      tag,
      summary: 'List the groups of receivers',
      role: 'viewer',
      answers: { 200: { description: 'All of them', schema: pageOf(receiverShape) } },
    },
    async ({ context }) => ({ body: { data: await listReceivers(context), next: null } }),
  ),
  changes(
    {
      method: 'put',
      path: '/receivers/{group}',
      tag,
      summary: 'Set how fast a group of receivers is sent to',
      description:
        'Through one relay or over all; with neither number it is taken away. Running workers follow within seconds, and still slow down when the group asks for fewer.',
      role: 'admin',
      params: z.object({ group: z.string().max(60) }),
      body: receiverPaceChange,
      answers: { 200: { description: 'As it is now', schema: receiverShape } },
      errors: [404],
    },
    async ({ params, body, actor, context }, tx) => {
      await setReceiverPace(tx, actor, context, params.group, body);
      const all = await listReceivers({ db: tx as typeof context.db, config: context.config });
      return { body: all.find(({ group }) => group === params.group) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/receivers/resting',
      tag,
      summary: 'Show who rests',
      description:
        'Readers to whom nothing is sent for now, and who stay subscribed: their domain takes no mail, or they gave no sign of life.',
      role: 'viewer',
      answers: {
        200: {
          description: 'How many, and the domains',
          schema: z.object({
            domainGone: z.number(),
            asleep: z.number(),
            domains: z.array(goneShape),
          }),
        },
      },
    },
    async (_call, db) => ({
      body: { ...(await countResting(db)), domains: await goneDomains(db, 200) },
    }),
  ),
];
