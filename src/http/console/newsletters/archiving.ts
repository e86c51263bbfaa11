import { Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { releaseNewsletter } from '../../../actions/complaints.ts';
import { archiveNewsletter, unarchiveNewsletter } from '../../../actions/newsletters.ts';
import type { Context } from '../../../context.ts';
import { keepCounts } from '../../../deliveries/kept-counts.ts';
import { countUnstarted } from '../../../editions/editions.ts';
import { requireNewsletter } from '../../../newsletters/newsletters.ts';
import { countActive } from '../../../subscribers/count-active.ts';
import { actorOf, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';

/** A million readers are counted in 0.1 s. */
const keep = keepCounts<Map<string, number>>();

const wordOf = (value: unknown) => (typeof value === 'string' ? value.trim().slice(0, 500) : '');

/** The end of a newsletter, asked for on a page of its own, and its coming back, also from a hold. */
export function archivingRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;
  const { ofNewsletter } = reachIn(db);
  const admin = requireRoleIn('admin', ofNewsletter);

  router.get('/newsletters/:slug/archive', admin, async (req, res) => {
    const { t } = wordsFor(req, res);
    const newsletter = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    if (newsletter.archivedAt) return res.redirect(303, `/console/newsletters/${newsletter.slug}`);
    const [readers, editions] = await Promise.all([
      keep(db, 'active', () => countActive(db)),
      countUnstarted(db, newsletter.id),
    ]);
    return showPage(context, req, res, {
      view: 'newsletters/archive.eta',
      nav: 'newsletters',
      title: t('newsletters.archiveTitle', { title: newsletter.title }),
      data: { newsletter, readers: readers.get(newsletter.id) ?? 0, editions },
    });
  });

  router.post('/newsletters/:slug/archive', admin, async (req, res) => {
    const newsletter = await commit(context, async (tx) => ({
      value: await archiveNewsletter(tx, actorOf(res), String(req.params.slug), now()),
    }));
    await leaveMessage(req, 'newsletters.done.archived', true, { title: newsletter.title });
    res.redirect(303, '/console/newsletters');
  });

  router.post('/newsletters/:slug/release', admin, async (req, res) => {
    const slug = String(req.params.slug);
    const reason = wordOf(req.body?.reason);
    if (reason === '') await leaveMessage(req, 'newsletters.held.needsReason', false);
    else {
      const resume = req.body?.resume === 'yes';
      const { newsletter } = await commit(context, (tx) =>
        releaseNewsletter(tx, actorOf(res), slug, { reason, resume }),
      );
      await leaveMessage(req, 'newsletters.done.released', true, { title: newsletter.title });
    }
    res.redirect(303, `/console/newsletters/${slug}`);
  });

  router.post('/newsletters/:slug/unarchive', admin, async (req, res) => {
    const newsletter = await commit(context, async (tx) => ({
      value: await unarchiveNewsletter(tx, actorOf(res), String(req.params.slug)),
    }));
    await leaveMessage(req, 'newsletters.done.unarchived', true, { title: newsletter.title });
    res.redirect(303, `/console/newsletters/${newsletter.slug}`);
  });
  return router;
}
