import { z } from 'zod';
import {
  importSuppressions,
  liftSuppression,
  suppressAddress,
} from '../../actions/suppressions.ts';
import type { Context } from '../../context.ts';
import { readAddress } from '../../mail/address.ts';
import {
  findSuppression,
  listSuppressions,
  suppressionShape as shapeOf,
} from '../../subscribers/suppression.ts';
import { csvBody } from '../middleware/bodies.ts';
import { Problem } from '../middleware/problem.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { pageOf, suppressedListShape, suppressionShape } from './shapes.ts';

const tag = 'Suppressions';
const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be the hash that a list shows');
const which = z
  .strictObject({ email: z.string().max(320).optional(), hash: hex.optional() })
  .meta({ description: 'One of the two' });

const lifted = which.extend({
  reason: z.string().trim().min(1).max(500).optional().meta({ description: 'Why, for colleagues' }),
});

function hashOf(context: Context, { email, hash }: z.output<typeof which>): Buffer {
  if (email !== undefined) return context.hashAddress(readAddress(email).key);
  if (hash !== undefined) return Buffer.from(hash, 'hex');
  throw new Problem(422, 'Name the address, or its hash.', {
    errors: [{ pointer: '/email', detail: 'is missing' }],
  });
}

export const suppressionOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/suppressions',
      tag,
      summary: 'List suppressions',
      description: 'Addresses are kept as hashes: `email` finds the one of an address.',
      role: 'admin',
      query: z.strictObject({
        limit: paging.limit,
        after: hex.optional(),
        email: z.string().max(320).optional(),
        held: z
          .enum(['true', 'false'])
          .transform((text) => text === 'true')
          .optional()
          .meta({ description: 'true: those that wait for an operator' }),
      }),
      answers: { 200: { description: 'By hash', schema: pageOf(suppressionShape) } },
    },
    async ({ query: { email, limit, after, held }, context }, db) => {
      if (email !== undefined) {
        const found = await findSuppression(db, hashOf(context, { email }));
        return { body: { data: found ? [shapeOf(found)] : [], next: null } };
      }
      const page = { limit, after, ...(held === undefined ? {} : { held }) };
      const { data, next } = await listSuppressions(db, page);
      return { body: { data: data.map(shapeOf), next } };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/suppressions/import',
      tag,
      summary: 'Suppress a list of addresses',
      description:
        'One address a line, or CSV with a column `email`; a column `state`, `status`, `reason` or `type` that names bounces or complaints is the reason of its line. Run again with the same list it changes nothing.',
      role: 'admin',
      query: z.strictObject({
        reason: z.enum(['bounce', 'complaint', 'operator']).default('operator').meta({
          description: 'Of lines that name none',
        }),
        detail: z.string().trim().max(500).optional().meta({ description: 'Why, for colleagues' }),
      }),
      bodyTypes: ['text/csv'],
      before: [csvBody],
      answers: { 200: { description: 'Done', schema: suppressedListShape } },
    },
    async ({ query: { reason, detail }, actor, context }, body) => ({
      body: await importSuppressions(context, actor, body, { reason, detail: detail ?? null }),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/suppressions',
      tag,
      summary: 'Never mail an address again',
      role: 'admin',
      body: z.strictObject({
        email: z.string().max(320),
        detail: z.string().trim().max(500).optional().meta({ description: 'Why, for colleagues' }),
      }),
      answers: {
        200: { description: 'It was suppressed before', schema: suppressionShape },
        201: { description: 'Suppressed from now on', schema: suppressionShape },
      },
    },
    async ({ body: { email, detail }, actor, context }, tx) => {
      const hash = hashOf(context, { email });
      const made = await suppressAddress(tx, actor, hash, detail ?? null);
      const suppression = await findSuppression(tx, hash);
      return { status: made ? 201 : 200, body: suppression && shapeOf(suppression) };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/suppressions',
      tag,
      summary: 'Take a suppression back',
      description:
        'Named by `email` or `hash`, in the body or in the query; `reason` is kept in the audit, and needed for one that a bounce made. One that a complaint made stays (409). Subscriptions that ended stay ended.',
      role: 'admin',
      query: lifted,
      body: lifted.optional(),
      answers: { 204: { description: 'Gone' } },
      errors: [404, 409],
    },
    async ({ query, body, actor, context }, tx) => {
      const { reason, ...named } = { ...query, ...body };
      await liftSuppression(tx, actor, hashOf(context, named), reason ?? null);
      return { status: 204 };
    },
  ),
];
