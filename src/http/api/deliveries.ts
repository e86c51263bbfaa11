import { z } from 'zod';
import { audienceOf } from '../../actions/audience.ts';
import { showDeliveries } from '../../actions/deliveries.ts';
import { CURSOR_FORM, missedStates } from '../../deliveries/list-deliveries.ts';
import { requireRole } from '../../operators/roles.ts';
import { subscribersOf } from '../../subscribers/subscribers.ts';
import { type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { ofEdition } from './reach.ts';
import { byId, deliveryShape, pageOf, subscriberShape } from './shapes.ts';

const expandedDelivery = deliveryShape
  .extend({
    expanded: z
      .object({ subscriber: subscriberShape.nullable() })
      .optional()
      .meta({ description: 'With `expand=subscriber`' }),
  })
  .meta({ id: 'Delivery' });

const yes = z.enum(['true', 'false']).transform((value) => value === 'true');

export const deliveryOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/editions/{id}/deliveries',
      tag: 'Editions',
      summary: 'List the ledger of an edition',
      description:
        'For roles below admin every address is masked, also those in `answer`, and `search` looks at no address.',
      role: 'viewer',
      reach: ofEdition,
      params: byId,
      query: z.strictObject({
        limit: paging.limit,
        after: z.string().regex(CURSOR_FORM, 'must be the `next` of the page before').optional(),
        state: deliveryShape.shape.state.optional(),
        missed: yes.optional().meta({
          description: 'true: those who did not get it, whether failed, skipped or uncertain',
        }),
        retried: yes.optional().meta({
          description: 'true: those to whom a relay once answered anything but 250',
        }),
        reason: z.string().max(40).optional().meta({ example: 'expired' }),
        expand: z.literal('subscriber').optional().meta({
          description: 'Beside each row the subscriber it is about; takes an admin',
        }),
        search: z.string().max(100).optional().meta({
          description: 'Part of an address or of what the relay said',
        }),
      }),
      answers: { 200: { description: 'A page of readers', schema: pageOf(expandedDelivery) } },
    },
    async ({ params, query: { state, missed, expand, ...query }, role, scope, context }, db) => {
      if (expand) requireRole(role, 'admin');
      const page = await showDeliveries(db, params.id, role, {
        ...query,
        states: state ? [state] : missed ? missedStates : undefined,
        origin: context.origin,
      });
      if (!expand) return { body: page };
      const ids = page.data.map((row) => row.subscriber);
      const people = await subscribersOf(db, ids, scope);
      const data = page.data.map((row) => ({
        ...row,
        expanded: { subscriber: people.get(row.subscriber) ?? null },
      }));
      return { body: { ...page, data } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/editions/{id}/audience',
      tag: 'Editions',
      summary: 'Count the readers of an edition',
      description:
        'Before it starts, how many it would be sent to now; afterwards, for how many it was planned.',
      role: 'viewer',
      reach: ofEdition,
      params: byId,
      answers: {
        200: {
          description: 'The number of readers',
          schema: z
            .object({ readers: z.number().int(), estimate: z.boolean() })
            .meta({ id: 'Audience' }),
        },
      },
    },
    async ({ params }, db) => ({ body: await audienceOf(db, params.id) }),
  ),
];
