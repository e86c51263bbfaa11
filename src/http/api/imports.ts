import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { auditExport } from '../../actions/export-subscribers.ts';
import { beginImport, endImport, startImport } from '../../actions/imports.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { exportAs, exportFormats } from '../../subscribers/export-formats.ts';
import { filterQuery } from '../../subscribers/filter-query.ts';
import { spool } from '../../subscribers/import/reading/spool.ts';
import {
  importAddress,
  importOf,
  importSummaryOf,
} from '../../subscribers/import/reporting/api-shape.ts';
import { reportCsv } from '../../subscribers/import/reporting/report-csv.ts';
import { getImport, listImports } from '../../subscribers/import/rows.ts';
import { listBody, listTypes } from '../middleware/bodies.ts';
import { listOptions, startBody } from './import-options.ts';
import { type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { byId, importShape, importSummaryShape, pageOf } from './shapes.ts';

const tag = 'Imports and exports';
export const importOperations: Operation[] = [
  runs(
    {
      method: 'post',
      path: '/imports',
      tag,
      summary: 'Import subscribers',
      description:
        'CSV, an Excel sheet, a ZIP of such files, or a line of JSON for each subscriber; of at most 4 GB, as another service exports it or with Gaceta’s own columns: `email`, and any of `name,language,timezone,newsletter,state,frequency,hour,sections,paused_until,consent_source,consent_at,unsubscribed_at,consents`; other columns are ignored. A line with its consent becomes active, one without is skipped. Nobody who unsubscribed here, and no suppressed address, becomes active by a file. The answer comes once the file is here, and the import goes on, also after a crash: ask for it until its `state` is no longer `running`. `errors` then names the first skipped lines, the report each line, `notes` what had to be assumed. With `dryRun` nothing is stored; its `state` is then `ready`, and it is started by `POST /imports/{id}/start` within a day.',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(listOptions.query),
      bodyTypes: listTypes,
      before: [listBody],
      answers: { 202: { description: 'Begun', schema: importShape } },
      errors: [404, 409, 413, 415],
      location: (body) => importAddress(body as { id: string }),
    },
    async ({ query, actor, scope, context }, file) => {
      const request = listOptions.read(query);
      const take = () => spool(file, context.imports.folder, { bytes: file.length });
      const begun = await beginImport(context, { actor, scope }, request, take);
      return { status: 202, body: importOf(begun) };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/imports/{id}/start',
      tag,
      summary: 'Start an import',
      description:
        'Imports what a dry run looked at, or goes on with an import that was stopped or broke off. What is given replaces what was said with the file, and it then begins anew: what is stored already stays as it is.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: startBody,
      answers: { 202: { description: 'Started', schema: importShape } },
      errors: [409],
    },
    async ({ params, body, actor, scope, context }) => {
      const changes = body && Object.keys(body).length > 0 ? listOptions.read(body) : undefined;
      const started = await startImport(context, { actor, scope }, params.id, changes);
      return { status: 202, body: importOf(started) };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/imports/{id}/stop',
      tag,
      summary: 'Stop an import',
      description: 'What is stored stays. It can be started again for a day.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'Stopped', schema: importShape } },
      errors: [409],
    },
    async ({ params, actor, scope, context }) => ({
      body: importOf(await endImport(context, { actor, scope }, params.id)),
    }),
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
      return { body: { data: data.map(importSummaryOf), next } };
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
    async ({ params, scope }, db) => ({ body: importOf(await getImport(db, params.id, scope)) }),
  ),
  reads(
    {
      method: 'get',
      path: '/imports/{id}/report.csv',
      tag,
      summary: 'What became of each line of an import',
      description:
        'Columns `line,file,result,code,reason`; `result` is `new`, `changed`, `same`, `left`, `suppressed` or `refused`. It names no addresses. Kept for 30 days.',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: {
        200: { description: 'A line for each of the file', schema: z.string(), type: 'text/csv' },
      },
    },
    async ({ params, scope }, db, res) => {
      const { id } = await getImport(db, params.id, scope);
      res.type('text/csv').set('Content-Disposition', `attachment; filename="import-${id}.csv"`);
      // a client that disconnects ends the reading; there is no one to answer
      await pipeline(Readable.from(reportCsv(db, id)), res).catch((error) => {
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
      return undefined;
    },
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
