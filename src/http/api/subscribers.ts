import { z } from 'zod';
import { changeSubscriber, eraseAndTell } from '../../actions/subscribers.ts';
import { addSubscriber, newSubscriber } from '../../letters/added-by-operator.ts';
import { readAddress } from '../../mail/address.ts';
import { audit } from '../../operators/audit.ts';
import { personalData } from '../../privacy/export.ts';
import { subscriberChanges } from '../../subscribers/change.ts';
import { getSubscriber, listSubscribers } from '../../subscribers/subscribers.ts';
import { changes, type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { byId, pageOf, subscriberShape, subscriptionShape } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Subscribers';

/** People: all of it takes an admin. One who is bound to some newsletters sees their readers, and no other subscription of them. */
export const subscriberOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/subscribers',
      tag,
      summary: 'List subscribers',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject({
        ...paging,
        email: z.string().max(320).optional().meta({ description: 'Of one address' }),
        newsletter: z.string().optional().meta({ description: 'A slug' }),
        state: subscriptionShape.shape.state.optional(),
      }),
      answers: { 200: { description: 'By id', schema: pageOf(subscriberShape) } },
    },
    async ({ query: { email, ...filter }, scope }, db) => ({
      body: await listSubscribers(db, {
        ...filter,
        scope,
        emailKey: email === undefined ? undefined : readAddress(email).key,
      }),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/subscribers',
      tag,
      summary: 'Add a subscriber',
      description:
        'With `consent`, where and when it was given, active at once; without, a confirmation is sent first. Of somebody who is known by the address, subscriptions are added, and name and choices become what is given; the answer is then 200.',
      role: 'admin',
      reach: 'scoped',
      body: newSubscriber,
      answers: {
        200: { description: 'One who was known by the address', schema: subscriberShape },
        201: { description: 'One who was not', schema: subscriberShape },
      },
      errors: [409],
    },
    async ({ input, actor, context, scope }, tx) => {
      const { id, added, letters } = await addSubscriber(tx, input, {
        scope,
        hashAddress: context.hashAddress,
        origin: new URL(context.config.publicUrl).host,
        now: context.now(),
      });
      await audit(tx, actor, 'add', `subscriber ${id}`);
      return {
        status: added ? 201 : 200,
        body: await getSubscriber(tx, id, scope),
        enqueue: (queues) => queues.enqueueLetters(letters),
      };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/subscribers/{id}',
      version: versions.subscriber,
      tag,
      summary: 'Show a subscriber',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'The subscriber', schema: subscriberShape } },
    },
    async ({ params, scope }, db) => ({ body: await getSubscriber(db, params.id, scope) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/subscribers/{id}',
      version: versions.subscriber,
      tag,
      summary: 'Change a subscriber',
      description:
        'A subscription can be ended here; it begins by consent alone. Where one waits for its confirmation, another address is sent a new one, and the link in the older ends.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: subscriberChanges,
      answers: { 200: { description: 'As it is now', schema: subscriberShape } },
      errors: [409],
    },
    async ({ params, input, actor, context, scope }, tx) => {
      const by = {
        scope,
        hashAddress: context.hashAddress,
        origin: new URL(context.config.publicUrl).host,
        now: context.now(),
      };
      const { value, enqueue } = await changeSubscriber(tx, actor, params.id, input as object, by);
      return { body: value, ...(enqueue ? { enqueue } : {}) };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/subscribers/{id}',
      version: versions.subscriber,
      tag,
      summary: 'Erase a subscriber',
      description:
        'What is left is an id, for the ledgers, and a suppression as a hash. A last letter tells the person.',
      role: 'admin',
      params: byId,
      answers: { 204: { description: 'Erased' } },
    },
    async ({ params, actor, context }, tx) => {
      const { enqueue } = await eraseAndTell(tx, actor, params.id, context.now());
      return { status: 204, ...(enqueue ? { enqueue } : {}) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/subscribers/{id}/export',
      tag,
      summary: 'Export everything held about a person',
      role: 'admin',
      params: byId,
      answers: {
        200: {
          description: 'Subscriptions, consents, deliveries, letters',
          schema: z.looseObject({ subscriber: subscriberShape }),
        },
      },
    },
    async ({ params, actor }, db) => {
      const body = await personalData(db, params.id);
      await audit(db, actor, 'export', `subscriber ${params.id}`);
      return { body };
    },
  ),
];
