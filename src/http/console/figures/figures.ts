import { type Request, type Response, Router } from 'express';
import { figuresQuery, showFigures } from '../../../actions/figures.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { figuresCsv } from './csv.ts';
import { editionRows, moveRows, readerRows, reasonRows } from './view.ts';

/** How many readers there are, came and left, and what became of each edition. */
export function figureRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/figures', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const { asked, wrong } = readQuery(req);
    const [newsletters, figures] = await Promise.all([
      listNewsletters(db, scopeOf(res)),
      showFigures(db, asked, scopeOf(res), context.now()),
    ]);
    const words = { language, t };
    const { from, to, days, editions, countedAt } = figures;
    const shown = newsletters.filter(({ slug }) => days.some((day) => day.newsletter === slug));
    const query = new URLSearchParams({ from, to, newsletter: asked.newsletter ?? '' });
    await showPage(context, req, res, {
      view: 'figures/page.eta',
      nav: 'figures',
      title: t('figures.title'),
      status: wrong ? 422 : 200,
      styles: ['figures'],
      scripts: ['figures'],
      data: {
        filter: { newsletter: asked.newsletter ?? '', from, to },
        wrong,
        newsletters,
        csv: `/console/figures/readers.csv?${query.toString()}`,
        editionsCsv: `/console/figures/editions.csv?${query.toString()}`,
        countedAt: countedAt && timeIn(countedAt, language, newsletters[0]?.timezone ?? 'UTC'),
        shown,
        readers: readerRows(days, shown, words),
        moves: moveRows(days, words),
        reasons: reasonRows(days, words),
        editions: editionRows(editions, newsletters, words),
      },
    });
  });

  router.get('/figures/:what.csv', requireScopedRole('viewer'), async (req, res, next) => {
    const { what } = req.params;
    if (what !== 'readers' && what !== 'editions') return next();
    const figures = await showFigures(db, readQuery(req).asked, scopeOf(res), context.now());
    sendCsv(res, `${what}-${figures.from}-${figures.to}.csv`, figuresCsv(figures, what));
  });
  return router;
}

/** What was asked for; a date that is none is left out, and told. */
function readQuery(req: Request) {
  const given = Object.fromEntries(
    (['newsletter', 'from', 'to'] as const).flatMap((name) => {
      const value = req.query[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
  const read = figuresQuery.safeParse(given);
  if (read.success) {
    const { from, to } = read.data;
    return { asked: read.data, wrong: from !== undefined && to !== undefined && from > to };
  }
  const { newsletter } = given;
  return {
    asked: typeof newsletter === 'string' && newsletter.length <= 100 ? { newsletter } : {},
    wrong: true,
  };
}

function sendCsv(res: Response, name: string, csv: string): void {
  res.attachment(name).type('text/csv').send(csv);
}
