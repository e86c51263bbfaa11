import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import {
  importEarlierEditions,
  keepUpload,
  removeEarlier,
} from '../../../actions/earlier-editions.ts';
import type { Context } from '../../../context.ts';
import { listEarlierEditions } from '../../../earlier-editions/earlier-editions.ts';
import { leftOutReasons, UnreadableArchive } from '../../../earlier-editions/found.ts';
import type { ArchiveImport } from '../../../earlier-editions/import.ts';
import { archiveFormats } from '../../../earlier-editions/read-export.ts';
import type { Translate } from '../../../locales/index.ts';
import { requireNewsletter } from '../../../newsletters/newsletters.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { readList, takeList } from '../../middleware/upload-list.ts';
import { onceForEachForm } from '../once.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';

const ROWS = 50;

type Fault = 'none' | 'site' | UnreadableArchive['fault'];

/** Editions that were sent elsewhere: brought into a newsletter's archive, listed, and taken out again. */
export function earlierEditionRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;
  const admin = requireRoleIn('admin', reachIn(db).ofNewsletter);
  const pageOf = (req: Request) => `/console/newsletters/${String(req.params.slug)}/earlier`;

  router.get('/newsletters/:slug/earlier', admin, (req, res) => showForm(req, res));

  router.post(
    '/newsletters/:slug/earlier',
    admin,
    ...readList(context.imports.folder),
    onceForEachForm(context),
    async (req: Request, res: Response) => {
      await using file = takeList(res);
      const { format, site = '' } = (req.body ?? {}) as Record<string, string | undefined>;
      if (!file) return showForm(req, res, 'none');
      if (site !== '' && !URL.canParse(site)) return showForm(req, res, 'site');
      try {
        await using kept = await keepUpload(file.read());
        const by = { actor: actorOf(res), scope: scopeOf(res) };
        const done = await importEarlierEditions(db, by, String(req.params.slug), kept.path, {
          format: archiveFormats.find((name) => name === format),
          site: site === '' ? undefined : site,
          now: now(),
        });
        const { language, t } = wordsFor(req, res);
        const number = new Intl.NumberFormat(language);
        const { added, changed, same } = done;
        await leaveMessage(req, 'earlier.done', true, {
          added: number.format(added),
          changed: number.format(changed),
          same: number.format(same),
          left: leftText(done, t),
        });
        return res.redirect(303, pageOf(req));
      } catch (error) {
        if (!(error instanceof UnreadableArchive)) throw error;
        return showForm(req, res, error.fault);
      }
    },
  );

  router.post('/newsletters/:slug/earlier/:id/remove', admin, async (req, res) => {
    const id = readId(req.params['id']);
    if (id === undefined) throw new Problem(404, 'There is no such edition.');
    const { id: newsletter } = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    await commit(context, async (tx) => ({
      value: await removeEarlier(tx, { actor: actorOf(res), scope: [newsletter] }, id),
    }));
    await leaveMessage(req, 'earlier.removed', true);
    res.redirect(303, pageOf(req));
  });

  async function showForm(req: Request, res: Response, fault?: Fault) {
    const { language, t } = wordsFor(req, res);
    const newsletter = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    const [, at, id = ''] = /^(\d{1,14})_(\d{1,18})$/.exec(text(req.query['after'])) ?? [];
    const rows = await listEarlierEditions(db, newsletter.slug, {
      limit: ROWS + 1,
      before: at === undefined ? undefined : { at: new Date(Number(at)), id },
    });
    const shown = rows.slice(0, ROWS);
    const last = shown.at(-1);
    const day = new Intl.DateTimeFormat(language, {
      dateStyle: 'medium',
      timeZone: newsletter.timezone,
    });
    await showPage(context, req, res, {
      view: 'newsletters/earlier.eta',
      nav: 'newsletters',
      title: t('earlier.title'),
      status: fault ? 422 : 200,
      styles: ['newsletters'],
      scripts: ['upload'],
      data: {
        newsletter,
        formats: archiveFormats,
        chosen: fault ? text(req.body?.format) : '',
        site: fault ? text(req.body?.site) : '',
        fault,
        wrong: fault && t(`earlier.wrong.${fault}`),
        editions: shown.map((one) => ({
          ...one,
          day: day.format(one.publishedAt),
          address: `/archive/${newsletter.slug}/earlier/${one.slug}`,
        })),
        first: at === undefined ? null : pageOf(req),
        next:
          rows.length > ROWS && last
            ? `${pageOf(req)}?after=${last.publishedAt.getTime()}_${last.id}`
            : null,
      },
    });
  }
  return router;
}

/** "3 left out: 2 never published, 1 for members". */
function leftText({ leftOut, leftOutCount }: ArchiveImport, t: Translate): string {
  if (leftOutCount === 0) return '';
  const why = leftOutReasons.flatMap((reason) => {
    const count = leftOut.filter((one) => one.reason === reason).length;
    return count === 0 ? [] : [t(`earlier.left.${reason}`, { many: count })];
  });
  return t('earlier.leftOut', { many: leftOutCount, why: why.join(', ') });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
