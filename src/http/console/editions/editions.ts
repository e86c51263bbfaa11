import { Router } from 'express';
import { z } from 'zod';
import { type PreviewFormat, previewEdition } from '../../../actions/preview.ts';
import { showEdition } from '../../../actions/show-editions.ts';
import type { Steer } from '../../../actions/steer.ts';
import type { Context } from '../../../context.ts';
import type { EditionState } from '../../../database/tables.ts';
import { countReaders } from '../../../deliveries/audience.ts';
import { missedOf } from '../../../deliveries/missed.ts';
import { isLetter } from '../../../editions/variant.ts';
import { maskAddressesIn } from '../../../mail/address.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { unsubscribesOf } from '../../../subscribers/unsubscribes.ts';
import { sendPreview } from '../../api/preview.ts';
import { mayAct, requireRoleIn } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { timeIn } from '../times.ts';
import { composeRoutes } from './compose.ts';
import { confirmRoutes } from './confirm.ts';
import { editionIdOf } from './id.ts';
import { editionListRoutes } from './list.ts';
import { missedRoutes } from './missed.ts';
import { consoleEdition, whyMissed } from './view.ts';

const format = z.enum(['html', 'text']).catch('html');

/** What can be done from the page by one press. What goes out is asked for on a page of its own. */
const steersOf: Record<EditionState, Steer[]> = {
  draft: ['cancel'],
  scheduled: ['cancel'],
  sending: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  sent: [],
  cancelled: [],
};

/** The editions: their list, composing one, one with its preview and its readers, and what it asks before it goes out. */
export function editionRoutes(context: Context): Router {
  const { db } = context;
  const router = Router();
  const viewer = requireRoleIn('viewer', reachIn(db).ofEdition);
  router.use(editionListRoutes(context));
  router.use(composeRoutes(context));
  router.use(confirmRoutes(context));
  router.use(missedRoutes(context));

  router.get('/editions/:id', viewer, async (req, res) => {
    const words = wordsFor(req, res);
    const { language, t } = words;
    const now = context.now();
    const shown = await showEdition(db, editionIdOf(req.params.id), now, language);
    const newsletters = await listNewsletters(db);
    const edition = consoleEdition(shown, newsletters, words, now);
    const { timezone = 'UTC' } = newsletters.find((one) => one.slug === shown.newsletter) ?? {};
    const before = shown.state === 'draft' || shown.state === 'scheduled';
    const ended = shown.state === 'sent' || shown.state === 'cancelled';
    const [readers, missed, left] = await Promise.all([
      before ? countReaders(db, shown.id) : 0,
      before ? { reasons: [], again: 0 } : missedOf(db, shown.id, shown.ledger),
      before ? { count: 0, reasons: [] } : unsubscribesOf(db, shown.id),
    ]);
    const open = mayAct(res, 'admin');
    await showPage(context, req, res, {
      view: 'editions/edition.eta',
      nav: 'editions',
      title: edition.headline,
      styles: ['editions'],
      live: true,
      data: {
        edition,
        times: edition.times,
        readers,
        before,
        overdue: before && edition.reason !== null,
        missed: missed.reasons.map((one) => ({ ...one, why: whyMissed(one, t) })),
        again: ended ? missed.again : 0,
        left: {
          count: left.count,
          reasons: left.reasons.map(({ at, reason, words: said }) => ({
            at: timeIn(at, language, timezone),
            kind: reason && t(`readers.leaving.kinds.${reason}`),
            said: open ? said : maskAddressesIn(said),
          })),
        },
        hasContent: shown.articles.length > 0 || isLetter({ edition: shown, articles: [] }),
        actions: steersOf[edition.state],
        format: format.parse(req.query.format),
        mayEdit: mayAct(res, 'editor'),
        maySend: mayAct(res, 'sender'),
      },
    });
  });

  router.get('/editions/:id/preview', viewer, async (req, res) => {
    const wanted: PreviewFormat = format.parse(req.query.format);
    const { body } = await previewEdition(context, editionIdOf(req.params.id), wanted, {
      language: null,
      sections: null,
    });
    sendPreview(res, wanted, body);
  });
  return router;
}
