import { type RequestHandler, Router } from 'express';
import { directionOf } from '../../../../emails/language.ts';
import type { Context } from '../../../context.ts';
import { earlierEditionAt, movedTo } from '../../../earlier-editions/earlier-editions.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { notFound } from '../../middleware/errors.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { earlierDateline } from './entries.ts';
import { formInPlace } from './form-in-place.ts';
import { breadcrumbs, jsonLd, newsArticle } from './structured-data.ts';

/** Editions that were sent elsewhere, before the newsletter came here. Of a private newsletter none is shown. */
export function earlierRoutes({ context, show, masthead }: PublicContext): Router {
  const { publicUrl } = context.config;
  const router = Router();

  router.get('/archive/:newsletter/earlier/:slug', async (req, res) => {
    const place = String(req.params.newsletter);
    const newsletter = (await listNewsletters(context.db)).find(({ slug }) => slug === place);
    if (!newsletter || newsletter.private) return notFound();
    const edition = await earlierEditionAt(context.db, place, String(req.params.slug));
    if (!edition) return notFound();
    const language = languageOf(req, req.query.lang ? null : edition.language);
    const head = await masthead();
    const { newsroom } = head;
    const shelf = `/archive/${place}`;
    const path = `${shelf}/earlier/${edition.slug}`;
    const url = publicUrl + path;
    await show(req, res, {
      view: './earlier',
      title: edition.title,
      language,
      here: path,
      newsletter: place,
      data: {
        edition,
        direction: directionOf(language),
        editionDirection: directionOf(edition.language),
        dateline: earlierDateline(edition, newsletter),
        newsletter,
        join: formInPlace(head, newsletter, language),
        meta: {
          canonical: url,
          description: edition.summary,
          published: edition.publishedAt.toISOString(),
          modified: edition.publishedAt.toISOString(),
          feed: `${publicUrl}${shelf}/feed.xml`,
          data: jsonLd(
            newsArticle(
              { ...edition, url, headline: edition.title, modifiedAt: edition.publishedAt },
              newsroom,
              publicUrl,
            ),
            breadcrumbs([
              { name: words(language)('archive.title'), url: `${publicUrl}/archive` },
              { name: newsletter.title, url: `${publicUrl}${shelf}` },
              { name: edition.title, url },
            ]),
          ),
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
