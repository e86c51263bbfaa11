import { Router } from 'express';
import { z } from 'zod';
import { showEditions } from '../../../actions/show-editions.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { ID_FORM } from '../../../text/id.ts';
import { mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { consoleEdition } from './view.ts';

const PER_PAGE = 20;
const kinds = ['daily', 'weekly', 'special'] as const;
const states = ['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled'] as const;

const asked = z.object({
  newsletter: z.string().max(100).optional().catch(undefined),
  kind: z.enum(kinds).optional().catch(undefined),
  state: z.enum(states).optional().catch(undefined),
  after: z.string().regex(ID_FORM).optional().catch(undefined),
});

/** All editions, newest first, a page at a time. */
export function editionListRoutes(context: Context): Router {
  const router = Router();
  router.get('/editions', requireScopedRole('viewer'), async (req, res) => {
    const words = wordsFor(req, res);
    const now = context.now();
    const { after, ...given } = asked.parse(req.query);
    const scope = scopeOf(res);
    const newsletters = await listNewsletters(context.db, scope);
    const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    const page = await showEditions(
      context.db,
      { limit: PER_PAGE, scope, ...filter, ...(after ? { after } : {}) },
      now,
      words.language,
    );
    const address = (more: Record<string, string>) => {
      const query = new URLSearchParams({ ...filter, ...more }).toString();
      return `/console/editions${query ? `?${query}` : ''}`;
    };
    await showPage(context, req, res, {
      view: 'editions/list.eta',
      nav: 'editions',
      title: words.t('home.title'),
      styles: ['editions'],
      live: true,
      data: {
        newsletters,
        kinds,
        states,
        filter,
        filtered: Object.keys(filter).length > 0,
        editions: page.data.map((edition) => consoleEdition(edition, newsletters, words, now)),
        first: after ? address({}) : null,
        next: page.next ? address({ after: page.next }) : null,
        mayCompose: mayAct(res, 'sender'),
      },
    });
  });
  return router;
}
