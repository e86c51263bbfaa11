import { z } from 'zod';
import { showUnsubscribes } from '../../actions/show-editions.ts';
import type { Role } from '../../database/tables.ts';
import { maskAddressesIn } from '../../mail/address.ts';
import { mayAct } from '../../operators/roles.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import {
  LEAVING_CURSOR,
  leavingReasons,
  listLeavingReasons,
} from '../../subscribers/leaving-reasons.ts';
import { type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { ofEdition } from './reach.ts';
import { byId, pageOf } from './shapes.ts';

const leavingReasonShape = z
  .object({
    subscriber: z.string(),
    newsletter: z.string(),
    at: z.iso.datetime(),
    reason: z.enum(leavingReasons).nullable().meta({ description: 'What was ticked' }),
    words: z.string().meta({
      description: 'What was written; addresses in it are masked for roles below admin',
    }),
  })
  .meta({ id: 'LeavingReason', description: 'Why a reader unsubscribed' });

const unsubscribesShape = z
  .object({
    count: z.number().int(),
    reasons: z.array(leavingReasonShape.pick({ at: true, reason: true, words: true })),
  })
  .meta({ id: 'EditionUnsubscribes' });

const openTo = (role: Role) => (mayAct(role, 'admin') ? (text: string) => text : maskAddressesIn);

export const leavingReasonOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/leaving-reasons',
      tag: 'Subscribers',
      summary: 'List why readers unsubscribed',
      description: 'Of those who said so and have not subscribed again since.',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({
        limit: paging.limit,
        after: z.string().regex(LEAVING_CURSOR, 'must be the `next` of the page before').optional(),
        newsletter: filterQuery.newsletter,
        leftAfter: filterQuery.joinedAfter.meta({ description: 'At this time or later' }),
        leftBefore: filterQuery.joinedBefore.meta({ description: 'Before this time' }),
      }),
      answers: { 200: { description: 'The newest first', schema: pageOf(leavingReasonShape) } },
    },
    async ({ query: { limit, after, newsletter, leftAfter, leftBefore }, role, scope }, db) => {
      const filter = { newsletter, after: leftAfter, before: leftBefore, scope };
      const { data, next } = await listLeavingReasons(db, { ...filter, limit, cursor: after });
      const words = openTo(role);
      return { body: { data: data.map((one) => ({ ...one, words: words(one.words) })), next } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/editions/{id}/unsubscribes',
      tag: 'Editions',
      summary: 'Count who unsubscribed by the links of an edition, and list why',
      description:
        'By any link in it, and on the pages that these lead to. Who undid it or subscribed again is not counted. The newest 100 reasons.',
      role: 'viewer',
      reach: ofEdition,
      params: byId,
      answers: { 200: { description: 'Until now', schema: unsubscribesShape } },
      errors: [404],
    },
    async ({ params, role }, db) => {
      const { count, reasons } = await showUnsubscribes(db, params.id);
      const words = openTo(role);
      return {
        body: { count, reasons: reasons.map((one) => ({ ...one, words: words(one.words) })) },
      };
    },
  ),
];
