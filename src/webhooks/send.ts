import { Webhook as Signer } from 'standardwebhooks';
import { type Sealing, Unsealable } from '../database/sealing.ts';
import { FeedError } from '../feeds/errors.ts';
import { download } from '../feeds/http/download.ts';
import { retryAfter } from '../feeds/http/freshness.ts';
import type { AllowPrivate } from '../feeds/http/public-addresses.ts';
import { sealedFor } from './webhooks.ts';

const TIMEOUT_MS = 15_000;
/** How much of an answer is kept for the log. */
const ANSWER_CHARACTERS = 1_000;

/** A message that is to be told now. */
export interface Due {
  id: string;
  webhookId: string;
  type: string;
  at: Date;
  data: Record<string, unknown>;
  attempts: number;
  url: string;
  /** The webhook's, sealed, newest first. */
  secrets: Buffer[];
}

/** What came of one try. */
export interface Outcome {
  status: number | null;
  answer: string | null;
  error: string | null;
  /** Why there is no answer, for words in the operator's language; null where `error` alone tells it. */
  cause: FeedError['feedCause'] | null;
  milliseconds: number;
  /** How long the receiver asks to be left alone. */
  retryAfterSeconds: number | null;
}

/**
 * Tells it, once: POST with the headers of Standard Webhooks (https://www.standardwebhooks.com), and a body that is the
 * same at every try. At most 15 seconds, redirects (307, 308) included; private networks are refused at connect, at
 * each redirect, unless `allowPrivate`. Throws nothing.
 */
export async function sendMessage(
  { id, webhookId, type, at, data, url, secrets }: Due,
  {
    sealing,
    allowPrivate,
    now,
    timeoutMs = TIMEOUT_MS,
    signal,
  }: {
    sealing: Sealing;
    allowPrivate: AllowPrivate;
    now: Date;
    timeoutMs?: number;
    signal?: AbortSignal;
  },
): Promise<Outcome> {
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const messageId = `msg_${id}`;
  const began = performance.now();
  const milliseconds = () => Math.round(performance.now() - began);
  try {
    const opened = openSecrets(sealing, webhookId, secrets);
    const answer = await download(url, {
      post: body,
      headers: {
        'user-agent': 'Gaceta/1 (newsletter; webhooks)',
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': opened
          .map((secret) => new Signer(secret).sign(messageId, now, body))
          .join(' '),
      },
      allowPrivate,
      maxBytes: 8 * ANSWER_CHARACTERS,
      tooLarge: 'cut',
      timeoutMs,
      signal,
    });
    return {
      status: answer.status,
      answer: kept(Buffer.from(answer.body).toString()),
      error: null,
      cause: null,
      milliseconds: milliseconds(),
      retryAfterSeconds: retryAfter(answer.headers, now),
    };
  } catch (error) {
    // what it says of a feed is true of any address
    const words = error instanceof FeedError || error instanceof Error ? error.message : 'unknown';
    return {
      status: null,
      answer: null,
      error: kept(words),
      cause: error instanceof FeedError ? error.feedCause : null,
      milliseconds: milliseconds(),
      retryAfterSeconds: null,
    };
  }
}

/** Those that open. Throws when none does. */
function openSecrets(sealing: Sealing, webhookId: string, secrets: readonly Buffer[]): string[] {
  const opened = secrets.flatMap((sealed) => {
    try {
      return [sealing.open(sealed, sealedFor(webhookId))];
    } catch (error) {
      if (error instanceof Unsealable) return [];
      throw error;
    }
  });
  if (opened.length === 0)
    throw new Error('The secret cannot be read, because SECRET was replaced: change the secret.');
  return opened;
}

/** Text that the database can hold. */
const kept = (text: string) => text.replaceAll('\0', '').toWellFormed().slice(0, ANSWER_CHARACTERS);
