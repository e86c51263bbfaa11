import { stringify } from 'csv-stringify/sync';
import { type Request, type Response, Router } from 'express';
import { beginImport } from '../../../actions/imports.ts';
import type { Context } from '../../../context.ts';
import { NewsletterNotFound } from '../../../newsletters/errors.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { asCell } from '../../../subscribers/csv-cell.ts';
import { csvColumns } from '../../../subscribers/csv-columns.ts';
import { faultInWords, InvalidImport, TooManyImports } from '../../../subscribers/errors.ts';
import { getImport, type ImportSummary, listImports } from '../../../subscribers/import/rows.ts';
import { noteInWords, reasonInWords } from '../../../subscribers/import/words.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { readList, takeList, type UploadedList } from '../../middleware/upload-list.ts';
import { onceForEachForm } from '../once.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';

const page = '/console/readers/import';
const ROWS = 50;

/** Readers brought in a file: the form, how far each import is, what it left out. */
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
      const chosen: unknown = req.body?.newsletter;
      const newsletter = typeof chosen === 'string' ? chosen : '';
      const { tooLarge }: UploadedList = res.locals.list;
      const file = takeList(res);
      if (!file) return showForm(req, res, newsletter, tooLarge ? 'large' : 'none');
      const by = { actor: actorOf(res), scope: scopeOf(res) };
      try {
        const slug = newsletter === '' ? undefined : newsletter;
        const { id } = await beginImport(context, by, { newsletter: slug }, async () => file);
        res.redirect(303, `${page}/${id}`);
      } catch (error) {
        const fault = faultOf(error);
        if (!fault) throw error;
        await showForm(req, res, newsletter, fault, error instanceof InvalidImport ? error : null);
      }
    },
  );

  router.get('/readers/import/:id', admin, async (req, res) => {
    const words = wordsFor(req, res);
    const found = await getImport(db, importId(req), scopeOf(res));
    const newsletters = await listNewsletters(db);
    await showPage(context, req, res, {
      view: 'readers/import-shown.eta',
      nav: 'readers',
      title: words.t('readers.import.one', { id: found.id }),
      styles: ['readers'],
      live: found.state === 'running',
      scripts: found.state === 'running' ? ['import'] : [],
      data: {
        one: rowView(found, newsletters, words),
        errors: found.errors.map((one) => {
          return { line: one.line, reason: reasonInWords(one, words.language) };
        }),
        notes: found.notes.map((note) => noteInWords(note, words.language)),
        isCut: found.skipped > found.errors.length,
        here: `${page}/${found.id}`,
      },
    });
  });

  router.get('/readers/import/:id/skipped.csv', admin, async (req, res) => {
    const { language } = wordsFor(req, res);
    const { id, errors } = await getImport(db, importId(req), scopeOf(res));
    const rows = errors.map((one) => [one.line, asCell(reasonInWords(one, language))]);
    res
      .type('text/csv')
      .set('Content-Disposition', `attachment; filename="import-${id}-skipped.csv"`)
      .send(stringify([['line', 'reason'], ...rows]));
  });

  async function showForm(
    req: Request,
    res: Response,
    chosen: string,
    fault?: Fault,
    invalid?: InvalidImport | null,
  ) {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const after = readId(req.query['after']);
    const [all, list] = await Promise.all([
      listNewsletters(db),
      listImports(db, { scope, limit: ROWS, after }),
    ]);
    const refused =
      fault &&
      (invalid ? faultInWords(invalid, words.language) : words.t(`readers.import.wrong.${fault}`));
    await showPage(context, req, res, {
      view: 'readers/import.eta',
      nav: 'readers',
      title: words.t('readers.import.title'),
      status: fault ? 422 : 200,
      styles: ['readers'],
      data: {
        chosen,
        isSent: fault !== undefined,
        newsletters: all.filter(({ id }) => inScope(scope, id)),
        wrong: fault === 'newsletter' ? undefined : refused,
        wrongNewsletter: fault === 'newsletter' ? refused : undefined,
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

/** The id in the address. Throws Problem 404 where it cannot be one. */
function importId(req: Request): string {
  const id = readId(req.params['id']);
  if (id === undefined) throw new Problem(404, 'There is no such import.');
  return id;
}

type Fault = 'none' | 'large' | 'newsletter' | 'many' | InvalidImport['fault'];

function faultOf(error: unknown): Fault | undefined {
  if (error instanceof InvalidImport) return error.fault;
  if (error instanceof NewsletterNotFound) return 'newsletter';
  if (error instanceof TooManyImports) return 'many';
  return undefined;
}

function rowView(
  one: ImportSummary,
  newsletters: Newsletter[],
  { language, t }: ReturnType<typeof wordsFor>,
) {
  const place = newsletters.find(({ slug }) => slug === one.newsletter);
  const number = new Intl.NumberFormat(language);
  const at = (time: Date) => timeIn(time, language, place?.timezone ?? 'UTC');
  return {
    id: one.id,
    state: one.state,
    badge: {
      running: 'sending',
      ready: 'scheduled',
      stopped: 'paused',
      done: 'sent',
      failed: 'failing',
    }[one.state],
    stateText: t(`readers.import.state.${one.state}`),
    newsletter: place?.title ?? t('readers.import.each'),
    begun: at(one.createdAt),
    ended: one.finishedAt && at(one.finishedAt),
    percent: Math.floor(one.progress * 100),
    failure:
      one.failure &&
      t(`readers.import.failure.${one.failure}`, { lines: number.format(one.lines) }),
    counts: (['lines', 'added', 'updated', 'skipped'] as const).map((name) => ({
      name: t(`readers.import.counts.${name}`),
      count: number.format(one[name]),
    })),
  };
}
