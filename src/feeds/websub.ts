import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { DbOrTransaction } from '../database/connection.ts';
import { readId } from '../text/id.ts';
import { FeedError } from './errors.ts';
import { download } from './http/download.ts';
import { isPublicAddress } from './http/public-addresses.ts';

const LEASE_SECONDS = 10 * 24 * 3600;
const SHORTEST_LEASE = 3600;
const ASK_AGAIN_MS = 6 * 3_600_000;
const DIGESTS = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

/** Whether a hub on the Internet could reach this service at all. */
export function canBeCalled(publicUrl: string): boolean {
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return isPublicAddress(host);
  return host.includes('.') && !/\.(localhost|local|internal|test|invalid|example)$/.test(host);
}

/**
 * Where the hub of a feed calls: with a part that nobody can guess, so that who knows a feed's id cannot ask
 * us anything in its hub's name (WebSub, 5.1.1, asks for it).
 */
export const callbackPath = (secret: string, feedId: string): string =>
  `/websub/${feedId}/${callbackKey(secret, feedId)}`;

/** Whether a call came to the address that a hub was given, under any of our secrets. */
export function isCallback(secrets: readonly string[], feedId: string, key: string): boolean {
  const given = Buffer.from(key);
  return secrets.some((secret) => {
    const right = Buffer.from(callbackKey(secret, feedId));
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

const callbackKey = (secret: string, feedId: string) =>
  createHmac('sha256', secret).update(`websub callback:${feedId}`).digest('base64url').slice(0, 22);

/** Ids of the feeds that name a hub and have no lease there that holds. */
export async function hubsToAsk(db: DbOrTransaction, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('feeds')
    .select('id')
    .where('state', '=', 'active')
    .where('hubUrl', 'is not', null)
    .where((eb) => eb.or([eb('hubLeaseUntil', 'is', null), eb('hubLeaseUntil', '<', now)]))
    .orderBy('id')
    .limit(100)
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Asks a feed's hub to tell when the feed changes (WebSub, W3C 2018, 5.1). The hub then asks back at
 * `callback`. Feeds are read on time all the same: a hub that refuses or is away is asked again in six
 * hours, and costs nothing else. False if the hub did not accept.
 */
export async function askHub(
  db: DbOrTransaction,
  feedId: string,
  { callback, allowPrivate, now }: { callback: string; allowPrivate: boolean; now: Date },
): Promise<boolean> {
  const secret = randomBytes(32).toString('base64url');
  const feed = await db
    .updateTable('feeds')
    .set({ hubLeaseUntil: new Date(now.getTime() + ASK_AGAIN_MS), hubSecret: secret })
    .where('id', '=', feedId)
    .where('hubUrl', 'is not', null)
    .where((eb) => eb.or([eb('hubLeaseUntil', 'is', null), eb('hubLeaseUntil', '<', now)]))
    .returning(['url', 'hubUrl', 'hubTopic'])
    .executeTakeFirst();
  if (!feed?.hubUrl) return false;
  try {
    const { status } = await download(feed.hubUrl, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      post: new URLSearchParams({
        'hub.mode': 'subscribe',
        'hub.topic': feed.hubTopic ?? feed.url,
        'hub.callback': callback,
        'hub.secret': secret,
        'hub.lease_seconds': String(LEASE_SECONDS),
      }).toString(),
      allowPrivate,
      maxBytes: 100_000,
      timeoutMs: 10_000,
      tooLarge: 'cut',
    });
    return status >= 200 && status < 300;
  } catch (error) {
    if (error instanceof FeedError) return false;
    throw error;
  }
}

/**
 * Answers a hub that asks whether we want what it was asked for (5.3): true if it is what we asked, and
 * then its lease is noted, to be renewed when nine tenths of it are over.
 */
export async function confirmHub(
  db: DbOrTransaction,
  feedId: string,
  asked: { mode: string; topic: string; leaseSeconds: number },
  now: Date,
): Promise<boolean> {
  if (!readId(feedId) || asked.mode !== 'subscribe') return false;
  const seconds = Math.min(Math.max(asked.leaseSeconds || LEASE_SECONDS, SHORTEST_LEASE), 3e6);
  const confirmed = await db
    .updateTable('feeds')
    .set({ hubLeaseUntil: new Date(now.getTime() + seconds * 900) })
    .where('id', '=', feedId)
    .where('hubSecret', 'is not', null)
    .where((eb) => eb.or([eb('hubTopic', '=', asked.topic), eb('url', '=', asked.topic)]))
    .returning('id')
    .executeTakeFirst();
  return confirmed !== undefined;
}

/**
 * Takes a hub's word that a feed has changed, if it is signed with the secret we gave (7.1): the feed is
 * due then, and is read from its own address; what the hub sent is not. False if it is not signed so.
 */
export async function takeHubsWord(
  db: DbOrTransaction,
  feedId: string,
  { signature, body }: { signature: string; body: Uint8Array },
  now: Date,
): Promise<boolean> {
  const [, method = '', digest = ''] = /^(\w+)=([0-9a-f]+)$/i.exec(signature.trim()) ?? [];
  if (!readId(feedId) || !DIGESTS.has(method.toLowerCase())) return false;
  const feed = await db
    .selectFrom('feeds')
    .select('hubSecret')
    .where('id', '=', feedId)
    .executeTakeFirst();
  if (!feed?.hubSecret) return false;
  const expected = createHmac(method.toLowerCase(), feed.hubSecret).update(body).digest();
  const given = Buffer.from(digest, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  await db
    .updateTable('feeds')
    .set({ nextFetchAt: now })
    .where('id', '=', feedId)
    .where('state', '=', 'active')
    .where('nextFetchAt', '>', now)
    .execute();
  return true;
}
