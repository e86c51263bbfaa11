import { z } from 'zod';
import { makeToken, TOKEN_DAYS, withdrawToken } from '../../actions/tokens.ts';
import { listApiTokens } from '../../operators/api-tokens.ts';
import { LEAST_TOKEN_ROLE, tokenRoles } from '../../operators/roles.ts';
import { givenTo } from './bindings.ts';
import { changes, type Operation, reads } from './operation.ts';
import { pageOfRows, paging } from './paging.ts';
import { byId, pageOf } from './shapes.ts';

const tag = 'Tokens';

const tokenShape = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(tokenRoles),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'null: never' }),
    newsletters: z.array(z.string()).nullable().meta({
      description: 'Slugs of the newsletters that it is bound to; null: the whole newsroom',
    }),
  })
  .meta({ id: 'Token', description: 'A key with which a program uses the API' });

/** The keys of programs: all of it takes an admin. One who is bound to some newsletters reaches those bound within them. */
export const tokenOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/tokens',
      tag,
      summary: 'List tokens',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(paging),
      answers: { 200: { description: 'In the order they were made', schema: pageOf(tokenShape) } },
    },
    async ({ query, scope }, db) => ({
      body: pageOfRows(await listApiTokens(db, scope), query),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/tokens',
      tag,
      summary: 'Make a token',
      description: 'With a role and newsletters that are within your own.',
      role: 'admin',
      reach: 'scoped',
      body: z
        .strictObject({
          name: z.string().max(200),
          role: z.enum(tokenRoles).default(LEAST_TOKEN_ROLE),
          newsletters: givenTo.optional(),
          expiresAt: z.iso
            .datetime({ offset: true })
            .nullable()
            .optional()
            .meta({
              description: `From when on it opens nothing; null: never. Left out: ${TOKEN_DAYS} days from now`,
            }),
        })
        .meta({ id: 'NewToken' }),
      answers: {
        201: {
          description: 'Made',
          schema: tokenShape
            .extend({
              token: z.string().optional().meta({
                description:
                  'The secret; shown once, also where an Idempotency-Key replays the answer',
              }),
            })
            .meta({ id: 'MadeToken' }),
        },
      },
    },
    async ({ body: { newsletters, expiresAt, ...rest }, context, ...by }, tx) => {
      const wish = {
        ...rest,
        ...(newsletters === undefined ? {} : { newsletters }),
        ...(expiresAt === undefined
          ? {}
          : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
      };
      const made = await makeToken(tx, by, wish, context.now());
      const { token: _, ...kept } = made;
      return { status: 201, body: made, kept };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/tokens/{id}',
      tag,
      summary: 'Revoke a token',
      description: 'From then on it opens nothing. Done before, it changes nothing.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 204: { description: 'Revoked' } },
    },
    async ({ params, ...by }, tx) => {
      await withdrawToken(tx, by, params.id);
      return { status: 204 };
    },
  ),
];
