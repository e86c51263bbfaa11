import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { auditExport } from '../../actions/export-subscribers.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { audit } from '../../operators/audit.ts';
import { exportSubscribers } from '../../subscribers/export.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import { getImport, importSubscribers } from '../../subscribers/import/import.ts';
import { csvBody } from '../middleware/bodies.ts';
import { type Operation, reads, runs } from './operation.ts';
import { byId, importShape } from './shapes.ts';

const tag = 'Imports and exports';

export const importOperations: Operation[] = [
  runs(
    {
      method: 'post',
      path: '/imports',
      tag,
      summary: 'Import subscribers from CSV',
      description:
        'Header `email,consent_source,consent_at` and any of `name,language,timezone,newsletter,state,frequency,hour,sections,paused_until,unsubscribed_at,consents`; other columns are ignored. A line with its consent becomes active, one without is skipped. The delimiter is the header’s; UTF-8, UTF-16 with a byte order mark, or Windows-1252. `errors` names each skipped line, `notes` what had to be assumed. An export can be imported as it is.',
      role: 'admin',
      query: z.strictObject({
        newsletter: z
          .string()
          .max(100)
          .optional()
          .meta({ description: 'Its slug. Left out: each line names its own', example: 'daily' }),
      }),
      bodyType: 'text/csv',
      before: [csvBody],
      answers: { 201: { description: 'Done', schema: importShape } },
      errors: [404, 409],
    },
    async ({ query: { newsletter }, actor, context }, file) => {
      if (newsletter !== undefined) await requireNewsletter(context.db, newsletter, null);
      const object = newsletter === undefined ? 'subscribers' : `newsletter ${newsletter}`;
      await audit(context.db, actor, 'import', object);
      const body = await importSubscribers(context.db, file, {
        newsletter: newsletter ?? null,
        hashAddress: context.hashAddress,
        now: context.now(),
      });
      return { status: 201, body };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/imports/{id}',
      tag,
      summary: 'Show an import',
      role: 'admin',
      params: byId,
      answers: { 200: { description: 'As far as it has come', schema: importShape } },
    },
    async ({ params }, db) => ({ body: await getImport(db, params.id) }),
  ),
  reads(
    {
      method: 'get',
      path: '/exports/subscribers.csv',
      tag,
      summary: 'Export subscriptions as CSV',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(filterQuery),
      answers: {
        200: { description: 'A line a subscription', schema: z.string(), type: 'text/csv' },
      },
    },
    async ({ query, actor, scope }, db, res) => {
      if (query.newsletter !== undefined) await requireNewsletter(db, query.newsletter, scope);
      const filter = { ...query, scope };
      await auditExport(db, actor, filter);
      res.type('text/csv').set('Content-Disposition', 'attachment; filename="subscribers.csv"');
      // a client that disconnects ends the reading; there is no one to answer
      await pipeline(Readable.from(exportSubscribers(db, filter)), res).catch((error) => {
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
      return undefined;
    },
  ),
];
