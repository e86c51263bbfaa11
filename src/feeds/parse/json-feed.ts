import { languageTag } from '../../text/language-tag.ts';
import { oneLine } from '../../text/one-line.ts';
import { cutAtWord, readHtml, standfirstFrom } from '../../text/plain-text.ts';
import { pictureInContent } from '../pictures.ts';
import { absoluteAddress, resolveAddress } from './addresses.ts';
import { readDate } from './dates.ts';
import { itemId } from './item-id.ts';
import type { ParsedFeed, ParsedItem } from './parsed-feed.ts';
import { wordsIn } from './word-count.ts';
import { MAX_ITEMS } from './xml-feed.ts';

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

// Publishers write ids as numbers, too.
const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? oneLine(String(value)) || null : null;

function authorOf(item: Fields): string | null {
  const people = [...listOf(item['authors']), item['author']]
    .map((person) => textOf(fieldsOf(person)['name']) ?? textOf(person))
    .filter((name) => name !== null);
  return people.length > 0 ? [...new Set(people)].slice(0, 10).join(', ') : null;
}

function readItem(value: unknown, base: string | null, feedLanguage: string | null): ParsedItem {
  const item = fieldsOf(value);
  const link =
    resolveAddress(textOf(item['url']) ?? textOf(item['external_url']), base) ??
    absoluteAddress(textOf(item['id']), null);
  const html = typeof item['content_html'] === 'string' ? item['content_html'] : '';
  const content = readHtml(html);
  const image = [item['image'], item['banner_image']]
    .map((address) => absoluteAddress(textOf(address), base))
    .find((address) => address !== null);
  const title = textOf(item['title']);
  const text = textOf(item['summary']) ?? textOf(item['content_text']) ?? content.text;
  const updated = readDate(textOf(item['date_modified']));
  return {
    id: itemId(textOf(item['id']) ?? link ?? title ?? ''),
    title: title ? cutAtWord(title, 1000) : null,
    link,
    original: absoluteAddress(textOf(item['external_url']), base),
    published: readDate(textOf(item['date_published'])) ?? updated,
    updated,
    author: authorOf(item),
    standfirst: standfirstFrom(text),
    image: image
      ? { url: image, alt: null, credit: null }
      : pictureInContent(content.images, link ?? base),
    words: wordsIn(content.text, textOf(item['content_text']) ?? ''),
    categories: listOf(item['tags'])
      .map((tag) => cutAtWord(textOf(tag) ?? '', 100))
      .filter((tag) => tag !== '')
      .slice(0, 30),
    language: languageTag(textOf(item['language'])) ?? feedLanguage,
    translations: [],
  };
}

/** Reads JSON Feed 1.0 and 1.1 (version strings without the address, too); null if it is none. */
export function readJsonFeed(text: string, url: string | null): ParsedFeed | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const feed = fieldsOf(parsed);
  const version = textOf(feed['version']) ?? '';
  if (!Array.isArray(feed['items']) || !(/jsonfeed|^1(\.\d)?$/.test(version) || feed['feed_url']))
    return null;
  const self = absoluteAddress(textOf(feed['feed_url']), url);
  const base = url ?? self ?? absoluteAddress(textOf(feed['home_page_url']), null);
  const language = languageTag(textOf(feed['language']));
  const hub = listOf(feed['hubs'])
    .map(fieldsOf)
    .find((entry) => entry['type'] === 'WebSub');
  return {
    title: textOf(feed['title']),
    language,
    site: absoluteAddress(textOf(feed['home_page_url']), base),
    hub: absoluteAddress(textOf(hub?.['url']), base),
    self,
    items: feed['items'].slice(0, MAX_ITEMS).map((item) => readItem(item, base, language)),
  };
}
