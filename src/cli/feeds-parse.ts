import { readFile, stat } from 'node:fs/promises';
import { splitCredentials } from '../feeds/credentials.ts';
import { FeedRefused, FeedTooLarge } from '../feeds/errors.ts';
import { fetchFeed } from '../feeds/http/fetch-feed.ts';
import { MAX_FEED_BYTES, readFeed } from '../feeds/parse/parse-feed.ts';
import type { ParsedFeed } from '../feeds/parse/parsed-feed.ts';
import { print, table, WrongUse } from './output.ts';

async function understood(source: string, allowPrivate: boolean): Promise<ParsedFeed> {
  if (/^https?:\/\//i.test(source) && URL.canParse(source)) {
    const { url, credentials } = splitCredentials(source);
    const answer = await fetchFeed(url, { credentials, allowPrivate });
    if (answer.status !== 'fetched') throw new FeedRefused('gone', {}, 410);
    const { body, contentType, finalUrl } = answer;
    return readFeed(body, { contentType, url: finalUrl });
  }
  const file = await stat(source).catch(() => null);
  if (!file?.isFile())
    throw new WrongUse(
      `There is no file ${source}. Give a file or an address that starts with https:// or http://.`,
    );
  if (file.size > MAX_FEED_BYTES)
    throw new FeedTooLarge('weighsTooMuch', { megabytes: MAX_FEED_BYTES / 1_000_000 });
  return readFeed(await readFile(source));
}

/**
 * Prints what is understood of a feed, from a file or an address: `{title, language, items: […]}` with
 * `json`, else a table. Throws WrongUse and the errors of feed-errors.ts.
 */
export async function printFeed(
  source: string,
  options: { json?: boolean | undefined; allowPrivate: boolean },
): Promise<void> {
  const feed = await understood(source, options.allowPrivate);
  const rows = feed.items.map((item) => [
    item.published,
    item.title?.slice(0, 60) ?? null,
    item.author?.slice(0, 25) ?? null,
    item.link,
  ]);
  print(
    options.json,
    feed,
    `${feed.title ?? 'A feed without a title'}: ${feed.items.length} entries\n${table(['published', 'title', 'author', 'link'], rows)}`,
  );
}
