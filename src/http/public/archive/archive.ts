import { type Request, type Response, Router } from 'express';
import { directionOf } from '../../../../emails/language.ts';
import { archivedEdition } from '../../../editions/archive.ts';
import { languages } from '../../../locales/index.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { dateFormat } from '../../../text/formats.ts';
import { dontCompress } from '../../middleware/compress.ts';
import { notFound } from '../../middleware/errors.ts';
import type { PublicContext } from '../public-context.ts';
import { alternatesOf, canonicalOf, languageOf, words } from '../site/page.ts';
import { showEdition } from './edition-page.ts';
import { sharedPicture } from './edition-view.ts';
import {
  type ArchiveEntry,
  archivedMonths,
  archiveEntries,
  placeFields,
  readPlace,
} from './entries.ts';
import { archiveFeed } from './feed.ts';
import { formInPlace } from './form-in-place.ts';
import { readSearch, searchQuery } from './search.ts';
import { breadcrumbs, collectionPage, jsonLd } from './structured-data.ts';

const PER_PAGE = 20;
const NEWEST = 5;

/** Past editions, made for the web. Those of a private newsletter open by the link in its messages alone. */
export function archiveRoutes(shared: PublicContext): Router {
  const { context, show, masthead } = shared;
  const { publicUrl } = context.config;
  const router = Router();

  router.get('/archive', async (req, res) => {
    const language = languageOf(req);
    const t = words(language);
    const { newsroom } = await masthead();
    const shared = { newsroom, publicUrl };
    const open = (await listNewsletters(context.db)).filter((one) => !one.private);
    const all = await Promise.all(
      open.map(async (newsletter) => {
        const list = await archiveEntries(context.db, newsletter, { limit: NEWEST }, shared);
        return { ...newsletter, ...written(newsletter), editions: list.entries };
      }),
    );
    const shelves = all.filter((shelf) => shelf.editions.length > 0);
    const url = `${publicUrl}/archive`;
    await show(req, res, {
      view: './archive',
      title: t('archive.title'),
      language,
      here: '/archive',
      data: {
        wide: true,
        shelves,
        meta: {
          canonical: canonicalOf(req, url, languages),
          alternates: alternatesOf(url, languages),
          description: t('archive.lead'),
          ...pictureOf(shelves.flatMap((shelf) => shelf.editions)),
        },
      },
    });
  });

  router.get('/archive/:newsletter', async (req, res) => {
    const newsletter = await openNewsletter(req);
    const language = languageOf(req);
    const t = words(language);
    const head = await masthead();
    const { newsroom } = head;
    const search = readSearch(req.query, newsletter.language);
    const after = readPlace(req.query);
    const [list, months] = await Promise.all([
      archiveEntries(
        context.db,
        newsletter,
        { limit: PER_PAGE, after, search },
        { newsroom, publicUrl },
      ),
      archivedMonths(context.db, newsletter),
    ]);
    const shelf = `/archive/${newsletter.slug}`;
    const month = search.month && monthInWords(search.month, language);
    const canonical = `${publicUrl}${shelf}${search.month ? `?month=${search.month}` : ''}`;
    const title = [
      search.words ? t('archive.found', { words: search.words }) : month,
      newsletter.title,
    ];
    const asked = searchQuery(search);
    await show(req, res, {
      view: './shelf',
      title: title.filter(Boolean).join(' · '),
      language,
      here: addressOf(shelf, asked),
      newsletter: newsletter.slug,
      data: {
        wide: true,
        newsletter: { ...newsletter, ...written(newsletter) },
        shelf,
        editions: list.entries,
        isFirst: after.number === undefined && after.earlier === undefined,
        search,
        month,
        months: byYear(months, language),
        older:
          list.next && addressOf(shelf, { ...asked, ...placeFields(list.next), lang: language }),
        // found by words, or from somewhere in the middle: nothing to be found again
        noindex: search.words !== undefined || after.number !== undefined,
        join: formInPlace(head, newsletter, language),
        meta: {
          canonical,
          description:
            newsletter.description || t('archive.about', { newsletter: newsletter.title }),
          feed: `${publicUrl}${shelf}/feed.xml`,
          ...pictureOf(list.entries),
          data: jsonLd(
            collectionPage(
              {
                name: newsletter.title,
                url: canonical,
                language: newsletter.language,
                description: newsletter.description,
              },
              list.entries.map(({ path }) => publicUrl + path),
            ),
            breadcrumbs([
              { name: t('archive.title'), url: `${publicUrl}/archive` },
              { name: newsletter.title, url: `${publicUrl}${shelf}` },
            ]),
          ),
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
    await showEdition(shared, req, res, { newsletter, edition, token });
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

  return router;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
}

/** Which way a newsletter's own words run. */
const written = ({ language }: Newsletter) => ({ direction: directionOf(language) });

/** The first picture there is stands for a list. */
const pictureOf = (entries: ArchiveEntry[]) =>
  sharedPicture(entries.find(({ own }) => own?.lead?.image?.lead)?.own);

const addressOf = (path: string, fields: Record<string, string>) => {
  const query = new URLSearchParams(fields).toString();
  return query ? `${path}?${query}` : path;
};

function monthInWords(month: string, language: string): string {
  const format = dateFormat(language, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const name = format.format(new Date(`${month}-15T12:00:00Z`));
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** The months under their years, the newest first. */
function byYear(months: { month: string; count: number }[], language: string) {
  const years = Map.groupBy(months, ({ month }) => month.slice(0, 4));
  return [...years].map(([year, all]) => ({
    year,
    months: all.map((one) => ({ ...one, name: monthInWords(one.month, language) })),
  }));
}
