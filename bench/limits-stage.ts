import type { ChildProcess } from 'node:child_process';
import { sql } from 'kysely';
import { freePort } from './free-port.ts';
import { type LimitedSink, type Limits, openLimitedSink } from './limited-sink.ts';
import { addArticles, openNewsroom } from './newsroom.ts';
import { ended, listening } from './postfix.ts';
import { type Api, launchRedis, openApi, type Role, redisIsThere, startRole } from './service.ts';

/** A worker between a newsroom and a sink, for one case. */
export interface Sending {
  sink: LimitedSink;
  worker: Role;
  /** Sends an edition to as many new readers at a domain; answers the newsletter's name, which their addresses hold. */
  send(readers: number, domain?: string): Promise<string>;
  /** When so many of a newsletter's messages were taken, `performance.now()`. Gives up after five minutes. */
  taken(newsletter: string, count: number): Promise<number>;
  stop(): Promise<void>;
}

/** A newsroom with web process and queue, and a worker for each case. */
export interface Stage {
  open(limits: Limits, environment?: Record<string, string>): Promise<Sending>;
  /** Takes Redis away for so long; undefined where there is none. */
  loseRedis: ((ms: number) => Promise<void>) | undefined;
  close(): Promise<void>;
}

const GIVE_UP_MS = 300_000;
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function openStage(): Promise<Stage> {
  const newsroom = await openNewsroom(10);
  const { db, folder } = newsroom;
  const redisPort = await freePort();
  let redis: ChildProcess | undefined;
  const startRedis = async () => {
    redis = launchRedis(redisPort);
    await listening(redisPort, redis);
  };
  if (redisIsThere()) await startRedis();
  const webPort = await freePort();
  const base = {
    DATABASE_URL: newsroom.databaseUrl,
    DATA_DIR: folder,
    PORT: String(webPort),
    MAIL_FROM: 'The Daily <daily@example.test>',
    LOG_LEVEL: 'silent',
    ...(redis && { REDIS_URL: `redis://127.0.0.1:${redisPort}` }),
  };
  const web = await startRole('web', { ...base, SMTP_URL: 'smtp://127.0.0.1:9' });
  const api = await openApi(db, webPort);
  let newsletters = 0;

  async function send(readers: number, domain: string): Promise<string> {
    const slug = `case-${++newsletters}`;
    await sql`
      with newsletter as (
        insert into newsletters (slug, title, language, timezone, kinds)
        values (${slug}, 'The Case', 'en', 'Europe/Madrid', '{special}') returning id
      ), made as (
        insert into subscribers (email, email_key, address_hash, language, receiver_group)
        select a, a, sha256(a::bytea), 'en', ${domain === 'gmail.com' ? 'google' : 'rest'}
        from (select ${slug} || '.' || n || '@' || ${domain} as a from generate_series(1, ${readers}::integer) n) each
        returning id
      )
      insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at)
      select newsletter.id, made.id, 'active', now() - interval '1 day', now() from newsletter, made`.execute(
      db,
    );
    const articles = await addArticles(db, 3);
    await api.call<Awaited<ReturnType<Api['call']>>>('POST', '/editions', {
      newsletter: slug,
      kind: 'special',
      articles,
      send: true,
    });
    return slug;
  }

  return {
    async open(limits, environment = {}) {
      const sink = await openLimitedSink(limits);
      const SMTP_URL = `smtp://127.0.0.1:${sink.port}?connections=10&name=sink`;
      const worker = await startRole('worker', {
        ...base,
        SMTP_URL,
        STOP_GRACE: '30',
        ...environment,
      });
      return {
        sink,
        worker,
        send: (readers, domain = 'example.test') => send(readers, domain),
        taken: (newsletter, count) => taken(sink, newsletter, count),
        async stop() {
          await sql`
            update editions set state = 'cancelled' where state in ('sending', 'paused')`.execute(
            db,
          );
          await worker.stop();
          await sink.close();
        },
      };
    },
    loseRedis:
      redis &&
      (async (ms) => {
        if (redis) await ended(redis);
        await pause(ms);
        await startRedis();
      }),
    async close() {
      await web.stop();
      if (redis) await ended(redis);
      await newsroom.close();
    },
  };
}

async function taken(sink: LimitedSink, newsletter: string, count: number): Promise<number> {
  const end = performance.now() + GIVE_UP_MS;
  let [looked, found] = [0, 0];
  while (performance.now() < end) {
    for (; looked < sink.taken.length; looked += 1) {
      const message = sink.taken[looked];
      if (message?.to.startsWith(`${newsletter}.`) && ++found === count) return message.at;
    }
    await pause(20);
  }
  throw new Error(`${found} of ${count} messages of ${newsletter} were taken after five minutes`);
}
