import { z } from 'zod';
import { createApiToken, listApiTokens, revokeApiToken } from '../../operators/api-tokens.ts';
import { audit } from '../../operators/audit.ts';
import { requireRole, tokenRoles } from '../../operators/roles.ts';
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
  })
  .meta({ id: 'Token', description: 'A key with which a program uses the API' });

/** The keys of programs: all of it takes an admin. */
export const tokenOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/tokens',
      tag,
      summary: 'List tokens',
      role: 'admin',
      query: z.strictObject(paging),
      answers: { 200: { description: 'In the order they were made', schema: pageOf(tokenShape) } },
    },
    async ({ query }, db) => ({ body: pageOfRows(await listApiTokens(db), query) }),
  ),
  changes(
    {
      method: 'post',
      path: '/tokens',
      tag,
      summary: 'Make a token',
      role: 'admin',
      body: z
        .strictObject({ name: z.string().max(200), role: z.enum(tokenRoles) })
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
    async ({ body, actor, role }, tx) => {
      requireRole(role, body.role);
      const made = await createApiToken(tx, body);
      await audit(tx, actor, 'create', `token ${made.id}`, { role: made.role });
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
      params: byId,
      answers: { 204: { description: 'Revoked' } },
    },
    async ({ params, actor }, tx) => {
      await revokeApiToken(tx, params.id);
      await audit(tx, actor, 'revoke', `token ${params.id}`);
      return { status: 204 };
    },
  ),
];
