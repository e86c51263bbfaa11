import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { z } from 'zod';
import { type Cropper, openCropper } from '../emails/render/cropper.ts';
import { openRenderer, type Renderer } from '../emails/render/renderer.ts';
import type { Config } from './config.ts';
import { type Db, openDatabase } from './database/connection.ts';
import { getOrMakeSetting, getSetting } from './database/settings.ts';
import { domainOf, type Origin } from './mail/message-id.ts';
import type { Logger } from './process/log.ts';
import { hostOf, watchOutage } from './process/outage.ts';
import { watchRedis } from './queue/engines.ts';
import { openQueues, type Queues } from './queue/queues.ts';
import { parseRelayUrls, type RelaySettings } from './relays/settings.ts';
import { workApart } from './subscribers/import/apart.ts';
import { type ImportQueue, openImportQueue } from './subscribers/import/queue.ts';
import { openTokens, type Tokens } from './subscribers/tokens.ts';
import { TIMINGS, type Timings } from './timings.ts';

/** What every part of the program is handed. Opened by the entry points and the test harness alone. */
export interface Context {
  config: Config;
  log: Logger;
  db: Db;
  pool: pg.Pool;
  databaseUrl: string;
  /** Only where REDIS_URL is set; a command fails after 5 s when it is away. */
  redis: Redis | undefined;
  queues: Queues;
  tokens: Tokens;
  /** Newest first: what signs what is no reader's token, such as a session's cookie. */
  secrets: readonly string[];
  /** HMAC of an address' compared form, under the key that is never rotated. */
  hashAddress(emailKey: string): Buffer;
  renderer: Renderer;
  cropper: Cropper;
  /** The imports of readers that go on in this process. */
  imports: ImportQueue;
  /** What makes this installation's Message-IDs its own. */
  origin: Origin;
  /** Where messages are handed to; the embedded mailbox when SMTP_URL is unset, nobody when that does not run. */
  relays: RelaySettings[];
  /** The embedded mailbox that takes all mail; undefined when relays of the newsroom's own do. */
  mailbox: Mailbox | undefined;
  timings: Timings;
  now(): Date;
  close(): Promise<void>;
}

const mailboxSchema = z.object({ smtpUrl: z.string(), pageUrl: z.string() });
/** Addresses of the running embedded mailbox, written by the process that runs it. */
export type Mailbox = z.infer<typeof mailboxSchema>;
export const MAILBOX_SETTING = 'mailbox';

/** Opens everything on a migrated database. `close()` undoes it, in the opposite order. */
export async function openContext(
  config: Config,
  databaseUrl: string,
  log: Logger,
  timings: Timings = TIMINGS,
): Promise<Context> {
  const { db, pool, close } = openDatabase(databaseUrl, {
    watch: watchOutage(log, `PostgreSQL at ${hostOf(databaseUrl)}`),
  });
  try {
    const secrets =
      config.secrets ??
      (await getOrMakeSetting(db, 'secrets', z.array(z.string()).min(1), () => [
        randomBytes(32).toString('base64url'),
      ]));
    const suppressionKey = createSecretKey(
      await getOrMakeSetting(db, 'suppressionKey', z.string(), () =>
        randomBytes(32).toString('base64url'),
      ),
      'base64url',
    );
    const installation = await getOrMakeSetting(db, 'installation', z.string(), () =>
      randomBytes(5).toString('hex'),
    );
    const mailbox = config.relays
      ? undefined
      : await getSetting(db, MAILBOX_SETTING, mailboxSchema);
    const redis = config.redisUrl
      ? new Redis(config.redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 5000 })
      : undefined;
    if (redis && config.redisUrl) watchRedis(redis, config.redisUrl, log);
    const queues = openQueues(config, databaseUrl, log);
    const renderer = openRenderer({
      idleMs: 30_000,
      templates: join(config.dataDir, 'templates'),
      log: (line) => log.debug(line),
    });
    const cropper = openCropper({ log: (line) => log.debug(line) });
    const hashAddress = (emailKey: string) =>
      createHmac('sha256', suppressionKey).update(emailKey).digest();
    const now = () => new Date();
    const importFolder = join(config.dataDir, 'imports');
    const imports = openImportQueue({
      db,
      databaseUrl,
      folder: importFolder,
      hashAddress,
      now,
      report: (err, id) => log.error({ err, import: id }, 'an import failed'),
      apart: (id, signal) => {
        const addressKey = suppressionKey.export();
        return workApart({ id, databaseUrl, folder: importFolder, addressKey }, signal);
      },
    });
    let closing: Promise<void> | undefined;
    return {
      config,
      log,
      db,
      pool,
      databaseUrl,
      redis,
      queues,
      tokens: openTokens(secrets),
      secrets,
      hashAddress,
      renderer,
      cropper,
      imports,
      origin: { installation, domain: domainOf(config.mailFrom) },
      relays:
        config.relays ?? (mailbox ? parseRelayUrls(mailbox.smtpUrl, config.smtpConnections) : []),
      mailbox,
      timings,
      now,
      close() {
        closing ??= (async () => {
          await imports.stop();
          await queues.close();
          await renderer.close();
          await cropper.close();
          redis?.disconnect();
          await close();
        })();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
