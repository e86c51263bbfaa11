import { z } from 'zod';
import { type BulkAction, type BulkJob, prepareJob, startJob, stopJob } from '../bulk/jobs.ts';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import { listNewsletters, requireNewsletter } from '../newsletters/newsletters.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';
import { InvalidSubscriber } from '../subscribers/errors.ts';
import type { SubscriberFilter } from '../subscribers/filter.ts';

const slug = z.string().max(100);

/** What is asked for many readers at once, newsletters by slug. */
export const bulkAction = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('unsubscribe'),
    newsletter: slug.optional().meta({ description: 'Left out: all' }),
  }),
  z.strictObject({ action: z.literal('move'), newsletter: slug, to: slug }),
  z.strictObject({ action: z.literal('section'), newsletter: slug, section: slug }),
  z.strictObject({ action: z.literal('erase') }),
]);
export type AskedAction = z.output<typeof bulkAction>;

interface By {
  actor: Actor;
  scope: Scope;
}

/** Counts and notes whom it is about, and does nothing yet. Throws NewsletterNotFound, InvalidSubscriber. */
export async function prepareBulk(
  db: Db,
  by: By,
  asked: AskedAction,
  whom: { filter: SubscriberFilter } | { addresses: AsyncIterable<string[]> },
): Promise<BulkJob> {
  const what = await actionOf(db, by.scope, asked);
  if ('filter' in whom && whom.filter.newsletter !== undefined)
    await requireNewsletter(db, whom.filter.newsletter, by.scope);
  return prepareJob(db, what, whom, by);
}

async function actionOf(db: Db, scope: Scope, asked: AskedAction): Promise<BulkAction> {
  const find = (named: string) => requireNewsletter(db, named, scope);
  const wrong = (field: string, detail: string) =>
    new InvalidSubscriber([{ pointer: `/${field}`, detail }]);
  switch (asked.action) {
    case 'unsubscribe': {
      const newsletter = asked.newsletter === undefined ? null : await find(asked.newsletter);
      return { action: 'unsubscribe', newsletter: newsletter?.id ?? null };
    }
    case 'move': {
      const [from, to] = [await find(asked.newsletter), await find(asked.to)];
      if (from.id === to.id) throw wrong('to', 'Name another newsletter.');
      return { action: 'move', newsletter: from.id, to: to.id };
    }
    case 'section': {
      const { id, sections } = await find(asked.newsletter);
      if (!sections.some((one) => one.slug === asked.section))
        throw wrong('section', `There is no section "${asked.section.slice(0, 60)}".`);
      return { action: 'section', newsletter: id, section: asked.section };
    }
    case 'erase':
      return { action: 'erase' };
  }
}

/** Lets a job run, with its audit row. Throws BulkJobNotFound, BulkJobConflict. */
export async function startBulk(
  tx: DbOrTransaction,
  { actor, scope }: By,
  id: string,
  expected?: number,
): Promise<BulkJob> {
  const job = await startJob(tx, id, scope, expected);
  const { action, newsletter, to, section } = shownJob(job, await listNewsletters(tx));
  const object = newsletter === null ? 'subscribers' : `newsletter ${newsletter}`;
  const more = Object.entries({ to, section }).filter(([, value]) => value !== null);
  const detail = { job: id, readers: job.size, ...Object.fromEntries(more) };
  await audit(tx, actor, `bulk ${action}`, object, detail);
  return job;
}

/** Ends a job behind the readers that it is at, with its audit row. Throws BulkJobNotFound, BulkJobConflict. */
export async function stopBulk(
  tx: DbOrTransaction,
  { actor, scope }: By,
  id: string,
): Promise<BulkJob> {
  const job = await stopJob(tx, id, scope);
  await audit(tx, actor, 'stop', `job ${id}`, { done: job.done });
  return job;
}

/** A job as the API shows it, newsletters by slug. */
export function shownJob({ what, newsletters, ...job }: BulkJob, all: readonly Newsletter[]) {
  const slugOf = (id: string) => all.find((one) => one.id === id)?.slug ?? null;
  const { id, state, size, done, changed, unknown, createdAt, finishedAt } = job;
  return {
    id,
    state,
    size,
    done,
    changed,
    unknown,
    createdAt,
    finishedAt,
    newsletters: newsletters?.flatMap((id) => slugOf(id) ?? []) ?? null,
    action: what.action,
    newsletter: 'newsletter' in what && what.newsletter !== null ? slugOf(what.newsletter) : null,
    to: 'to' in what ? slugOf(what.to) : null,
    section: 'section' in what ? what.section : null,
  };
}
