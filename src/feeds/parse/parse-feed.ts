import { FeedTooLarge, NotAFeed } from '../errors.ts';
import { decodeText } from './charset.ts';
import { tellApart } from './item-id.ts';
import { readJsonFeed } from './json-feed.ts';
import type { ParsedFeed } from './parsed-feed.ts';
import { readXmlFeed } from './xml-feed.ts';

/** What a feed may weigh, unpacked. */
export const MAX_FEED_BYTES = 5_000_000;

/**
 * Reads a feed of any dialect (RSS 0.9–2.0, RDF, Atom, JSON Feed) from its bytes, broken ones as far as
 * they can be understood. `hints`: what HTTP said about it; `url` is what relative links are relative to.
 * Throws NotAFeed and FeedTooLarge, with words for an operator.
 */
export function readFeed(
  bytes: Uint8Array,
  hints: { contentType?: string | undefined; url?: string | undefined } = {},
): ParsedFeed {
  if (bytes.length > MAX_FEED_BYTES)
    throw new FeedTooLarge(
      `This feed weighs more than ${MAX_FEED_BYTES / 1_000_000} MB. Ask its publisher for one with fewer or shorter entries.`,
    );
  const text = decodeText(bytes, hints.contentType);
  const start = text.trimStart();
  if (start === '')
    throw new NotAFeed('The file is empty. Check the address, or wait for the site to come back.');
  const url = hints.url ?? null;
  const feed = start.startsWith('{') ? readJsonFeed(start, url) : readXmlFeed(start, url);
  if (feed) return { ...feed, items: tellApart(feed.items) };
  if (/<(!doctype\s+html|html|head|body)\b/i.test(start.slice(0, 2000)))
    throw new NotAFeed(
      'This is a web page, not a feed. Look on it for a link to its RSS or Atom feed (often /feed, /rss or /feed.xml) and add that address.',
    );
  throw new NotAFeed(
    'This is neither RSS, Atom, RDF nor JSON Feed. Check the address: a feed starts with <rss, <feed, <rdf:RDF or {"version".',
  );
}
