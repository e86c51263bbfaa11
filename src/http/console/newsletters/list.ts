import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { makeNewsletter } from '../../../actions/newsletters.ts';
import type { Context } from '../../../context.ts';
import { InvalidNewsletter, SlugTaken } from '../../../newsletters/errors.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { countActive } from '../../../subscribers/count-active.ts';
import {
  actorOf,
  mayAct,
  requireRole,
  requireScopedRole,
  scopeOf,
} from '../../middleware/roles.ts';
import { cachedFor } from '../../public/site/cache-for.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { freeSlug } from './form.ts';
import { languageChoices, rowView, zoneChoices } from './view.ts';

const text = z.string().max(5000).catch('');
const form = z.object({ title: text, slug: text, language: text, timezone: text, sendAt: text });
type Typed = z.output<typeof form>;

/** The newsletters within the scope, and a form to make one. */
export function newsletterListRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  // a million readers take 0.1 s to count
  const counts = cachedFor(10_000, () => countActive(db));

  router.get('/newsletters', requireScopedRole('viewer'), (req, res) => show(req, res));

  router.post('/newsletters', requireRole('admin'), async (req, res) => {
    const { t } = wordsFor(req, res);
    const typed = form.parse(req.body ?? {});
    const taken = new Set((await listNewsletters(db)).map(({ slug }) => slug));
    const slug = typed.slug.trim() || freeSlug(typed.title, 'newsletter', taken);
    try {
      const made = await commit(context, async (tx) => ({
        value: await makeNewsletter(tx, actorOf(res), { ...typed, slug }),
      }));
      await leaveMessage(req, 'newsletters.done.made', true, { title: made.title });
      return res.redirect(303, `/console/newsletters/${made.slug}`);
    } catch (error) {
      if (error instanceof SlugTaken)
        return show(req, res, { typed, wrong: { slug: t('newsletters.wrong.slugTaken') } }, 409);
      if (!(error instanceof InvalidNewsletter)) throw error;
      const wrong = Object.fromEntries(
        error.errors.map(({ pointer }) => {
          const field = pointer.split('/')[1] ?? '';
          return [field, t(`newsletters.wrong.${field}`)];
        }),
      );
      return show(req, res, { typed, wrong }, 422);
    }
  });

  async function show(
    req: Request,
    res: Response,
    { typed, wrong = {} }: { typed?: Typed; wrong?: Record<string, string> } = {},
    status = 200,
  ) {
    const words = wordsFor(req, res);
    const { language, t } = words;
    const scope = scopeOf(res);
    const [newsletters, readers] = await Promise.all([listNewsletters(db, scope), counts()]);
    const rows = newsletters.map((one) => rowView(one, readers.get(one.id) ?? 0, words));
    const [first] = newsletters;
    const shown = typed ?? {
      title: '',
      slug: '',
      language: first?.language ?? language,
      timezone: first?.timezone ?? 'UTC',
      sendAt: '07:00',
    };
    await showPage(context, req, res, {
      view: 'newsletters/list.eta',
      nav: 'newsletters',
      title: t('newsletters.title'),
      status,
      styles: ['newsletters'],
      scripts: ['newsletters'],
      ...(status === 200
        ? {}
        : { message: { good: false, text: t('newsletters.wrong.notSaved') } }),
      data: {
        rows: rows.filter(({ state }) => state !== 'archived'),
        archived: rows.filter(({ state }) => state === 'archived'),
        mayMake: mayAct(res, 'admin') && scope === null,
        typed: shown,
        wrong,
        languages: languageChoices(language, shown.language),
        zones: zoneChoices(language, context.now()),
      },
    });
  }
  return router;
}
