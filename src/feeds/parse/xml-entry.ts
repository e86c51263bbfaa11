import { languageTag } from '../../text/language-tag.ts';
import { oneLine } from '../../text/one-line.ts';
import { cutAtWord, headline, readHtml, standfirstFrom } from '../../text/plain-text.ts';
import { pictureOf } from '../pictures.ts';
import { absoluteAddress, resolveAddress } from './addresses.ts';
import { authorOf } from './authors.ts';
import { readDate } from './dates.ts';
import { itemId } from './item-id.ts';
import type { ParsedItem } from './parsed-feed.ts';
import { wordsIn } from './word-count.ts';
import { childrenOf, type Element, firstText, innerHtml, textOf } from './xml.ts';

export type Surroundings = { base: string | null; language: string | null };

const TITLE_LIMIT = 1000;

/** The base and language that hold inside an element (xml:base may itself be relative). */
export function within(element: Element, { base, language }: Surroundings): Surroundings {
  const own = element.attributes['xml:base'];
  return {
    base: own === undefined ? base : (absoluteAddress(own, base) ?? base),
    language: languageTag(element.attributes['xml:lang']) ?? language,
  };
}

/** Content as HTML source, whatever its dialect says it is. */
function htmlOf(element: Element): string {
  const type = element.attributes['type']?.toLowerCase() ?? '';
  if (type === 'text' || type === 'text/plain') return innerHtml(element, true);
  return innerHtml(element, type === 'xhtml' || element.children.some(isXhtml));
}

const isXhtml = (child: Element | string) =>
  typeof child !== 'string' && child.name.startsWith('xhtml:');

/** A title as text: Atom says whether it is markup, RSS leaves it open. */
export function titleOf(element: Element): string | null {
  for (const name of ['title', 'media:title', 'dc:title', 'itunes:title'])
    for (const child of childrenOf(element, name)) {
      const type = child.attributes['type'];
      const text = type === 'text' ? oneLine(textOf(child)) : headline(htmlOf(child));
      if (text) return cutAtWord(text, TITLE_LIMIT);
    }
  return null;
}

export type Link = { rel: string; type: string; language: string | null; url: string };

/** Every link of an element, those of RSS (text) before those of Atom (href). */
export function linksOf(element: Element, around: Surroundings): Link[] {
  return childrenOf(element, 'link')
    .flatMap((child) => {
      const { base } = within(child, around);
      const { href, rel = '', type = '', hreflang } = child.attributes;
      const url = resolveAddress(href ?? textOf(child), base);
      const relation = href === undefined ? 'text' : rel.trim().toLowerCase() || 'alternate';
      return url ? [{ rel: relation, type, language: languageTag(hreflang), url }] : [];
    })
    .toSorted((a, b) => Number(b.rel === 'text') - Number(a.rel === 'text'));
}

/** The page among links: RSS's own, else the alternate that is HTML and in the element's language. */
export function pageAmong(links: Link[], language: string | null): string | null {
  const rank = (link: Link) =>
    (link.rel === 'text' ? 0 : 4) +
    (link.language && language && link.language !== language ? 2 : 0) +
    (link.type && !/html/.test(link.type) ? 1 : 0);
  const pages = links.filter((link) => link.rel === 'text' || link.rel === 'alternate');
  return pages.toSorted((a, b) => rank(a) - rank(b))[0]?.url ?? null;
}

function linkOf(entry: Element, links: Link[], around: Surroundings): string | null {
  const page = pageAmong(links, around.language);
  if (page) return page;
  for (const guid of [...childrenOf(entry, 'guid'), ...childrenOf(entry, 'id')]) {
    const text = textOf(guid).trim();
    if (guid.attributes['ispermalink'] !== 'false' && /^https?:\/\//i.test(text)) return text;
  }
  const source = childrenOf(entry, 'content')[0]?.attributes['src'];
  const enclosure = childrenOf(entry, 'enclosure')[0]?.attributes['url'];
  const about = entry.attributes['rdf:about'];
  const other = links.find((link) => link.rel !== 'self' && link.rel !== 'hub')?.url;
  return (
    other ??
    resolveAddress(about, around.base) ??
    resolveAddress(source, around.base) ??
    resolveAddress(enclosure, around.base)
  );
}

function dateOf(entry: Element, names: string[]): string | null {
  for (const name of names)
    for (const child of childrenOf(entry, name)) {
      const date = readDate(textOf(child));
      if (date) return date;
    }
  return null;
}

const PUBLISHED = ['published', 'pubdate', 'issued', 'dcterms:issued', 'dc:date', 'date'];
const CREATED = ['created', 'dcterms:created', 'prism:publicationdate', 'media:pubdate'];
const UPDATED = ['updated', 'modified', 'dcterms:modified', 'lastbuilddate'];

const SUMMARIES = ['summary', 'description', 'dc:description', 'itunes:summary'];
const CONTENTS = ['content:encoded', 'content', 'xhtml:body', 'xhtml:div', 'body', 'fullitem'];
const LAST_WORDS = ['itunes:subtitle', 'media:description', 'subtitle'];

function categoriesOf(entry: Element): string[] {
  const names = ['category', 'dc:subject', 'media:category'].flatMap((name) =>
    childrenOf(entry, name).map(
      (child) => child.attributes['label'] || child.attributes['term'] || textOf(child),
    ),
  );
  const clean = names.map((name) => cutAtWord(headline(name), 100)).filter((name) => name !== '');
  return [...new Set(clean)].slice(0, 30);
}

/** All that an entry has to say as HTML source: the longest of what it holds; empty where it holds nothing. */
export function contentOf(entry: Element): string {
  const found = [...CONTENTS, ...SUMMARIES].flatMap((name) => childrenOf(entry, name)).map(htmlOf);
  return found.reduce((longest, one) => (one.length > longest.length ? one : longest), '');
}

/** What one `item` or `entry` says, in whatever mix of dialects. */
export function readEntry(entry: Element, feed: Surroundings & { element: Element }): ParsedItem {
  const around = within(entry, feed);
  const language =
    languageTag(entry.attributes['xml:lang']) ??
    languageTag(firstText(entry, 'dc:language', 'language')) ??
    around.language;
  const links = linksOf(entry, { ...around, language });
  const link = linkOf(entry, links, { ...around, language });
  const title = titleOf(entry);

  const readings = [...SUMMARIES, ...CONTENTS, ...LAST_WORDS]
    .flatMap((name) => childrenOf(entry, name).map((element) => ({ name, element })))
    .map(({ name, element }) => ({
      name,
      base: within(element, around).base,
      ...readHtml(htmlOf(element)),
    }));
  const text = readings.find((reading) => reading.text !== '' && reading.text !== title)?.text;
  const pictured = readings.find((reading) => reading.images.length > 0);

  const source = childrenOf(entry, 'source')[0];
  const guid = firstText(entry, 'guid', 'id', 'dc:identifier') ?? entry.attributes['rdf:about'];
  const updated = dateOf(entry, UPDATED);
  const image = pictureOf(entry, around.base, pictured?.images ?? [], pictured?.base ?? null);
  return {
    id: itemId(guid || link || title || text || ''),
    title,
    link,
    original: absoluteAddress(firstText(entry, 'feedburner:origlink', 'pheedo:origlink'), null),
    published: dateOf(entry, PUBLISHED) ?? dateOf(entry, CREATED) ?? updated,
    updated,
    author: authorOf(entry, source),
    standfirst: standfirstFrom(text ?? ''),
    image,
    words: wordsIn(
      ...readings.filter(({ name }) => CONTENTS.includes(name)).map(({ text }) => text),
    ),
    categories: categoriesOf(entry),
    language,
    translations: links.flatMap((other) =>
      other.rel === 'alternate' &&
      other.language &&
      other.language !== language &&
      other.url !== link
        ? [{ language: other.language, url: other.url }]
        : [],
    ),
  };
}
