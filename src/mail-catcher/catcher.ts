import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { type Message, openLetterbox, type Summary } from './letterbox.ts';
import { createPage } from './page.ts';
import { startRelay } from './relay.ts';
import { openStore } from './store.ts';

/** The embedded relay: it takes every message, shows it, and passes nothing on. */
export interface MailboxServer {
  smtpUrl: string;
  pageUrl: string;
  /** Messages received since its folder was made. */
  count(): number;
  /** The newest messages, newest first; `to` is part of a recipient's address. */
  messages(filter?: { to?: string; limit?: number }): Promise<Summary[]>;
  /** One message, opened; undefined when it has made room for newer ones. */
  message(id: string): Promise<Message | undefined>;
  /** Its bytes as they came over SMTP. */
  raw(id: string): Promise<Buffer | undefined>;
  /** Ends both doors; the messages stay in the folder. May be called twice. */
  close(): Promise<void>;
}

/** The page's port is taken, or is not ours to open. */
export class MailboxPortUnusable extends Error {
  constructor(port: number, why: string) {
    super(
      `The mailbox cannot listen on 127.0.0.1:${port} (${why}): set MAILBOX_PORT to a free port.`,
    );
    this.name = 'MailboxPortUnusable';
  }
}

/**
 * Starts the mailbox on loopback: SMTP without login or TLS on `smtpPort` (0: any free one), its
 * page on `httpPort`. Keeps the newest `keep` messages as files in `dir`.
 * @throws MailboxPortUnusable
 */
export async function startMailbox({
  smtpPort = 0,
  httpPort,
  dir,
  keep = 1000,
  log,
}: {
  smtpPort?: number;
  httpPort: number;
  dir: string;
  keep?: number;
  log: Logger;
}): Promise<MailboxServer> {
  const store = await openStore(dir, keep);
  const letterbox = openLetterbox(store, keep);
  const page = await openPage(createPage(letterbox).listen(httpPort, '127.0.0.1'), httpPort).catch(
    async (error: unknown) => {
      await store.close();
      throw error;
    },
  );
  const relay = await startRelay(smtpPort, store, (error) => {
    log.error({ err: error }, 'the mailbox could not take a message');
  });
  let closing: Promise<void> | undefined;
  return {
    smtpUrl: `smtp://127.0.0.1:${relay.port}`,
    pageUrl: `http://localhost:${page.port}`,
    count: letterbox.count,
    messages: ({ to = '', limit = keep } = {}) =>
      letterbox.summarize(letterbox.list({ to }).slice(0, limit)),
    message: letterbox.message,
    raw: letterbox.raw,
    close() {
      closing ??= (async () => {
        await relay.close();
        await page.close();
        await store.close();
      })();
      return closing;
    },
  };
}

async function openPage(server: Server, port: number) {
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new MailboxPortUnusable(port, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    port: address.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
