import { z } from 'zod';
import { senderDomains } from '../../doctor/senders.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { inScope } from '../../operators/scope.ts';
import { mondayOf, reportedWeeks, sendersOf, tlsOf } from '../../reports/weeks.ts';
import { type Operation, reads } from './operation.ts';
import { pageOf } from './shapes.ts';

const tag = 'Reports';
const byWeek = z.strictObject({
  week: z.iso
    .date()
    .optional()
    .meta({ description: 'A day of the week that is asked for (UTC); left out: this one' }),
});
const count = z.number();

const senderShape = z
  .object({
    domain: z.string(),
    source: z.string().meta({ description: 'The address that it sent from' }),
    name: z.string().nullable().meta({ description: 'Its reverse name' }),
    organization: z.string().nullable(),
    messages: count,
    dkimAligned: count,
    spfAligned: count,
    unaligned: count.meta({ description: 'Neither SPF nor DKIM spoke for From' }),
    quarantined: count,
    rejected: count,
    reporters: count,
    doubtful: count.meta({
      description: 'Of the messages, what only reports say that their maker did not sign',
    }),
  })
  .meta({ id: 'ReportedSender' });

const weekShape = z
  .object({ week: z.string(), messages: count, unaligned: count })
  .meta({ id: 'ReportedWeek' });

const tlsShape = z
  .object({
    domain: z.string(),
    reporter: z.string(),
    policyType: z.string(),
    sessions: count,
    failed: count,
    failures: z.array(z.object({ type: z.string(), host: z.string().nullable(), sessions: count })),
    doubtful: z.boolean(),
  })
  .meta({ id: 'ReportedTls' });

/** What receivers report by machine. Anybody may send such a report. */
export const reportOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/reports/weeks',
      tag,
      summary: 'The weeks of which DMARC reports came',
      role: 'viewer',
      answers: { 200: { description: 'Newest first', schema: pageOf(weekShape) } },
    },
    async (_call, db) => ({ body: { data: await reportedWeeks(db), next: null } }),
  ),
  reads(
    {
      method: 'get',
      path: '/reports/dmarc',
      tag,
      summary: 'Who sent in our name within a week (RFC 7489)',
      role: 'viewer',
      reach: 'scoped',
      query: byWeek,
      answers: { 200: { description: 'Most first', schema: pageOf(senderShape) } },
    },
    async ({ context, query, scope }, db) => {
      const own = (await listNewsletters(db)).filter(({ id }) => inScope(scope, id));
      const domains = scope === null ? undefined : senderDomains(context.config, own);
      const data = await sendersOf(db, weekIn(query, context.now()), domains);
      return { body: { data, next: null } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/reports/tls',
      tag,
      summary: 'What failed in encrypting mail to us within a week (RFC 8460)',
      role: 'viewer',
      query: byWeek,
      answers: { 200: { description: 'What failed first', schema: pageOf(tlsShape) } },
    },
    async ({ context, query }, db) => ({
      body: { data: await tlsOf(db, weekIn(query, context.now())), next: null },
    }),
  ),
];

const weekIn = ({ week }: { week?: string | undefined }, now: Date) =>
  mondayOf(week === undefined ? now : new Date(`${week}T00:00:00Z`));
