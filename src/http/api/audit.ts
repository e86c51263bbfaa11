import { z } from 'zod';
import { listAudit } from '../../operators/audit-log.ts';
import { type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { pageOf } from './shapes.ts';

const auditShape = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.object({
      kind: z.string().meta({ description: '`operator`, `token`, `cli`, `reader` or `system`' }),
      id: z.string().nullable(),
      name: z.string().nullable(),
    }),
    action: z.string().meta({ example: 'send' }),
    object: z.string().meta({ example: 'edition 12' }),
    origin: z.string().nullable().meta({ description: 'The network address it came from' }),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditLine' });

const day = z.iso.date().optional();

/** Who did what, when and from where: of the whole newsroom, for admins. */
export const auditOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/audit',
      tag: 'Audit',
      summary: 'Show who did what, newest first',
      description: 'Sign-ins and attempts at them are among it. Kept for two years.',
      role: 'admin',
      query: z.strictObject({
        ...paging,
        actor: z
          .string()
          .regex(/^(operator|token)( \d{1,18})?$|^(cli|reader|system)$/)
          .optional()
          .meta({ description: '`operator 3`, `token 4`, or a kind alone', example: 'operator' }),
        action: z.string().max(100).optional(),
        object: z.string().max(200).optional().meta({
          description: 'Such as `edition 12`, or all of a kind: `edition`',
        }),
        from: day.meta({ description: 'A day in UTC' }),
        to: day.meta({ description: 'A day in UTC, included' }),
      }),
      answers: { 200: { description: 'A page of the audit', schema: pageOf(auditShape) } },
    },
    async ({ query }, db) => ({ body: await listAudit(db, query) }),
  ),
];
