import { Router } from 'express';
import { firstStepsOpen } from '../../../actions/first-steps.ts';
import { nextEditions } from '../../../actions/next-editions.ts';
import { showEdition } from '../../../actions/show-editions.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import type { LiveFigures } from '../live/figures.ts';
import { liveEdition, liveRelay } from '../live/view.ts';
import { showPage, wordsFor } from '../pages.ts';
import { needsYou } from './needs-you.ts';
import { nextView } from './next-view.ts';
import { stepsView } from './steps-view.ts';

/** So many editions that are being sent are shown; there are rarely two. */
const MOST_SENDING = 12;

/** `GET /console`: what needs somebody, what is being sent, what goes out next. */
export function todayRoutes(context: Context, figures: LiveFigures): Router {
  const router = Router();
  const { db } = context;

  router.get('/', requireScopedRole('viewer'), async (req, res) => {
    const words = wordsFor(req, res);
    const now = context.now();
    const scope = scopeOf(res);
    const all = await listNewsletters(db);
    const newsletters = all.filter(({ id }) => inScope(scope, id));
    const wanted = mayAct(res, 'admin') && scope === null && (await firstStepsOpen(db));
    const [needs, moving, next, steps] = await Promise.all([
      needsYou(db, res, newsletters, words),
      figures.now(),
      nextEditions(db, newsletters.filter(isActive), now),
      wanted ? stepsView(context, req, res, newsletters) : undefined,
    ]);
    const sending = await Promise.all(
      moving.editions
        .filter(({ state }) => state === 'sending' || state === 'paused')
        .filter(({ newsletterId }) => inScope(scope, newsletterId))
        .slice(0, MOST_SENDING)
        .map(async (edition) => {
          const { subject, kind, number, newsletter } = await showEdition(db, edition.id, now);
          const of = newsletters.find(({ slug }) => slug === newsletter);
          return {
            ...liveEdition(edition, words, now),
            headline: subject || words.t(`kind.${kind}`),
            about: { newsletter: of?.title ?? newsletter, kind, number },
          };
        }),
    );
    await showPage(context, req, res, {
      view: 'today/today.eta',
      nav: 'today',
      title: words.t('today.title'),
      styles: ['today'],
      live: true,
      data: {
        needs,
        sending,
        relays: scope === null ? moving.relays.map((relay) => liveRelay(relay, words)) : [],
        next: next.map((one) => nextView(one, words)),
        newsletters: newsletters.length,
        steps,
        mayCompose: mayAct(res, 'sender'),
        mayBegin: mayAct(res, 'admin') && scope === null,
      },
    });
  });
  return router;
}

const isActive = ({ active }: { active: boolean }) => active;
