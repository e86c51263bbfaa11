import type { IncomingArticle } from '../articles/incoming.ts';
import { isSameSite } from '../articles/same-site.ts';
import { FeedAddressRefused, FeedError } from './errors.ts';
import { type Access, download } from './http/download.ts';
import { openRobots } from './http/robots.ts';
import { readPage } from './parse/article-page.ts';
import { decodeText } from './parse/charset.ts';

const HEAD_BYTES = 300_000;
const TIMEOUT_MS = 5000;
// No new request after that: the stories are waited for.
const PATIENCE_MS = 15_000;
// Stories asked about at one fetch, and at a time.
const MOST = 20;
const AT_ONCE = 4;

/**
 * Completes stories before they are stored. The page of a fresh one is read once: the address it says it
 * has, its versions in other languages, and its picture where the feed gave none. A picture that is empty
 * or gone is dropped. `changed` are known stories that come with another picture than before; theirs is
 * only looked at. Asks about 20 stories at most, the newest first, four at a time, 5 seconds for each
 * answer, and no page that robots.txt forbids.
 */
export async function completeFromPages(
  { fresh, changed }: { fresh: IncomingArticle[]; changed: IncomingArticle[] },
  access: Access,
): Promise<void> {
  const newest = [...fresh, ...changed].toSorted(
    (a, b) => b.publishedAt.getTime() - a.publishedAt.getTime(),
  );
  const known = new Set(changed);
  const until = performance.now() + PATIENCE_MS;
  const mayRead = openRobots(access);
  const asked = newest.entries();
  const work = async () => {
    for (const [place, story] of asked) {
      if (place >= MOST || performance.now() > until) {
        // What nobody looked at must not take the place of a picture that is known to be there.
        if (known.has(story)) story.image = null;
        continue;
      }
      if (story.image && !(await canBeShown(story.image.url, access))) story.image = null;
      if (!known.has(story) && (await mayRead(story.url))) await askPage(story, access);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Takes over what a story's page says. One that cannot be read says nothing. */
async function askPage(story: IncomingArticle, access: Access): Promise<void> {
  const page = await pageAt(story.url, access);
  if (!page) return;
  if (page.address !== story.canonicalUrl) story.claimedUrl = page.address;
  // A page may speak for its own site. Any other could have itself shown in place of a story of others.
  const own = page.translations.filter(
    (address) => isSameSite(address, story.url) && !isOf(address, story),
  );
  story.translations = [...new Set([...story.translations, ...own])].slice(0, 50);
  if (!story.image && page.picture && (await canBeShown(page.picture.url, access)))
    story.image = page.picture;
}

const isOf = (address: string, story: IncomingArticle) =>
  address === story.canonicalUrl || address === story.claimedUrl;

async function pageAt(address: string, access: Access) {
  try {
    const page = await download(address, {
      headers: { accept: 'text/html, application/xhtml+xml' },
      ...access,
      maxBytes: HEAD_BYTES,
      timeoutMs: TIMEOUT_MS,
      tooLarge: 'cut',
    });
    const type = String(page.headers['content-type'] ?? 'text/html');
    if (page.status !== 200 || !/html/i.test(type)) return null;
    return readPage(decodeText(page.body, type), page.url, page.headers);
  } catch (error) {
    if (error instanceof FeedError) return null;
    throw error;
  }
}

/** Whether something that can be shown is there. A server that does not answer now may later. */
async function canBeShown(url: string, access: Access): Promise<boolean> {
  try {
    const { status, headers, body } = await download(url, {
      headers: { accept: 'image/*' },
      ...access,
      maxBytes: 1,
      timeoutMs: TIMEOUT_MS,
      tooLarge: 'cut',
    });
    if (status !== 200) return status !== 404 && status !== 410;
    const type = String(headers['content-type'] ?? 'image/');
    return body.length > 0 && !/^text\//i.test(type);
  } catch (error) {
    if (error instanceof FeedAddressRefused) return false;
    if (error instanceof FeedError) return true;
    throw error;
  }
}
