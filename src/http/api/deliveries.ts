import { z } from 'zod';
import { listDeliveries } from '../../deliveries/ledger.ts';
import { getEdition } from '../../editions/editions.ts';
import { EditionNotFound } from '../../editions/errors.ts';
import { maskAddressesIn } from '../../mail/address.ts';
import { mayAct } from '../../operators/roles.ts';
import { type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { byId, deliveryShape, pageOf } from './shapes.ts';

export const deliveryOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/editions/{id}/deliveries',
      tag: 'Editions',
      summary: 'List the ledger of an edition',
      description:
        'Holds no address: `subscriber` is an id, and addresses in `answer` are masked for roles below admin.',
      role: 'viewer',
      params: byId,
      query: z.strictObject({ ...paging, state: deliveryShape.shape.state.optional() }),
      answers: { 200: { description: 'By subscriber', schema: pageOf(deliveryShape) } },
    },
    async ({ params, query: { state, limit, after }, role, context }, db) => {
      if (!(await getEdition(db, params.id))) throw new EditionNotFound(params.id);
      const rows = await listDeliveries(db, params.id, {
        limit: limit + 1,
        origin: context.origin,
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      });
      const unmasked = mayAct(role, 'admin');
      const data = rows.slice(0, limit).map((row) => ({
        ...row,
        answer: row.answer !== null && !unmasked ? maskAddressesIn(row.answer) : row.answer,
      }));
      return { body: { data, next: rows.length > limit ? data.at(-1)?.subscriber : null } };
    },
  ),
];
