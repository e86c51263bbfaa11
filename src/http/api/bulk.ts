import { z } from 'zod';
import { bulkAction, prepareBulk, shownJob, startBulk, stopBulk } from '../../actions/bulk.ts';
import { commit } from '../../actions/commit.ts';
import { getJob, listJobs } from '../../bulk/jobs.ts';
import type { Db } from '../../database/connection.ts';
import { InvalidAddress, readAddress } from '../../mail/address.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import { Problem } from '../middleware/problem.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { bulkJobShape, byId, pageOf } from './shapes.ts';

const tag = 'Bulk';

const asked = z.strictObject({
  what: bulkAction,
  filter: z.strictObject(filterQuery).optional(),
  emails: z.array(z.string().max(320)).min(1).max(10_000).optional(),
  expectedCount: z.number().int().min(0).optional().meta({
    description: 'Begin at once, if it is about so many readers; left out: prepare it',
  }),
});

const namesOf = async (db: Db) => listNewsletters(db);

export const bulkOperations: Operation[] = [
  runs(
    {
      method: 'post',
      path: '/subscribers/bulk',
      tag,
      summary: 'Do something to many subscribers at once',
      description:
        'To those of `filter` (`{}` is all) or of `emails`. Prepared, it tells in `size` how many they are, and waits to be started; with `expectedCount` it begins at once, or answers 409 where the number is another. A worker does it in small transactions. `unsubscribe` ends subscriptions; `move` carries active subscriptions and their consent to another newsletter, without a letter; `section` adds a section to what readers chose; `erase` erases them and tells each by a last letter. A caller who is bound to newsletters changes nothing beyond them.',
      role: 'admin',
      reach: 'scoped',
      body: asked,
      answers: {
        201: { description: 'Prepared, or begun', schema: bulkJobShape },
      },
      errors: [404, 409],
    },
    async ({ body: { what, filter, emails, expectedCount }, actor, scope, context }) => {
      const { db } = context;
      const by = { actor, scope };
      const whom = emails ? { addresses: chunksOf(emails) } : filter && { filter };
      if (!whom || (emails && filter))
        throw new Problem(422, 'Name a filter or addresses.', {
          errors: [{ pointer: '/filter', detail: 'either this or emails' }],
        });
      const job = await prepareBulk(db, by, what, whom);
      const begun =
        expectedCount === undefined
          ? job
          : await commit(context, async (tx) => ({
              value: await startBulk(tx, by, job.id, expectedCount),
            }));
      return { status: 201, body: shownJob(begun, await namesOf(db)) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/bulk-jobs',
      tag,
      summary: 'List what was done to many subscribers at once, newest first',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(paging),
      answers: { 200: { description: 'A page', schema: pageOf(bulkJobShape) } },
    },
    async ({ query, scope }, db) => {
      const [{ data, next }, all] = await Promise.all([
        listJobs(db, { ...query, scope }),
        namesOf(db),
      ]);
      return { body: { data: data.map((job) => shownJob(job, all)), next } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/bulk-jobs/{id}',
      tag,
      summary: 'Show how far one has come',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'As far as it has come', schema: bulkJobShape } },
      errors: [404],
    },
    async ({ params, scope }, db) => ({
      body: shownJob(await getJob(db, params.id, scope), await namesOf(db)),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/bulk-jobs/{id}/start',
      tag,
      summary: 'Begin what was prepared, or go on with what was stopped',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: z.strictObject({
        expectedCount: z.number().int().min(0).meta({ description: 'The `size` that it tells' }),
      }),
      answers: { 200: { description: 'Under way', schema: bulkJobShape } },
      errors: [404, 409],
    },
    async ({ params, body, actor, scope }, tx) => {
      const job = await startBulk(tx, { actor, scope }, params.id, body.expectedCount);
      return { body: shownJob(job, await listNewsletters(tx)) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/bulk-jobs/{id}/stop',
      tag,
      summary: 'Stop one behind the subscribers that it is at',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'Stopped', schema: bulkJobShape } },
      errors: [404, 409],
    },
    async ({ params, actor, scope }, tx) => {
      const job = await stopBulk(tx, { actor, scope }, params.id);
      return { body: shownJob(job, await listNewsletters(tx)) };
    },
  ),
];

/** Throws Problem 422 that names each address that is none. */
async function* chunksOf(emails: string[]): AsyncGenerator<string[]> {
  const errors: { pointer: string; detail: string }[] = [];
  const keys = emails.flatMap((email, n) => {
    try {
      return [readAddress(email).key];
    } catch (error) {
      if (!(error instanceof InvalidAddress)) throw error;
      errors.push({ pointer: `/emails/${n}`, detail: error.message });
      return [];
    }
  });
  if (errors.length > 0) throw new Problem(422, 'Some of these are no addresses.', { errors });
  for (let at = 0; at < keys.length; at += 1000) yield keys.slice(at, at + 1000);
}
