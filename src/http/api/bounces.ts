import { z } from 'zod';
import { showBounces } from '../../actions/bounces.ts';
import { kinds } from '../../bounces/list.ts';
import { reasons } from '../../bounces/reasons.ts';
import { ID_FORM } from '../../text/id.ts';
import { type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { pageOf } from './shapes.ts';

const bounceShape = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    kind: z.enum(kinds).meta({
      description: '`suppressed`: the provider had stopped writing to the address before',
    }),
    hard: z.boolean().meta({ description: 'Nobody should write to the address again' }),
    reason: z.string().meta({
      description: `Of a bounce one of ${reasons.join(', ')}; of a complaint its feedback type (RFC 5965)`,
      example: 'unknown-user',
    }),
    status: z
      .string()
      .nullable()
      .meta({ description: 'Enhanced status (RFC 3463)', example: '5.1.1' }),
    source: z.string().meta({
      description: 'The door: smtp, imap, relay (answered while it was sent) or a provider’s name',
    }),
    subscriber: z.string(),
    email: z.string().nullable(),
    newsletter: z.string().nullable().meta({ description: 'A slug' }),
    edition: z.string().nullable(),
    letter: z
      .string()
      .nullable()
      .meta({ description: 'A message to one person, such as a confirmation' }),
    receiverGroup: z.string(),
    suppressed: z.boolean().meta({ description: 'The address is blocked because of this one' }),
    words: z.string(),
  })
  .meta({ id: 'Bounce', description: 'A bounce or a complaint' });

const yes = z.enum(['true', 'false']).transform((value) => value === 'true');

export const bounceOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/bounces',
      tag: 'Bounces',
      summary: 'List what came back',
      description:
        'Bounces and complaints, the newest first. For roles below admin addresses are masked, also those in `words`.',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({
        ...paging,
        kind: z.enum(kinds).optional(),
        hard: yes.optional().meta({ description: 'Bounces for good, or for now' }),
        reason: z.string().max(40).optional(),
        newsletter: z.string().max(100).optional().meta({ description: 'A slug' }),
        edition: z.string().regex(ID_FORM).optional(),
        since: z.iso
          .datetime({ offset: true })
          .transform((text) => new Date(text))
          .optional(),
      }),
      answers: { 200: { description: 'A page of them', schema: pageOf(bounceShape) } },
    },
    async ({ query, role, scope }, db) => ({ body: await showBounces(db, { role, scope }, query) }),
  ),
];
