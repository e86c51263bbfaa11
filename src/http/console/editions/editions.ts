import { Router } from 'express';
import { z } from 'zod';
import { type PreviewFormat, previewEdition } from '../../../actions/preview.ts';
import { showEdition, showEditions } from '../../../actions/show-editions.ts';
import type { Steer } from '../../../actions/steer.ts';
import type { Context } from '../../../context.ts';
import type { EditionState } from '../../../database/tables.ts';
import { countReaders } from '../../../deliveries/audience.ts';
import { newsletterOfEdition } from '../../../editions/editions.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { countActive } from '../../../subscribers/count-active.ts';
import { ID_FORM } from '../../../text/id.ts';
import { sendPreview } from '../../api/preview.ts';
import { Problem } from '../../middleware/problem.ts';
import { mayAct, requireRoleIn, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { consoleEdition } from './view.ts';

const id = z.string().regex(ID_FORM);
const format = z.enum(['html', 'text']).catch('html');

const steersOf: Record<EditionState, Steer[]> = {
  draft: ['send', 'cancel'],
  scheduled: ['send', 'cancel'],
  sending: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  sent: [],
  cancelled: [],
};

/** The editions and their counts, one edition with its preview, and the figures of those on the page. */
export function editionRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const ofEdition = ({ id = '' }: Record<string, string>) => newsletterOfEdition(db, id);

  router.get('/editions', requireScopedRole('viewer'), async (req, res) => {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const now = context.now();
    const after = id.safeParse(req.query.after).data;
    const [newsletters, readers, page] = await Promise.all([
      listNewsletters(db, scope),
      countActive(db),
      showEditions(db, { limit: 20, scope, ...(after ? { after } : {}) }, now),
    ]);
    await showPage(context, req, res, {
      view: 'editions/list.eta',
      nav: 'editions',
      title: words.t('home.title'),
      live: true,
      data: {
        newsletters: newsletters.map((one) => ({ ...one, readers: readers.get(one.id) ?? 0 })),
        editions: page.data.map((edition) => consoleEdition(edition, newsletters, words, now)),
        next: page.next,
        after,
        maySend: mayAct(res, 'sender'),
      },
    });
  });

  router.get('/editions/:id', requireRoleIn('viewer', ofEdition), async (req, res) => {
    const words = wordsFor(req, res);
    const now = context.now();
    const newsletters = await listNewsletters(db);
    const shown = await showEdition(db, idOf(req.params.id), now);
    const edition = consoleEdition(shown, newsletters, words, now);
    await showPage(context, req, res, {
      view: 'editions/edition.eta',
      nav: 'editions',
      title: edition.headline,
      live: true,
      data: {
        edition,
        times: edition.times,
        readers: shown.startedAt ? 0 : await countReaders(db, shown.id),
        actions: steersOf[edition.state],
        format: format.parse(req.query.format),
        mayEdit: mayAct(res, 'editor'),
        maySend: mayAct(res, 'sender'),
      },
    });
  });

  router.get('/editions/:id/preview', requireRoleIn('viewer', ofEdition), async (req, res) => {
    const wanted: PreviewFormat = format.parse(req.query.format);
    const { body } = await previewEdition(context, idOf(req.params.id), wanted, {
      language: null,
      sections: null,
    });
    sendPreview(res, wanted, body);
  });
  return router;
}

function idOf(param: string): string {
  const read = id.safeParse(param);
  if (!read.success) throw new Problem(404, 'There is no such edition.');
  return read.data;
}
