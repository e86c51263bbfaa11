import { readFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import { backOffMs } from '../../src/backoff.ts';
import { readEnvelope } from '../../src/bounces/recipients-in-header.ts';
import { findInboundAddress } from '../../src/bounces/reply-address.ts';
import type { Context } from '../../src/context.ts';
import type { ImapMailbox } from '../../src/mail/imap-url.ts';
import { LARGEST } from './server.ts';
import { takeMessage } from './take.ts';
import type { Turns } from './turns.ts';

/** A mailbox that is watched. */
export interface WatchedMailbox {
  close(): Promise<void>;
}

/** Servers end an IDLE after half an hour (RFC 2177), and firewalls sooner. */
const IDLE_MS = 4 * 60_000;
const SILENCE_MS = 60_000;
const MOST_TRIES = 3;

/**
 * Watches a mailbox (IDLE, and a look every `pollMs`) and takes what is in it for addresses of ours, by the path that is
 * behind every door. What was taken is moved to the folder of done messages, which is made where there is none; nothing is
 * deleted, and what is for no address of ours stays where it is. A message is taken once, also where it could not be moved.
 * Connects again, with a back-off. Any number of workers may watch the same mailbox.
 */
export function watchMailbox(
  context: Context,
  mailbox: ImapMailbox,
  turns: Turns,
  { pollMs, againMs }: { pollMs: number; againMs: number } = context.timings.imap,
): WatchedMailbox {
  const { log } = context;
  const stopping = new AbortController();
  let failures = 0;
  /** How often a message could not be taken. */
  const failed = new Map<number, number>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await session();
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        const level = failures === 1 ? 'warn' : 'debug';
        log[level]({ err: error, host: mailbox.host }, 'the inbound mailbox is not to be had');
      }
      const longestMs = Math.max(againMs, 300_000);
      await pause(backOffMs(Math.max(failures, 1), { firstMs: againMs, longestMs }));
    }
  }

  async function session(): Promise<void> {
    await using client = new ImapFlow({
      host: mailbox.host,
      port: mailbox.port,
      secure: mailbox.secure,
      auth: {
        user: mailbox.user,
        ...(mailbox.tokenFile === undefined
          ? { pass: mailbox.password ?? '' }
          : { accessToken: (await readFile(mailbox.tokenFile, 'utf8')).trim() }),
      },
      logger: false,
      maxIdleTime: IDLE_MS,
      autoIdleDelay: 50,
      missingIdleCommand: 'NOOP',
      connectionTimeout: SILENCE_MS,
      greetingTimeout: SILENCE_MS,
      socketTimeout: IDLE_MS + SILENCE_MS,
      maxLiteralSize: 2 * LARGEST,
    });
    // told by what waits for it, too
    let broken: Error | undefined;
    client.on('error', (error: Error) => {
      broken = error;
    });
    const closed = new AbortController();
    client.on('close', () => closed.abort());
    const arrived = new EventTarget();
    client.on('exists', () => arrived.dispatchEvent(new Event('arrived')));
    await client.connect();
    await client.mailboxCreate(mailbox.done);
    await client.mailboxOpen(mailbox.folder);
    if (failures > 0) log.info({ host: mailbox.host }, 'the inbound mailbox is there again');
    failures = 0;
    const left = new Set<number>();
    while (!stopping.signal.aborted && !closed.signal.aborted) {
      const news = somethingNew(arrived, AbortSignal.any([stopping.signal, closed.signal]));
      await takeAll(client, left);
      await news;
    }
    if (!stopping.signal.aborted)
      throw broken ?? new Error('The mail server closed the connection.');
  }

  /** Waits until the server says that a message came, or it is time to look. */
  function somethingNew(arrived: EventTarget, end: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, pollMs);
      function done() {
        clearTimeout(timer);
        arrived.removeEventListener('arrived', done);
        end.removeEventListener('abort', done);
        resolve();
      }
      arrived.addEventListener('arrived', done);
      end.addEventListener('abort', done);
      if (end.aborted) done();
    });
  }

  /** `left`: what this session leaves where it is. */
  async function takeAll(client: ImapFlow, left: Set<number>): Promise<void> {
    const found = await client.search({ all: true }, { uid: true });
    for (const uid of found || []) {
      if (stopping.signal.aborted) return;
      if (left.has(uid)) continue;
      if (await takeOrGiveUp(client, uid))
        await client.messageMove(String(uid), mailbox.done, { uid: true });
      else left.add(uid);
    }
  }

  /** The same, but that one message which cannot be taken does not hold up the others for ever. */
  async function takeOrGiveUp(client: ImapFlow, uid: number): Promise<boolean> {
    try {
      return await takeOne(client, uid);
    } catch (error) {
      const tries = (failed.get(uid) ?? 0) + 1;
      failed.set(uid, tries);
      if (tries < MOST_TRIES) throw error;
      log.error(
        { err: error, uid },
        'a message in the inbound mailbox cannot be taken; it stays there',
      );
      return false;
    }
  }

  /** Whether it is done with; false for what is none of ours. */
  async function takeOne(client: ImapFlow, uid: number): Promise<boolean> {
    const query = { size: true, source: { maxLength: LARGEST } };
    const message = await client.fetchOne(String(uid), query, { uid: true });
    if (!message || !message.source) return false;
    const { recipients, sender } = readEnvelope(message.source);
    const domain = context.config.inboundDomain ?? '';
    const found = await Promise.all(
      recipients.map((one) => findInboundAddress(context.db, one, domain, context.tokens)),
    );
    const addresses = found.filter((one) => one !== undefined);
    if (addresses.length === 0) return false;
    if ((message.size ?? 0) > LARGEST) {
      log.warn(
        { bytes: message.size },
        'a message in the inbound mailbox is too large to be taken',
      );
      return true;
    }
    const incoming = { bytes: message.source, source: 'imap', sender };
    await turns.take(() => takeMessage(context, addresses, incoming));
    return true;
  }

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', done);
        resolve();
      }
      stopping.signal.addEventListener('abort', done);
      if (stopping.signal.aborted) done();
    });

  const running = run();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
