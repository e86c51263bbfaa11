import { gunzipSync } from 'node:zlib';
import type { Credentials } from '../credentials.ts';
import { FeedAway, type FeedError, FeedRefused, FeedTooLarge, FeedUnreachable } from '../errors.ts';
import { MAX_FEED_BYTES } from '../parse/parse-feed.ts';
import { download } from './download.ts';
import { freshSeconds, retryAfter } from './freshness.ts';
import { linkTo } from './links.ts';
import type { AllowPrivate } from './public-addresses.ts';

const TIMEOUT_MS = 20_000;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1';

export type FetchOptions = {
  etag?: string | null;
  lastModified?: string | null;
  credentials?: Credentials;
  /** Whether private networks may be read, too (FEED_ALLOW_PRIVATE). */
  allowPrivate: AllowPrivate;
  signal?: AbortSignal;
  limits?: { bytes?: number; milliseconds?: number };
};

type Common = {
  /** After all redirects: what relative links are relative to. */
  finalUrl: string;
  /** The feed's new address, when permanent redirects (301, 308) alone led there. */
  movedTo: string | null;
  etag: string | null;
  lastModified: string | null;
  cacheSeconds: number | null;
  retryAfterSeconds: number | null;
};

export type Fetched =
  | (Common & {
      status: 'fetched';
      body: Uint8Array;
      contentType: string | undefined;
      hub: string | null;
      self: string | null;
    })
  | (Common & { status: 'unchanged' })
  | (Common & { status: 'gone' });

const single = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value[0] : value) ?? null;

/** Servers pack files that are stored packed, and say nothing of it. */
function unpacked(body: Uint8Array, maxBytes: number): Uint8Array {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError)
      throw new FeedTooLarge('unpacksTooLarge', { megabytes: Math.round(maxBytes / 1_000_000) });
    throw new FeedUnreachable('brokenGzip');
  }
}

function refused(status: number, host: string, retryAfterSeconds: number | null): FeedError {
  const says = (code: string) => new FeedRefused(code, { host, status }, status);
  const waits = (code: string) => new FeedAway(code, { host, status }, { retryAfterSeconds });
  if (status === 401 || status === 403) return says('forbidden');
  if (status === 404) return says('notFound');
  if (status === 429) return waits('tooOften');
  if (status >= 500) return waits('serverFault');
  return says('otherStatus');
}

/**
 * Asks for a feed, conditionally when `etag` or `lastModified` are known. At most 5 MB and 20 seconds,
 * redirects included; gzip, br and deflate are unpacked within the same bound. Private networks are
 * refused at connect, at each redirect, unless `allowPrivate`. Throws the errors of feed-errors.ts.
 */
export async function fetchFeed(url: string, options: FetchOptions): Promise<Fetched> {
  const { etag, lastModified, credentials, allowPrivate, signal, limits } = options;
  const maxBytes = limits?.bytes ?? MAX_FEED_BYTES;
  const answer = await download(url, {
    headers: {
      accept: ACCEPT,
      ...(etag ? { 'if-none-match': etag } : {}),
      ...(lastModified ? { 'if-modified-since': lastModified } : {}),
    },
    ...(credentials ? { credentials } : {}),
    allowPrivate,
    maxBytes,
    timeoutMs: limits?.milliseconds ?? TIMEOUT_MS,
    tooLarge: 'throw',
    signal,
  });
  const { status, headers } = answer;
  const now = new Date();
  const common: Common = {
    finalUrl: answer.url,
    movedTo: answer.movedTo,
    etag: single(headers['etag']),
    lastModified: single(headers['last-modified']),
    cacheSeconds: freshSeconds(headers, now),
    retryAfterSeconds: retryAfter(headers, now),
  };
  if (status === 304 && (etag || lastModified))
    return {
      ...common,
      status: 'unchanged',
      etag: common.etag ?? etag ?? null,
      lastModified: common.lastModified ?? lastModified ?? null,
    };
  if (status === 410) return { ...common, status: 'gone' };
  if (status !== 200) throw refused(status, new URL(answer.url).host, common.retryAfterSeconds);
  return {
    ...common,
    status: 'fetched',
    body: unpacked(answer.body, maxBytes),
    contentType: single(headers['content-type']) ?? undefined,
    hub: linkTo(headers, 'hub'),
    self: linkTo(headers, 'self'),
  };
}
