import { stringify } from 'csv-stringify/sync';
import { type Request, type Response, Router } from 'express';
import { beginImport } from '../../../actions/imports.ts';
import type { Context } from '../../../context.ts';
import { NewsletterNotFound } from '../../../newsletters/errors.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { csvColumns } from '../../../subscribers/csv-columns.ts';
import {
  faultInWords,
  InvalidImport,
  NoRoom,
  TooManyImports,
} from '../../../subscribers/errors.ts';
import { listImports } from '../../../subscribers/import/rows.ts';
import { readId } from '../../../text/id.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { readList, takeList, type UploadedList } from '../../middleware/upload-list.ts';
import { onceForEachForm } from '../once.ts';
import { showPage, wordsFor } from '../pages.ts';
import { importStepRoutes } from './import-steps.ts';
import { rowView } from './import-view.ts';

const page = '/console/readers/import';
const ROWS = 50;

/** Readers brought in a file: the form that takes it, the imports so far, and each one's own page. */
export function importRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const admin = requireScopedRole('admin');

  router.get('/readers/import', admin, (req, res) => showForm(req, res, ''));

  router.get('/readers/import/template.csv', admin, (_req, res) => {
    res
      .type('text/csv')
      .set('Content-Disposition', 'attachment; filename="readers.csv"')
      .send(template);
  });

  router.post(
    '/readers/import',
    admin,
    ...readList(context.imports.folder),
    onceForEachForm(context),
    async (req: Request, res: Response) => {
      const given: unknown = req.body?.newsletter;
      const newsletter = typeof given === 'string' ? given : '';
      const { tooLarge, fileName }: UploadedList = res.locals.list;
      const file = takeList(res);
      if (!file) return showForm(req, res, newsletter, { fault: tooLarge ? 'large' : 'none' });
      const by = { actor: actorOf(res), scope: scopeOf(res) };
      const chosen = newsletter === '' ? {} : { newsletter };
      try {
        const name = fileName.slice(0, 200);
        const request = { ...chosen, fileName: name, dryRun: true, waitsForMap: true };
        const { id } = await beginImport(context, by, request, async () => file);
        return res.redirect(303, `${page}/${id}`);
      } catch (error) {
        const wrong = wrongOf(error);
        if (!wrong) throw error;
        return showForm(req, res, newsletter, wrong);
      }
    },
  );

  router.use(importStepRoutes(context));

  async function showForm(req: Request, res: Response, chosen: string, wrong?: Wrong) {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const after = readId(req.query['after']);
    const [all, list] = await Promise.all([
      listNewsletters(db),
      listImports(db, { scope, limit: ROWS, after }),
    ]);
    const told =
      wrong &&
      (wrong instanceof InvalidImport
        ? faultInWords(wrong, words.language)
        : words.t(`imports.wrong.${wrong.fault}`));
    await showPage(context, req, res, {
      view: 'readers/import.eta',
      nav: 'readers',
      title: words.t('imports.title'),
      status: wrong ? 422 : 200,
      styles: ['readers'],
      scripts: ['upload'],
      data: {
        chosen,
        isSent: wrong !== undefined,
        newsletters: all.filter(({ id }) => inScope(scope, id)),
        wrong: wrong?.fault === 'newsletter' ? undefined : told,
        wrongNewsletter: wrong?.fault === 'newsletter' ? told : undefined,
        required,
        today: context.now().toISOString().slice(0, 10),
        others: csvColumns.filter((name) => !required.includes(name)).join(', '),
        imports: list.data.map((one) => rowView(one, all, words)),
        first: after && page,
        next: list.next && `${page}?after=${list.next}`,
      },
    });
  }
  return router;
}

const required: string[] = ['email', 'consent_source', 'consent_at'];
const template = stringify([
  ['email', 'name', 'language', 'newsletter', 'consent_source', 'consent_at'],
]);

type Wrong = InvalidImport | { fault: 'none' | 'large' | 'newsletter' | 'many' | 'room' };

function wrongOf(error: unknown): Wrong | undefined {
  if (error instanceof InvalidImport) return error;
  if (error instanceof NewsletterNotFound) return { fault: 'newsletter' };
  if (error instanceof TooManyImports) return { fault: 'many' };
  if (error instanceof NoRoom) return { fault: 'room' };
  return undefined;
}
