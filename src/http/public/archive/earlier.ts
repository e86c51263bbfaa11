import { type RequestHandler, Router } from 'express';
import { directionOf } from '../../../../emails/language.ts';
import type { Context } from '../../../context.ts';
import { earlierEditionAt, movedTo } from '../../../earlier-editions/earlier-editions.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { notFound } from '../../middleware/errors.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf } from '../site/page.ts';
import { earlierDateline } from './entries.ts';

/** Editions that were sent elsewhere, before the newsletter came here. Of a private newsletter none is shown. */
export function earlierRoutes({ context, show }: PublicContext): Router {
  const { publicUrl } = context.config;
  const router = Router();

  router.get('/archive/:newsletter/earlier/:slug', async (req, res) => {
    const place = String(req.params.newsletter);
    const newsletter = (await listNewsletters(context.db)).find(({ slug }) => slug === place);
    if (!newsletter || newsletter.private) return notFound();
    const edition = await earlierEditionAt(context.db, place, String(req.params.slug));
    if (!edition) return notFound();
    const language = languageOf(req, req.query.lang ? null : edition.language);
    const path = `/archive/${place}/earlier/${edition.slug}`;
    await show(req, res, {
      view: './earlier',
      title: edition.title,
      language,
      here: path,
      data: {
        edition,
        direction: directionOf(language),
        editionDirection: directionOf(edition.language),
        dateline: earlierDateline(edition, newsletter),
        newsletter,
        meta: {
          canonical: `${publicUrl}${path}`,
          description: edition.summary,
          published: edition.publishedAt.toISOString(),
          modified: edition.publishedAt.toISOString(),
          feed: `${publicUrl}/archive/${place}/feed.xml`,
        },
      },
    });
  });
  return router;
}

/** Leads from where an edition was found before to its page here. */
export function oldAddresses({ db, config }: Context): RequestHandler {
  return async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    const found = await movedTo(db, req.url);
    if (!found) return next();
    res.set('Cache-Control', 'public, max-age=3600');
    res.redirect(301, `${config.publicUrl}/archive/${found.newsletter}/earlier/${found.slug}`);
  };
}

/** Mailchimp's archive is the front of its site: only `?u=…&id=…` says which edition. */
export function oldFront(context: Context): RequestHandler {
  const lead = oldAddresses(context);
  return (req, res, next) =>
    'u' in req.query && 'id' in req.query ? lead(req, res, next) : next();
}
