import { Parser } from 'htmlparser2';
import { decodeText } from './charset.ts';
import { download } from './download.ts';
import { absoluteAddress } from './feed-addresses.ts';
import { FeedAddressRefused, FeedError } from './feed-errors.ts';
import type { ParsedItem, Picture } from './parsed-feed.ts';
import { cutAtWord, oneLine } from './plain-text.ts';

const HEAD_BYTES = 300_000;
const TIMEOUT_MS = 5000;
// No new request after that: the stories are waited for.
const PATIENCE_MS = 15_000;
// Stories asked about at one fetch, and at a time.
const MOST = 20;
const AT_ONCE = 4;

type Access = { allowPrivate: boolean; signal?: AbortSignal | undefined };

/** The picture a page gives to those who link to it (Open Graph, else Twitter's), from its source. */
export function pictureOfPage(html: string, base: string): Picture | null {
  const said = new Map<string, string>();
  const parser = new Parser({
    onopentag(name, { property, name: called, content }) {
      const key = (property ?? called)?.toLowerCase();
      if (name === 'meta' && key && content && !said.has(key)) said.set(key, content);
    },
  });
  parser.end(html);
  const first = (...keys: string[]) => keys.map((key) => said.get(key)).find(Boolean);
  const url = absoluteAddress(
    first('og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src'),
    base,
  );
  const alt = first('og:image:alt', 'twitter:image:alt');
  return url ? { url, alt: alt ? cutAtWord(oneLine(alt), 250) : null, credit: null } : null;
}

async function fromPage(link: string, access: Access): Promise<Picture | null> {
  try {
    const page = await download(link, {
      headers: { accept: 'text/html, application/xhtml+xml' },
      ...access,
      maxBytes: HEAD_BYTES,
      timeoutMs: TIMEOUT_MS,
      tooLarge: 'cut',
    });
    if (page.status !== 200) return null;
    const type = String(page.headers['content-type'] ?? '');
    return pictureOfPage(decodeText(page.body, type), page.url);
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

/**
 * Makes sure of pictures before they are stored: one that is empty or gone is dropped, and a fresh story
 * without one gets its page's. `changed` are known stories that come with another picture than before;
 * theirs is only looked at. Asks about 20 stories at most, the newest first, four at a time, 5 seconds
 * for each answer.
 */
export async function completePictures(
  { fresh, changed }: { fresh: ParsedItem[]; changed: ParsedItem[] },
  access: Access,
): Promise<void> {
  const newest = [...fresh, ...changed].toSorted((a, b) =>
    (b.published ?? '').localeCompare(a.published ?? ''),
  );
  const known = new Set(changed);
  const until = performance.now() + PATIENCE_MS;
  const asked = newest.entries();
  const work = async () => {
    for (const [place, item] of asked) {
      if (place >= MOST || performance.now() > until) {
        // What nobody looked at must not take the place of a picture that is known to be there.
        if (known.has(item)) item.image = null;
        continue;
      }
      if (item.image && !(await canBeShown(item.image.url, access))) item.image = null;
      const link = item.original ?? item.link;
      if (item.image || !link || known.has(item)) continue;
      const found = await fromPage(link, access);
      if (found && (await canBeShown(found.url, access))) item.image = found;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
