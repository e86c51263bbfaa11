import { z } from 'zod';
import { listDkim, prepareDkimKey, switchDkimKey } from '../../actions/dkim.ts';
import { type Operation, reads, runs } from './operation.ts';
import { byId, pageOf } from './shapes.ts';

const tag = 'DKIM';
export const recordShape = z
  .object({
    type: z.literal('MX').optional().meta({ description: 'Left out: TXT' }),
    name: z.string(),
    value: z.string(),
  })
  .meta({ id: 'DnsRecord' });

const keyShape = z
  .object({
    id: z.string(),
    domain: z.string(),
    selector: z.string(),
    state: z
      .enum(['waiting', 'active', 'retired'])
      .meta({ description: 'waiting: for its record to be published' }),
    publicKey: z.string(),
    createdAt: z.date(),
    activatedAt: z.date().nullable(),
    retiredAt: z.date().nullable(),
    record: recordShape,
    recordNeededUntil: z
      .date()
      .nullable()
      .meta({ description: 'Of a retired key: until then its record has to stay' }),
  })
  .meta({ id: 'DkimKey' });

const domainShape = z
  .object({
    domain: z.string(),
    set: z.array(z.string()).meta({ description: 'Names of keys of DKIM=, which come first' }),
    faults: z.array(z.string()).meta({ description: 'Why keys cannot be used' }),
    keys: z.array(keyShape).meta({ description: 'Newest first' }),
  })
  .meta({ id: 'DkimDomain' });

/** The keys that sign. */
export const dkimOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/dkim',
      tag,
      summary: 'List the keys that sign, by the domains that mails come from',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'All of them', schema: pageOf(domainShape) } },
    },
    async ({ context, scope }) => ({
      body: { data: await listDkim(context, scope), next: null },
    }),
  ),
  runs(
    {
      method: 'post',
      path: '/dkim/keys',
      tag,
      summary: 'Make the next key of a domain',
      description:
        'It signs nothing yet: publish its record, then activate it. While one waits already, that one is answered.',
      role: 'admin',
      body: z.strictObject({ domain: z.string().max(253).toLowerCase() }),
      answers: {
        200: { description: 'One waits already', schema: keyShape },
        201: { description: 'Made', schema: keyShape },
      },
      errors: [404],
    },
    async ({ context, actor, body: { domain } }) => {
      const { key, made } = await prepareDkimKey(context, actor, domain);
      return { status: made ? 201 : 200, body: key };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/dkim/keys/{id}/activate',
      tag,
      summary: 'Sign with a key from now on',
      description:
        'Only once its record is published: else 409. The key before it is retired; its record has to stay for a week.',
      role: 'admin',
      params: byId,
      answers: {
        200: {
          description: 'Every worker signs with it within a minute',
          schema: z.object({ key: keyShape, retired: keyShape.nullable() }),
        },
      },
    },
    async ({ context, actor, params }) => ({
      body: await switchDkimKey(context, actor, params.id),
    }),
  ),
];
