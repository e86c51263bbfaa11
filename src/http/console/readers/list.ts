import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { auditExport } from '../../../actions/export-subscribers.ts';
import { listReplyRequests } from '../../../actions/reply-requests.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters, requireNewsletter } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { exportAs, exportFormats } from '../../../subscribers/export-formats.ts';
import { languagesOfSubscribers } from '../../../subscribers/filter.ts';
import { countSubscribers, listSubscribers } from '../../../subscribers/subscribers.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { languageName } from '../language-name.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { filterAddress, readFilter } from './filter-form.ts';
import { rowView } from './view.ts';

const page = '/console/readers';
const ROWS = 50;
const REQUESTS = 20;

/** The list of readers: searched, filtered, counted, exported. */
export function readerListRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/readers', requireScopedRole('admin'), async (req, res) => {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const { filter, typed, wrong, after, isNarrowed } = readFilter(req.query);
    const within = { ...filter, scope };
    const [newsletters, languages, list, total, requests] = await Promise.all([
      listNewsletters(db),
      languagesOfSubscribers(db),
      listSubscribers(db, { ...within, limit: ROWS, after, newestFirst: true }),
      countSubscribers(db, within),
      listReplyRequests(db, scope, REQUESTS),
    ]);
    const own = newsletters.filter(({ id }) => inScope(scope, id));
    await showPage(context, req, res, {
      view: 'readers/list.eta',
      nav: 'readers',
      title: words.t('readers.title'),
      status: Object.keys(wrong).length > 0 ? 422 : 200,
      styles: ['readers'],
      data: {
        typed,
        wrong,
        isNarrowed,
        hasMore: ['section', 'language', 'joinedAfter', 'joinedBefore', 'suppressed'].some(
          (name) => typed[name as keyof typeof typed] !== '',
        ),
        newsletters: own,
        requests: requests.map((one) => ({
          ...one,
          at: timeIn(one.at, words.language, own[0]?.timezone ?? 'UTC'),
        })),
        sections: sectionsOf(own),
        languages: languages.map((tag) => ({ tag, name: languageName(tag, words.language) })),
        count: words.t(countKey(isNarrowed, total), { count: total.count }),
        people: list.data.map((person) => rowView(person, own, words)),
        bulkAddress: `${page}/bulk${filterAddress(typed)}`,
        exports: exportFormats.map((format) => {
          const address = filterAddress(typed, format === 'gaceta' ? {} : { format });
          return { format, address: `${page}/export.csv${address}` };
        }),
        first: after && `${page}${filterAddress(typed)}`,
        next: list.next && `${page}${filterAddress(typed, { after: list.next })}`,
      },
    });
  });

  router.get('/readers/export.csv', requireScopedRole('admin'), async (req, res) => {
    const filter = { ...readFilter(req.query).filter, scope: scopeOf(res) };
    const format = exportFormats.find((name) => name === req.query['format']);
    if (filter.newsletter !== undefined)
      await requireNewsletter(db, filter.newsletter, filter.scope);
    await auditExport(db, actorOf(res), filter);
    res.type('text/csv').set('Content-Disposition', 'attachment; filename="subscribers.csv"');
    // a client that disconnects ends the export; there is no one to answer
    await pipeline(Readable.from(exportAs(db, filter, format)), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
  return router;
}

const countKey = (isNarrowed: boolean, { exact }: { exact: boolean }) =>
  `readers.${isNarrowed ? 'found' : 'everybody'}${exact ? '' : 'More'}`;

/** The sections there are to choose from, each once. */
const sectionsOf = (newsletters: { sections: { slug: string; title: string }[] }[]) => [
  ...new Map(newsletters.flatMap((one) => one.sections).map((one) => [one.slug, one])).values(),
];
