import { Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { changeNewsletter, putNewsletterLogo } from '../../../actions/newsletters.ts';
import type { Context } from '../../../context.ts';
import { requireNewsletter } from '../../../newsletters/newsletters.ts';
import { actorOf, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { readUpload } from '../../middleware/upload.ts';
import { leaveMessage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { pictureIn, refusalOf } from '../uploaded-logo.ts';
import type { ShowNewsletter } from './newsletter.ts';

/** A newsletter's own logo: uploaded, or taken away. */
export function newsletterLogoRoutes(context: Context, show: ShowNewsletter): Router {
  const router = Router();
  const { db } = context;
  const { ofNewsletter } = reachIn(db);
  const admin = requireRoleIn('admin', ofNewsletter);

  router.post('/newsletters/:slug/logo', admin, ...readUpload, async (req, res) => {
    const newsletter = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    try {
      const file = pictureIn(res);
      await commit(context, async (tx) => ({
        value: await putNewsletterLogo(tx, actorOf(res), newsletter.slug, file),
      }));
    } catch (error) {
      const logoWrong = refusalOf(error, wordsFor(req, res).language);
      return show(req, res, newsletter, { logoWrong, status: 422 });
    }
    await leaveMessage(req, 'newsletters.done.logo', true);
    return res.redirect(303, `/console/newsletters/${newsletter.slug}#logo`);
  });

  router.post('/newsletters/:slug/logo/remove', admin, async (req, res) => {
    const newsletter = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    await commit(context, async (tx) => ({
      value: await changeNewsletter(tx, actorOf(res), newsletter.slug, { logo: null }),
    }));
    await leaveMessage(req, 'newsletters.done.logoRemoved', true);
    res.redirect(303, `/console/newsletters/${newsletter.slug}#logo`);
  });
  return router;
}
