import { FeedAway, FeedError } from '../feeds/errors.ts';
import { type Access, download } from '../feeds/http/download.ts';

const MOST_BYTES = 20_000_000;
const TIMEOUT_MS = 10_000;

/** There is no picture, or none that may be fetched; `temporary`: there may be one later. */
export class PictureUnavailable extends Error {
  override name = 'PictureUnavailable';
  readonly temporary: boolean;
  constructor(reason: string, { temporary, ...more }: { temporary: boolean } & ErrorOptions) {
    super(reason, more);
    this.temporary = temporary;
  }
}

/**
 * The bytes at a picture's address: at most 20 MB in ten seconds, redirects included, from public addresses alone
 * unless `allowPrivate`. Throws PictureUnavailable, its message a code.
 */
export async function fetchPicture(
  url: string,
  { timeoutMs = TIMEOUT_MS, ...access }: Access & { timeoutMs?: number },
): Promise<Uint8Array> {
  try {
    const { status, body } = await download(url, {
      headers: { accept: 'image/jpeg, image/png, image/webp, image/avif, image/gif;q=0.9' },
      ...access,
      maxBytes: MOST_BYTES,
      timeoutMs,
      tooLarge: 'throw',
    });
    if (status === 200) return body;
    const temporary = status >= 500 || status === 429 || status === 408;
    throw new PictureUnavailable(`status ${status}`, { temporary });
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    const temporary = error instanceof FeedAway;
    throw new PictureUnavailable(error.feedCause.code, { temporary, cause: error });
  }
}
