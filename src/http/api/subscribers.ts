import { z } from 'zod';
import { sendConfirmationTo, sendLinksTo } from '../../actions/subscriber-letters.ts';
import {
  addReader,
  changeSubscriber,
  eraseAndTell,
  subscriberWork,
} from '../../actions/subscribers.ts';
import { newSubscriber } from '../../letters/added-by-operator.ts';
import { readAddress } from '../../mail/address.ts';
import { audit } from '../../operators/audit.ts';
import { personalData } from '../../privacy/export.ts';
import { subscriberChanges } from '../../subscribers/change.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import { countSubscribers, getSubscriber, listSubscribers } from '../../subscribers/subscribers.ts';
import { changes, type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { byId, pageOf, subscriberShape } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Subscribers';

const queued = z.object({ state: z.literal('queued') });

/** A call that has a letter sent to a subscriber. */
const sendsLetter = (
  path: `/${string}`,
  summary: string,
  description: string,
  send: typeof sendLinksTo,
): Operation =>
  changes(
    {
      method: 'post',
      path,
      tag,
      summary,
      description,
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 202: { description: 'The letter is being sent', schema: queued } },
      errors: [409],
    },
    async ({ params, actor, context, scope }, tx) => {
      const by = subscriberWork(context, scope);
      const { value: _, ...done } = await send(tx, actor, params.id, by);
      return { status: 202, body: { state: 'queued' }, ...done };
    },
  );

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
        ...filterQuery,
        count: z
          .enum(['true', 'false'])
          .default('false')
          .transform((text) => text === 'true')
          .meta({ description: 'true: `total` says how many there are' }),
      }),
      answers: {
        200: {
          description: 'By id',
          schema: pageOf(subscriberShape).extend({
            total: z
              .object({ count: z.number().int(), exact: z.boolean() })
              .optional()
              .meta({ description: 'Counted up to 10,000; not exact: there are more' }),
          }),
        },
      },
    },
    async ({ query: { email, limit, after, count, ...named }, scope }, db) => {
      const emailKey = email === undefined ? undefined : readAddress(email).key;
      const filter = { ...named, emailKey, scope };
      const [page, total] = await Promise.all([
        listSubscribers(db, { ...filter, limit, after }),
        count ? countSubscribers(db, filter) : undefined,
      ]);
      return { body: { ...page, ...(total ? { total } : {}) } };
    },
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
      const { value, ...done } = await addReader(tx, actor, input, subscriberWork(context, scope));
      return { status: value.added ? 201 : 200, body: value.subscriber, ...done };
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
        'A subscription can be ended here; it begins by consent alone. Of another address the old one is told, and can take it back for a week; links mailed to it end. Where a subscription waits for its confirmation, the new address is sent one.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: subscriberChanges,
      answers: { 200: { description: 'As it is now', schema: subscriberShape } },
      errors: [409],
    },
    async ({ params, input, actor, context, scope }, tx) => {
      const by = subscriberWork(context, scope);
      const { value, ...done } = await changeSubscriber(tx, actor, params.id, input as object, by);
      return { body: value, ...done };
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
  sendsLetter(
    '/subscribers/{id}/send-confirmation',
    'Ask a subscriber again to confirm',
    'To the present address, for all that waits for a confirmation; at most once in ten minutes, and so many a day as the sign-up settings say.',
    sendConfirmationTo,
  ),
  sendsLetter(
    '/subscribers/{id}/send-links',
    'Send a subscriber their links again',
    'To their preferences and out of what they receive, to the present address; at most once in ten minutes.',
    sendLinksTo,
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
