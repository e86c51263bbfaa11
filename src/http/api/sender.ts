import { z } from 'zod';
import { checkSenders, lastMachineChecks, lastSenderChecks } from '../../actions/sender-checks.ts';
import { providers, ruleNames, senderRules } from '../../actions/sender-rules.ts';
import { providerDays } from '../../deliveries/answer-causes.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { inScope } from '../../operators/scope.ts';
import { recordShape } from './dkim.ts';
import { type Operation, reads, runs } from './operation.ts';
import { pageOf } from './shapes.ts';

const tag = 'Sender';
const checkShape = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    detail: z.string(),
    fix: z.string().nullable().meta({ description: 'Beside an ok: advice' }),
    finding: z.string().optional(),
    values: z.record(z.string(), z.string()).optional(),
    record: recordShape.optional(),
  })
  .meta({ id: 'Check' });

const checksShape = z
  .object({
    domains: z.array(
      z.object({
        domain: z.string(),
        found: z
          .object({ domain: z.string(), at: z.date(), checks: z.array(checkShape) })
          .nullable()
          .meta({ description: 'null: never looked at' }),
      }),
    ),
    machines: z
      .object({ at: z.date(), checks: z.array(checkShape) })
      .nullable()
      .meta({ description: 'Relays, the domain of the return path, one-click' }),
  })
  .meta({ id: 'SenderChecks' });

const rulesShape = z
  .object({
    provider: z.enum(providers),
    source: z.string(),
    busiestDay: z.number().meta({ description: 'Messages that it took on that day' }),
    bulk: z.boolean().meta({ description: 'Its rules for bulk senders hold' }),
    rules: z.array(
      z.object({
        rule: z.enum(ruleNames as [string, ...string[]]),
        state: z.enum(['met', 'unmet', 'unknown']),
        share: z.number().nullable().meta({ description: 'On its worst day of the last week' }),
      }),
    ),
  })
  .meta({ id: 'SenderRules' });

const dayShape = z
  .object({
    day: z.string().meta({ description: 'UTC' }),
    receiverGroup: z.string(),
    sent: z.number(),
    deferred: z.number(),
    refused: z.number(),
    lost: z.number(),
    causes: z.array(
      z.object({
        answer: z.enum(['deferred', 'refused']),
        cause: z.string(),
        messages: z.number(),
      }),
    ),
  })
  .meta({ id: 'ProviderDay' });

/** What receivers make of who sends. */
export const senderOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/sender/checks',
      tag,
      summary: 'What was found of the sender’s DNS and machines at the last look',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'As they were', schema: checksShape } },
    },
    async ({ context, scope }, db) => {
      const all = await listNewsletters(db);
      const domains = await lastSenderChecks(
        context,
        all.filter(({ id }) => inScope(scope, id)),
      );
      return { body: { domains, machines: await lastMachineChecks(db) } };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/sender/checks',
      tag,
      summary: 'Look again',
      description: 'Asks the DNS and every relay: takes seconds.',
      role: 'admin',
      answers: { 200: { description: 'As they are', schema: checksShape } },
    },
    async ({ context }) => {
      await checkSenders(context);
      const domains = await lastSenderChecks(context, await listNewsletters(context.db));
      return { body: { domains, machines: await lastMachineChecks(context.db) } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/sender/rules',
      tag,
      summary: 'How the newsroom stands with what Gmail, Yahoo and Microsoft ask',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'Of each', schema: pageOf(rulesShape) } },
    },
    async ({ context }) => ({ body: { data: await senderRules(context), next: null } }),
  ),
  reads(
    {
      method: 'get',
      path: '/sender/providers',
      tag,
      summary: 'What receivers took, deferred and refused, by day and cause',
      description: 'Of the last eight days, newest first.',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'By day', schema: pageOf(dayShape) } },
    },
    async (_call, db) => ({ body: { data: await providerDays(db), next: null } }),
  ),
];
