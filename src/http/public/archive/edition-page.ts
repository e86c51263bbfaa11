import type { Request, Response } from 'express';
import { timeInWords } from '../../../../emails/language.ts';
import type { ArchivedEdition, archivedEdition } from '../../../editions/archive.ts';
import { baseLanguage } from '../../../editions/content.ts';
import { languages } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { notFound } from '../../middleware/errors.ts';
import type { PublicContext } from '../public-context.ts';
import { markdownHtml } from '../site/markdown.ts';
import { alternatesOf, canonicalOf, languageOf, words } from '../site/page.ts';
import { editionView, sharedPicture } from './edition-view.ts';
import { formInPlace } from './form-in-place.ts';
import { breadcrumbs, jsonLd, newsArticle, picturesOf } from './structured-data.ts';

/**
 * One edition as a page, in the reader's language where it has anything in it. `token`: of the link that opened one of a
 * private newsletter, of which nothing is told to search engines and nothing leads to others.
 */
export async function showEdition(
  { context, show, masthead }: PublicContext,
  req: Request,
  res: Response,
  {
    newsletter,
    edition,
    token,
  }: {
    newsletter: Newsletter;
    edition: NonNullable<Awaited<ReturnType<typeof archivedEdition>>>;
    token: string;
  },
): Promise<void> {
  const { publicUrl } = context.config;
  const head = await masthead();
  const { newsroom } = head;
  const viewed = (one: ArchivedEdition) =>
    editionView(one, languageOf(req), { newsroom, publicUrl });
  const view = viewed(edition);
  if (!view) return notFound();
  // The page speaks the language of what is on it, where we have words in that language.
  const language = languageOf(req, req.query.lang ? null : view.language);
  const t = words(language);
  const shelf = `/archive/${newsletter.slug}`;
  const path = `${shelf}/${edition.number}`;
  const secret = newsletter.private;

  const neighbour = (one: ArchivedEdition | undefined) => {
    const shown = secret ? undefined : one && viewed(one);
    return shown && { ...shown, href: `${shelf}/${shown.number}?lang=${language}` };
  };
  const written = writtenIn(edition);
  const url = `${publicUrl}${path}`;
  const canonical = canonicalOf(req, url, written);
  await show(req, res, {
    view: './edition',
    title: view.subject,
    language,
    here: token ? `${path}?token=${token}` : path,
    newsletter: newsletter.slug,
    data: {
      edition: view,
      newsletter,
      secret,
      // a cancelled one is there for those who got it
      noindex: secret || edition.state === 'cancelled',
      introduction: view.introduction ? markdownHtml(view.introduction) : null,
      corrected: view.corrected
        ? t('archive.corrected', {
            time: timeInWords(view.revisedAt, language, newsletter.timezone),
          })
        : null,
      previous: neighbour(edition.previous),
      next: neighbour(edition.next),
      shareByEmail: mailtoShare(view.subject, canonical),
      join: secret ? null : formInPlace(head, newsletter, language),
      meta: secret
        ? undefined
        : {
            canonical,
            alternates: alternatesOf(url, written),
            description: view.summary,
            ...sharedPicture(view),
            published: view.frozenAt.toISOString(),
            modified: view.revisedAt.toISOString(),
            feed: `${publicUrl}${shelf}/feed.xml`,
            data: jsonLd(
              newsArticle(
                {
                  ...view,
                  url: canonical,
                  publishedAt: view.frozenAt,
                  modifiedAt: view.revisedAt,
                  pictures: picturesOf(view),
                },
                newsroom,
                publicUrl,
              ),
              breadcrumbs([
                { name: t('archive.title'), url: `${publicUrl}/archive` },
                { name: newsletter.title, url: `${publicUrl}${shelf}` },
                { name: view.headline, url: canonical },
              ]),
            ),
          },
    },
  });
}

/** A new message with the page's address in it (RFC 6068). */
const mailtoShare = (subject: string, url: string) =>
  `mailto:?subject=${encodeURIComponent(subject.toWellFormed())}&body=${encodeURIComponent(url)}`;

/** The languages of the pages in which the edition has stories. */
function writtenIn({ content }: ArchivedEdition): string[] {
  const bases = new Set(content.articles.map((article) => baseLanguage(article.language)));
  return languages.filter((code) => bases.has(code));
}
