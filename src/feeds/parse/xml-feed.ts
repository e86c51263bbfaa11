import { languageTag } from '../../text/language-tag.ts';
import { absoluteAddress, resolveAddress } from './addresses.ts';
import type { ParsedFeed, ParsedItem } from './parsed-feed.ts';
import { childrenOf, type Element, firstText, readXml, textOf } from './xml.ts';
import { contentOf, linksOf, pageAmong, readEntry, titleOf, within } from './xml-entry.ts';

/** Feeds keep the newest first; what lies behind these is not news. */
export const MAX_ITEMS = 10_000;

const ROOTS = new Set(['rss', 'rdf:rdf', 'rdf', 'feed', 'channel', 'entry']);
// Of these an element in a web page is a feed, too.
const DOCUMENTS = new Set(['rss', 'rdf:rdf', 'feed']);
// What is inside a story is not a story.
const OPAQUE = new Set(['content', 'content:encoded', 'description', 'summary', 'source', 'title']);

const elementsOf = (element: Element) =>
  element.children.filter((child): child is Element => typeof child !== 'string');

/** All elements below one, in the order of the document. */
function* elementsBelow(element: Element): Generator<Element> {
  for (const child of elementsOf(element)) {
    yield child;
    yield* elementsBelow(child);
  }
}

/** A feed that stands inside a web page: its elements, or its source as a browser shows it. */
function rootWithin(page: Element): Element | null {
  const isFeed = (element: Element) =>
    DOCUMENTS.has(element.name) && !entriesBelow(element).next().done;
  for (const element of elementsBelow(page)) if (isFeed(element)) return element;
  const source = /<(?:rss|feed|rdf:RDF)[\s>].*/is.exec(textOf(page))?.[0];
  if (!source) return null;
  const [first] = elementsOf(readXml(source));
  return first && isFeed(first) ? first : null;
}

/** The element that makes it a feed; something may have printed a warning around it. */
function rootOf(document: Element): Element | null {
  let level = elementsOf(document);
  for (let depth = 0; depth < 4 && level.length > 0; depth++) {
    const root = level.find((element) => ROOTS.has(element.name));
    if (root) return root;
    if (level.some((element) => element.name.replace('xhtml:', '') === 'html'))
      return rootWithin(document);
    level = level.flatMap(elementsOf);
  }
  return null;
}

/** Every item, wherever it stands: beside the channel in RDF, inside one whose end tag is missing. */
function* entriesBelow(element: Element): Generator<Element> {
  for (const child of elementsOf(element)) {
    if (child.name === 'item' || child.name === 'entry') yield child;
    if (!OPAQUE.has(child.name)) yield* entriesBelow(child);
  }
}

/**
 * Reads RSS 0.9–2.0, RDF and Atom; null if the text is none of them. `url` is where it came from. `onContent` is told
 * all that each item holds, as HTML source.
 */
export function readXmlFeed(
  text: string,
  url: string | null,
  onContent?: (item: ParsedItem, html: string) => void,
): ParsedFeed | null {
  const root = rootOf(readXml(text));
  if (!root) return null;
  const channel = childrenOf(root, 'channel')[0] ?? root;
  const outer = within(root, { base: url, language: null });
  const around = within(channel, outer);
  const language = languageTag(firstText(channel, 'language', 'dc:language')) ?? around.language;
  const links = linksOf(channel, around);
  const self = absoluteAddress(links.find((link) => link.rel === 'self')?.url, around.base);
  // Without an address of its own, a feed's relative links are relative to the one it gives itself.
  const base = around.base ?? self ?? absoluteAddress(pageAmong(links, language), null);
  const page = resolveAddress(pageAmong(links, language), base);
  const entries: Element[] = root.name === 'entry' ? [root] : [];
  for (const entry of entriesBelow(root)) {
    if (entries.length === MAX_ITEMS) break;
    entries.push(entry);
  }
  return {
    title: root.name === 'entry' ? null : titleOf(channel),
    language,
    site: page,
    hub: absoluteAddress(links.find((link) => link.rel === 'hub')?.url, base),
    self,
    items: entries.map((entry) => {
      const item = readEntry(entry, { base, language, element: channel });
      onContent?.(item, contentOf(entry));
      return item;
    }),
  };
}
