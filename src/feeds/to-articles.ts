import { canonicalAddress } from '../articles/canonical-address.ts';
import type { IncomingArticle } from '../articles/incoming.ts';
import { cutAtWord } from '../text/plain-text.ts';
import type { ParsedItem } from './parse/parsed-feed.ts';

/** More new stories than this at once are an archive, not news. */
const MOST = 500;

const MOST_AHEAD_MS = 30 * 86_400_000;

const isWeb = (address: string | null): address is string =>
  address !== null && /^https?:\/\//i.test(address) && URL.canParse(address);

/** When an entry was changed after it was published; what a feed dates before that, or ahead, is none. */
function revisionOf({ updated }: ParsedItem, published: Date, now: Date): Date | null {
  if (updated === null) return null;
  const revised = new Date(updated);
  return revised > published && revised <= now ? revised : null;
}

/**
 * The entries that make an article, oldest first: those with an address and words. Without a title the
 * standfirst heads it; without a date, or with one more than 30 days ahead, which is a mistake, it counts as published now.
 * One with a date to come waits for it. Of more than 500 the newest.
 */
export function toArticles(items: ParsedItem[], now: Date): IncomingArticle[] {
  const stories = items.flatMap((item): IncomingArticle[] => {
    const url = item.original ?? item.link;
    const title = item.title ?? (item.standfirst ? cutAtWord(item.standfirst, 100) : null);
    if (!isWeb(url) || !title) return [];
    const published = item.published ? new Date(item.published) : now;
    return [
      {
        guid: item.id,
        title,
        standfirst: item.title ? (item.standfirst ?? '') : '',
        url,
        canonicalUrl: canonicalAddress(url),
        image: item.image,
        author: item.author || null,
        language: item.language,
        categories: item.categories,
        revisedAt: revisionOf(item, published, now),
        words: item.words,
        publishedAt: published.getTime() - now.getTime() > MOST_AHEAD_MS ? now : published,
        claimedUrl: null,
        translations: item.translations.map((other) => canonicalAddress(other.url)),
      },
    ];
  });
  return stories
    .toSorted((a, b) => b.publishedAt.getTime() - a.publishedAt.getTime())
    .slice(0, MOST)
    .toReversed();
}
