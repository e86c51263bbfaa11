import { join } from 'node:path';
import { Eta } from 'eta';
import type { Response } from 'express';
import { escapeHtml } from '../../../../emails/escape.ts';
import { archiveAddresses, listArchive } from '../../../editions/archive.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { PublicContext } from '../public-context.ts';
import { type EditionView, editionView } from './edition-view.ts';

const IN_FEED = 20;
const IN_SITEMAP = 50_000;

const eta = new Eta({
  views: join(import.meta.dirname, '../../views/reader'),
  cache: true,
  escapeFunction: escapeXml,
});

/** The editions of a newsletter as an Atom feed (RFC 4287), in the newsletter's language. */
export async function archiveFeed(
  { context, masthead }: PublicContext,
  newsletter: Newsletter,
  res: Response,
): Promise<void> {
  const { publicUrl } = context.config;
  const { newsroom } = await masthead();
  const editions = await listArchive(context.db, newsletter.slug, { limit: IN_FEED });
  const entries = editions.flatMap((edition) => {
    const view = editionView(edition, newsletter.language, { newsroom, publicUrl });
    return view ? [{ ...view, html: headlines(view) }] : [];
  });
  const updated = Math.max(
    newsletter.createdAt.getTime(),
    ...entries.map((entry) => entry.revisedAt.getTime()),
  );
  const xml = eta.render('./feed', {
    newsletter,
    newsroom,
    entries,
    page: `${publicUrl}/archive/${newsletter.slug}`,
    updated: new Date(updated).toISOString(),
  });
  res.type('application/atom+xml; charset=utf-8').set('Cache-Control', 'public, max-age=300');
  res.send(xml);
}

/** Every public page that search engines may keep. */
export async function sitemap({ context, masthead }: PublicContext, res: Response): Promise<void> {
  const { newsletters } = await masthead();
  const xml = eta.render('./sitemap', {
    publicUrl: context.config.publicUrl,
    newsletters,
    editions: await archiveAddresses(context.db, IN_SITEMAP - newsletters.length - 2),
  });
  res.type('application/xml; charset=utf-8').set('Cache-Control', 'public, max-age=3600').send(xml);
}

function headlines({ lead, sections }: EditionView): string {
  const item = ({ title, url, standfirst }: NonNullable<EditionView['lead']>) => {
    const words = url ? `<a href="${escapeHtml(url)}">${escapeHtml(title)}</a>` : escapeHtml(title);
    return `<li>${words}${standfirst ? `<br>${escapeHtml(standfirst)}` : ''}</li>`;
  };
  const list = (articles: NonNullable<EditionView['lead']>[]) =>
    `<ul>${articles.map(item).join('')}</ul>`;
  return [
    lead ? list([lead]) : '',
    ...sections.map(({ title, articles }) => `<h2>${escapeHtml(title)}</h2>${list(articles)}`),
  ].join('');
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way at all to write most control characters: they are dropped. */
function escapeXml(value: unknown): string {
  return String(value)
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => named[character] ?? character);
}
