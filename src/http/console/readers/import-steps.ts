import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { endImport, startImport } from '../../../actions/imports.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { faultInWords, InvalidImport, WrongImportState } from '../../../subscribers/errors.ts';
import { reportCsv } from '../../../subscribers/import/reporting/report-csv.ts';
import { reasonInWords } from '../../../subscribers/import/reporting/words.ts';
import { getImport } from '../../../subscribers/import/rows.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { requestIn, typedIn } from './import-form.ts';
import { rowView, understoodView } from './import-view.ts';

const page = '/console/readers/import';

/** One import: what its file was understood to be, looking again, starting, stopping, and what became of its lines. */
export function importStepRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const admin = requireScopedRole('admin');
  const by = (res: Response) => ({ actor: actorOf(res), scope: scopeOf(res) });

  router.get('/readers/import/:id', admin, (req, res) => show(req, res));

  router.get('/readers/import/:id/report.csv', admin, async (req, res) => {
    const { language } = wordsFor(req, res);
    const { id } = await getImport(db, importId(req), scopeOf(res));
    res.type('text/csv').set('Content-Disposition', `attachment; filename="import-${id}.csv"`);
    // a browser that goes away ends the reading; there is no one to answer
    await pipeline(Readable.from(reportCsv(db, id, language)), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });

  router.post('/readers/import/:id/again', admin, async (req, res) => {
    const { understood, options, id } = await getImport(db, importId(req), scopeOf(res));
    if (!understood) throw new Problem(404, 'There is no such import.');
    const typed = typedIn(req.body);
    const request = requestIn(typed, { understood, options }, context.now());
    if ('fault' in request) return show(req, res, { typed, isConsentWrong: true });
    try {
      await startImport(context, by(res), id, request);
    } catch (error) {
      if (error instanceof InvalidImport) return show(req, res, { typed, invalid: error });
      if (!(error instanceof WrongImportState)) throw error;
      await leaveMessage(req, 'imports.tooLate', false);
    }
    return res.redirect(303, `${page}/${id}`);
  });

  for (const [verb, work] of [
    ['start', startImport],
    ['stop', endImport],
  ] as const)
    router.post(`/readers/import/:id/${verb}`, admin, async (req, res) => {
      const id = importId(req);
      try {
        await work(context, by(res), id);
        if (verb === 'stop') await leaveMessage(req, 'imports.stopped', true);
      } catch (error) {
        if (error instanceof InvalidImport) return show(req, res, { invalid: error });
        if (!(error instanceof WrongImportState)) throw error;
        // pressed in another window, or it has just ended
        await leaveMessage(req, 'imports.tooLate', false);
      }
      return res.redirect(303, `${page}/${id}`);
    });

  async function show(
    req: Request,
    res: Response,
    {
      typed = {},
      invalid,
      isConsentWrong = false,
    }: {
      typed?: Partial<Record<string, string>>;
      invalid?: InvalidImport;
      isConsentWrong?: boolean;
    } = {},
  ) {
    const words = wordsFor(req, res);
    const found = await getImport(db, importId(req), scopeOf(res));
    const isRunning = found.state === 'running';
    const { refused } = found.counts;
    await showPage(context, req, res, {
      view: 'readers/import-shown.eta',
      nav: 'readers',
      title: words.t('imports.one', { id: found.id }),
      status: invalid || isConsentWrong ? 422 : 200,
      styles: ['readers'],
      live: isRunning,
      scripts: isRunning ? ['import'] : [],
      data: {
        one: rowView(found, await listNewsletters(db), words),
        understood: understoodView(found, typed, words),
        isTyped: invalid !== undefined || isConsentWrong,
        wrong: invalid && faultInWords(invalid, words.language),
        wrongConsent: isConsentWrong && words.t('imports.wrong.consent'),
        today: context.now().toISOString().slice(0, 10),
        errors: found.errors.map((one) => ({
          line: one.line,
          file: one.file ?? null,
          reason: reasonInWords(one, words.language),
        })),
        hasFiles: found.errors.some(({ file }) => file !== undefined),
        isCut: refused > found.errors.length && found.errors.length > 0,
        here: `${page}/${found.id}`,
      },
    });
  }
  return router;
}

/** The id in the address. Throws Problem 404 where it cannot be one. */
function importId(req: Request): string {
  const id = readId(req.params['id']);
  if (id === undefined) throw new Problem(404, 'There is no such import.');
  return id;
}
