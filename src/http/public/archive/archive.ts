import { type Request, type Response, Router } from 'express';
import { timeInWords } from '../../../../emails/language.ts';
import { archivedEdition } from '../../../editions/archive.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { dontCompress } from '../../middleware/compress.ts';
import { notFound } from '../../middleware/errors.ts';
import type { PublicContext } from '../public-context.ts';
import { markdownHtml } from '../site/markdown.ts';
import { languageOf, words } from '../site/page.ts';
import { editionView } from './edition-view.ts';
import { archiveEntries, placeQuery, readPlace } from './entries.ts';
import { archiveFeed } from './feed.ts';

const PER_PAGE = 30;
const NEWEST = 5;

/** Past editions, made for the web. Those of a private newsletter open by the link in its messages alone. */
export function archiveRoutes(shared: PublicContext): Router {
  const { context, show, masthead } = shared;
  const { publicUrl } = context.config;
  const router = Router();

  router.get('/archive', async (req, res) => {
    const language = languageOf(req);
    const { newsroom } = await masthead();
    const shared = { newsroom, publicUrl };
    const open = (await listNewsletters(context.db)).filter((one) => !one.private);
    const shelves = await Promise.all(
      open.map(async (newsletter) => {
        const list = await archiveEntries(context.db, newsletter, { limit: NEWEST }, shared);
        return { ...newsletter, editions: list.entries };
      }),
    );
    await show(req, res, {
      view: './archive',
      title: words(language)('archive.title'),
      language,
      here: '/archive',
      data: {
        wide: true,
        shelves: shelves.filter((shelf) => shelf.editions.length > 0),
        meta: { canonical: `${publicUrl}/archive`, description: words(language)('archive.lead') },
      },
    });
  });

  router.get('/archive/:newsletter', async (req, res) => {
    const newsletter = await openNewsletter(req);
    const language = languageOf(req);
    const { newsroom } = await masthead();
    const list = await archiveEntries(
      context.db,
      newsletter,
      { limit: PER_PAGE, after: readPlace(req.query) },
      { newsroom, publicUrl },
    );
    await show(req, res, {
      view: './shelf',
      title: newsletter.title,
      language,
      here: `/archive/${newsletter.slug}`,
      data: {
        newsletter,
        editions: list.entries,
        older: list.next && placeQuery(list.next),
        meta: {
          canonical: `${publicUrl}/archive/${newsletter.slug}`,
          description: newsletter.description,
          feed: `${publicUrl}/archive/${newsletter.slug}/feed.xml`,
        },
      },
    });
  });

  router.get('/archive/:newsletter/feed.xml', async (req, res) => {
    const newsletter = await openNewsletter(req);
    await archiveFeed(shared, newsletter, res);
  });

  router.get('/archive/:newsletter/:number', async (req, res) => {
    const slug = String(req.params.newsletter);
    const number = numberOf(req.params.number);
    const edition =
      number === undefined ? undefined : await archivedEdition(context.db, slug, number);
    const newsletter = (await listNewsletters(context.db)).find((one) => one.slug === slug);
    if (!edition || !newsletter) return notFound();
    const token = newsletter.private ? keepPrivate(req, res, edition.id) : '';
    await showEdition(req, res, newsletter, edition, token);
  });

  async function openNewsletter(req: Request): Promise<Newsletter> {
    const slug = String(req.params.newsletter);
    const found = (await listNewsletters(context.db)).find((one) => one.slug === slug);
    if (!found || found.private) return notFound();
    return found;
  }

  /** Nothing says that it exists to who has no link of it. */
  function keepPrivate(req: Request, res: Response, edition: string): string {
    const token = typeof req.query.token === 'string' ? req.query.token : '';
    if (context.tokens.verify('archive', token)?.edition !== edition) notFound();
    res.set('Cache-Control', 'no-store').set('Referrer-Policy', 'no-referrer');
    res.set('X-Robots-Tag', 'noindex, nofollow');
    dontCompress(res);
    return token;
  }

  async function showEdition(
    req: Request,
    res: Response,
    newsletter: Newsletter,
    edition: NonNullable<Awaited<ReturnType<typeof archivedEdition>>>,
    token: string,
  ) {
    const { newsroom } = await masthead();
    const chosen = languageOf(req);
    const view = editionView(edition, chosen, { newsroom, publicUrl });
    if (!view) return notFound();
    // The page speaks the language of what is on it, where we have words in that language.
    const language = languageOf(req, req.query.lang ? null : view.language);
    const t = words(language);
    const path = `/archive/${newsletter.slug}/${edition.number}`;
    const secret = newsletter.private;
    const neighbour = (number: number | null) =>
      secret || number === null ? null : `/archive/${newsletter.slug}/${number}?lang=${language}`;
    await show(req, res, {
      view: './edition',
      title: view.subject,
      language,
      here: token ? `${path}?token=${token}` : path,
      data: {
        edition: view,
        newsletter,
        secret,
        noindex: secret,
        introduction: view.introduction ? markdownHtml(view.introduction) : null,
        corrected: view.corrected
          ? t('archive.corrected', {
              time: timeInWords(view.revisedAt, language, newsletter.timezone),
            })
          : null,
        previous: neighbour(edition.previous),
        next: neighbour(edition.next),
        meta: secret
          ? undefined
          : {
              canonical: `${publicUrl}${path}`,
              description: view.summary,
              image: view.lead?.image?.lead?.url,
              imageAlt: view.lead?.image?.alt,
              published: edition.frozenAt.toISOString(),
              modified: edition.revisedAt.toISOString(),
              feed: `${publicUrl}/archive/${newsletter.slug}/feed.xml`,
            },
      },
    });
  }
  return router;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
}
