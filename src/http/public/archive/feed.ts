import { join } from 'node:path';
import { Eta } from 'eta';
import type { Response } from 'express';
import { escapeHtml } from '../../../../emails/escape.ts';
import { earlierAddresses } from '../../../earlier-editions/earlier-editions.ts';
import { archiveAddresses } from '../../../editions/archive.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { hashOf, pictureSizes } from '../../../pictures/files.ts';
import type { PublicContext } from '../public-context.ts';
import type { EditionView } from './edition-view.ts';
import { type ArchiveEntry, archiveEntries } from './entries.ts';

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
  const list = await archiveEntries(
    context.db,
    newsletter,
    { limit: IN_FEED },
    { newsroom, publicUrl },
  );
  const entries = list.entries.map(entryOf);
  const hashes = entries.flatMap(({ picture }) => hashOf(picture?.url ?? '') ?? []);
  const sizes = await pictureSizes(context.db, hashes);
  const updated = Math.max(
    newsletter.createdAt.getTime(),
    ...entries.map((entry) => entry.updated.getTime()),
  );
  const xml = eta.render('./feed', {
    newsletter,
    newsroom,
    entries,
    lengthOf: (picture: { url: string }) => sizes.get(hashOf(picture.url) ?? ''),
    publicUrl,
    page: `${publicUrl}/archive/${newsletter.slug}`,
    updated: new Date(updated).toISOString(),
  });
  res.type('application/atom+xml; charset=utf-8').set('Cache-Control', 'public, max-age=300');
  res.send(xml);
}

/** What a feed reader shows of an edition: of our own the headlines, of an earlier one how it begins. */
function entryOf({ path, at, own, earlier }: ArchiveEntry) {
  if (own)
    return {
      path,
      title: own.subject,
      at,
      updated: own.revisedAt,
      summary: own.summary,
      // one of ours, of which it is known what it is
      picture: own.lead?.image?.lead?.height ? own.lead.image.lead : null,
      html: headlines(own),
    };
  const summary = earlier?.summary ?? '';
  const html = `<p>${escapeHtml(summary)}</p>`;
  return {
    path,
    title: earlier?.title ?? '',
    at,
    updated: earlier?.publishedAt ?? at,
    summary,
    picture: null,
    html,
  };
}

/** Every public page that search engines may keep. */
export async function sitemap({ context, masthead }: PublicContext, res: Response): Promise<void> {
  const head = await masthead();
  const newsletters = [...head.newsletters, ...head.closed];
  const room = IN_SITEMAP - newsletters.length - 2;
  const editions = await archiveAddresses(context.db, room);
  const xml = eta.render('./sitemap', {
    publicUrl: context.config.publicUrl,
    newsletters,
    editions,
    earlier: await earlierAddresses(context.db, room - editions.length),
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
    lead ? pictureOf(lead) + list([lead]) : '',
    ...sections.map(({ title, articles }) => `<h2>${escapeHtml(title)}</h2>${list(articles)}`),
  ].join('');
}

function pictureOf({ image }: NonNullable<EditionView['lead']>): string {
  if (!image?.lead) return '';
  const { url, width, height } = image.lead;
  const size = height ? ` width="${width}" height="${height}"` : '';
  return `<p><img src="${escapeHtml(url)}" alt="${escapeHtml(image.alt)}"${size}></p>`;
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way at all to write most control characters: they are dropped. */
function escapeXml(value: unknown): string {
  return String(value)
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => named[character] ?? character);
}
