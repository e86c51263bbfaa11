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
    throw new FeedTooLarge('weighsTooMuch', { megabytes: MAX_FEED_BYTES / 1_000_000 });
  const text = decodeText(bytes, hints.contentType);
  const start = text.trimStart();
  if (start === '') throw new NotAFeed('empty');
  const url = hints.url ?? null;
  const feed = start.startsWith('{') ? readJsonFeed(start, url) : readXmlFeed(start, url);
  if (feed) return { ...feed, items: tellApart(feed.items) };
  if (/<(!doctype\s+html|html|head|body)\b/i.test(start.slice(0, 2000)))
    throw new NotAFeed('webPage');
  throw new NotAFeed('unknownFormat');
}
