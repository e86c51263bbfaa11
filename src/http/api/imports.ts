import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { auditExport } from '../../actions/export-subscribers.ts';
import { startImport } from '../../actions/imports.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { exportAs, exportFormats } from '../../subscribers/export-formats.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import {
  failureOf,
  getImport,
  type Import,
  type ImportSummary,
  listImports,
} from '../../subscribers/import/rows.ts';
import { spool } from '../../subscribers/import/spool.ts';
import { noteInWords, reasonInWords } from '../../subscribers/import/words.ts';
import { csvBody } from '../middleware/bodies.ts';
import { type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { byId, importShape, importSummaryShape, pageOf } from './shapes.ts';

const tag = 'Imports and exports';
const shown = <T extends ImportSummary>(one: T) => ({ ...one, failure: failureOf(one) });
const shownWhole = (one: Import) => ({
  ...shown(one),
  errors: one.errors.map(({ line, code, values }) => {
    return { line, code, reason: reasonInWords({ code, values }) };
  }),
  notes: one.notes.map((note) => noteInWords(note)),
});

const importAddress = (body: unknown) => `/api/v1/imports/${(body as { id: string }).id}`;

export const importOperations: Operation[] = [
  runs(
    {
      method: 'post',
      path: '/imports',
      tag,
      summary: 'Import subscribers from CSV',
      description:
        'Header `email,consent_source,consent_at` and any of `name,language,timezone,newsletter,state,frequency,hour,sections,paused_until,unsubscribed_at,consents`; other columns are ignored. A line with its consent becomes active, one without is skipped. The delimiter is the header’s; UTF-8, UTF-16 with a byte order mark, or Windows-1252. The answer comes once the file is here, and the import goes on: ask for it until its `state` is `done` or `failed`. `errors` then names each skipped line, `notes` what had to be assumed. An export can be imported as it is.',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject({
        newsletter: z
          .string()
          .max(100)
          .optional()
          .meta({ description: 'Its slug. Left out: each line names its own', example: 'daily' }),
      }),
      bodyType: 'text/csv',
      before: [csvBody],
      answers: { 202: { description: 'Begun', schema: importShape } },
      errors: [404, 409],
      location: importAddress,
    },
    async ({ query: { newsletter }, actor, scope, context }, file) => {
      const begun = await startImport(context, { actor, scope }, newsletter, () => spool(file));
      return { status: 202, body: shownWhole(begun) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/imports',
      tag,
      summary: 'List imports, newest first',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(paging),
      answers: { 200: { description: 'A page', schema: pageOf(importSummaryShape) } },
    },
    async ({ query, scope }, db) => {
      const { data, next } = await listImports(db, { ...query, scope });
      return { body: { data: data.map(shown), next } };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/imports/{id}',
      tag,
      summary: 'Show an import',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'As far as it has come', schema: importShape } },
    },
    async ({ params, scope }, db) => ({ body: shownWhole(await getImport(db, params.id, scope)) }),
  ),
  reads(
    {
      method: 'get',
      path: '/exports/subscribers.csv',
      tag,
      summary: 'Export subscriptions as CSV',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject({
        ...filterQuery,
        format: z.enum(exportFormats).optional().meta({
          description:
            'Left out: all that is stored, as `POST /imports` reads it. Else what the importer of that name reads',
        }),
      }),
      answers: {
        200: { description: 'A line a subscription', schema: z.string(), type: 'text/csv' },
      },
    },
    async ({ query: { format, ...query }, actor, scope }, db, res) => {
      if (query.newsletter !== undefined) await requireNewsletter(db, query.newsletter, scope);
      const filter = { ...query, scope };
      await auditExport(db, actor, filter);
      res.type('text/csv').set('Content-Disposition', 'attachment; filename="subscribers.csv"');
      // a client that disconnects ends the reading; there is no one to answer
      await pipeline(Readable.from(exportAs(db, filter, format)), res).catch((error) => {
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
      return undefined;
    },
  ),
];
