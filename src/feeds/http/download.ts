import type { IncomingHttpHeaders } from 'node:http';
import { type Duplex, PassThrough, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import type { Credentials } from '../credentials.ts';
import {
  FeedAddressRefused,
  FeedError,
  FeedRefused,
  FeedTimedOut,
  FeedTooLarge,
  FeedUnreachable,
} from '../errors.ts';
import { type AllowPrivate, feedConnector } from './public-addresses.ts';

const USER_AGENT = 'Gaceta/1 (newsletter; reads feeds)';
const MAX_REDIRECTS = 5;

/** What may be reached, and until when. */
export type Access = {
  allowPrivate: AllowPrivate;
  signal?: AbortSignal | undefined;
};

export type DownloadOptions = Access & {
  headers: Record<string, string>;
  /** Name and password, joined by a colon; they go to the address's own origin alone. */
  credentials?: Credentials;
  /** Of the unpacked body and of what comes over the wire. */
  maxBytes: number;
  /** From the first connect to the last byte, redirects included. */
  timeoutMs: number;
  /** What a body above `maxBytes` does: fail, or be cut there. */
  tooLarge: 'throw' | 'cut';
  /** A body: sent with POST, and only redirects that keep the method (307, 308) are followed. */
  post?: string;
};

export type Download = {
  status: number;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
  /** Where the body came from, after all redirects. */
  url: string;
  /** The address to use from now on, if permanent redirects (301, 308) alone led to it. */
  movedTo: string | null;
};

const hostOf = (url: URL) => url.host || url.href.slice(0, 60);

function webAddress(address: string, base?: URL): URL {
  if (!URL.canParse(address, base?.href))
    throw new FeedAddressRefused('notAnAddress', { address: address.slice(0, 200) });
  const url = new URL(address, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FeedAddressRefused('protocol', { protocol: url.protocol });
  return url;
}

const unpackers: Record<string, () => Duplex> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

async function readBody(
  response: Dispatcher.ResponseData,
  { maxBytes, tooLarge }: DownloadOptions,
  url: URL,
): Promise<Uint8Array> {
  const excess = () =>
    new FeedTooLarge('tooLarge', {
      host: hostOf(url),
      megabytes: Math.round(maxBytes / 1_000_000),
    });
  if (tooLarge === 'throw' && Number(response.headers['content-length']) > maxBytes) throw excess();
  const codings = String(response.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > 2 || codings.some((coding) => !unpackers[coding]))
    throw new FeedRefused(
      'unaskedCoding',
      { host: hostOf(url), coding: codings.join(', ').slice(0, 60) },
      response.statusCode,
    );

  let wire = 0;
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      wire += chunk.length;
      if (wire > maxBytes && tooLarge === 'throw') throw excess();
      yield chunk;
      if (wire > maxBytes) return;
    }
  };
  let stream: AsyncIterable<Buffer> = counted(response.body);
  for (const coding of codings.toReversed()) stream = unpack(stream, coding);

  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) {
      if (tooLarge === 'throw') throw excess();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

function unpack(source: AsyncIterable<Buffer>, coding: string): AsyncIterable<Buffer> {
  const unpacker = unpackers[coding]?.() ?? new PassThrough();
  // An error of the source destroys the unpacker, where the reader meets it; one that stops reading
  // ends the source.
  pipeline(Readable.from(source), unpacker, () => {});
  return unpacker;
}

/** What went wrong below, in words for an operator. */
function explained(error: unknown, url: URL, deadline: AbortSignal, seconds: number): Error {
  if (error instanceof FeedError) return error;
  if (deadline.aborted) return new FeedTimedOut('timedOut', { host: hostOf(url), seconds });
  if (!(error instanceof Error)) return new FeedUnreachable('unreachable', { host: hostOf(url) });
  if (error.name === 'AbortError') return error;
  const inner = error instanceof AggregateError ? error.errors[0] : (error.cause ?? error);
  if (inner instanceof FeedError) return inner;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : error.name;
  const why: Record<string, string> = {
    ENOTFOUND: 'unknownName',
    EAI_AGAIN: 'lookupFailed',
    ECONNREFUSED: 'noConnection',
    UND_ERR_CONNECT_TIMEOUT: 'noAnswer',
    CERT_HAS_EXPIRED: 'certificateExpired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'certificateOfAnother',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'certificateUnknown',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificateUnknown',
    Z_DATA_ERROR: 'brokenPacking',
    Z_BUF_ERROR: 'brokenPacking',
  };
  const values = { host: hostOf(url), code };
  return new FeedUnreachable(why[code] ?? 'brokeOff', values, { cause: error });
}

/**
 * Gets an address over http or https, following up to five redirects, each checked like the first. The
 * answer is bounded in bytes, packed and unpacked, and in time. Throws the errors of feed-errors.ts.
 */
export async function download(address: string, options: DownloadOptions): Promise<Download> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
  const start = webAddress(address);
  const agent = new Agent({ connect: feedConnector(options.allowPrivate), pipelining: 0 });
  let url = start;
  let permanent = true;
  let movedTo: string | null = null;
  try {
    for (let hops = 0; ; hops++) {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: options.post === undefined ? 'GET' : 'POST',
        headers: { ...headersFor(url, start, options.credentials), ...options.headers },
        ...(options.post === undefined ? {} : { body: options.post }),
        signal,
      });
      const { statusCode: status, headers } = response;
      const followed = options.post === undefined ? [301, 302, 303, 307, 308] : [307, 308];
      const location = followed.includes(status) ? headers['location'] : undefined;
      if (location === undefined) {
        const body = await readBody(response, options, url);
        return { status, headers, body, url: url.href, movedTo };
      }
      response.body.on('error', () => {}).destroy();
      if (hops === MAX_REDIRECTS)
        throw new FeedRefused('redirects', { host: hostOf(start), times: MAX_REDIRECTS }, status);
      const next = webAddress(String(location), url);
      permanent &&= status === 301 || status === 308;
      // A move from https to http is followed, but not for good.
      if (permanent && !(url.protocol === 'https:' && next.protocol === 'http:'))
        movedTo = next.href;
      else permanent = false;
      url = next;
    }
  } catch (error) {
    throw explained(error, url, deadline, options.timeoutMs / 1000);
  } finally {
    await agent.destroy();
  }
}

function headersFor(url: URL, start: URL, credentials: Credentials = null): Record<string, string> {
  const own = { 'user-agent': USER_AGENT, 'accept-encoding': 'gzip, br, deflate' };
  if (credentials === null || url.origin !== start.origin) return own;
  return { ...own, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
