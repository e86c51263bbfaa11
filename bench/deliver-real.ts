import { sql } from 'kysely';
import type { Db } from '../src/database/connection.ts';
import { freePort } from './free-port.ts';
import { addArticles, type Newsroom, postmasterOf } from './newsroom.ts';
import { familyCpuMs, usageOf } from './process-usage.ts';
import { type Api, openApi, type Role, startRole } from './service.ts';

/** One sending of the whole real path. */
export interface RealRun {
  messagesPerSecond: number;
  cpuMsPerMessage: number;
  /** What the relay took of the processors: the same work for each sender, so it measures how fast they are just now. */
  sinkCpuMsPerMessage: number;
  databaseCpuMsPerMessage: number;
  peakRssMb: number;
  planMs: number;
  firstMessageMs: number;
  /** Of the times between two writings of answers to the ledger. */
  settledP99Ms: number;
  sent: number;
}

/** What the processes are given. */
export interface RealSettings {
  newsroom: Newsroom;
  redisUrl: string | undefined;
  sink: { port: number; pid: number };
  connections: number;
  workers: number;
  dkimFile: string | undefined;
  /** How many articles an edition has. */
  articles: number;
  /** More variables. */
  environment?: Record<string, string>;
}

/** Starts web and workers, triggers an edition through the API and waits until it is sent. */
export async function runReal(settings: RealSettings, newsletter = 'daily'): Promise<RealRun> {
  const { newsroom, sink } = settings;
  return withService(settings, async (api, workers) => {
    const articles = await addArticles(newsroom.db, settings.articles);
    const postmaster = postmasterOf(newsroom);
    const before = {
      workers: workers.map(({ pid }) => usageOf(pid).cpuMs),
      sink: usageOf(sink.pid).cpuMs,
      database: familyCpuMs(postmaster),
    };
    const triggeredAt = Date.now();
    const { id } = await api.call<{ id: string }>('POST', '/editions', {
      newsletter,
      kind: 'special',
      articles,
      send: true,
    });
    await untilSent(newsroom.db, id);
    const used = workers.map(({ pid }) => usageOf(pid));
    const sinkMs = usageOf(sink.pid).cpuMs - before.sink;
    const databaseMs = familyCpuMs(postmaster) - before.database;
    const times = await timesOf(newsroom.db, id);
    const cpuMs = used.reduce(
      (sum, { cpuMs: now }, at) => sum + now - (before.workers[at] ?? 0),
      0,
    );
    return {
      messagesPerSecond: (times.sent * 1_000) / (times.lastAt - triggeredAt),
      cpuMsPerMessage: cpuMs / times.sent,
      sinkCpuMsPerMessage: sinkMs / times.sent,
      databaseCpuMsPerMessage: databaseMs / times.sent,
      peakRssMb: Math.max(...used.map(({ peakRssMb }) => peakRssMb)),
      planMs: times.planMs,
      firstMessageMs: times.firstAt - triggeredAt,
      settledP99Ms: times.settledP99Ms,
      sent: times.sent,
    };
  });
}

/**
 * How many articles make a message of so many kilobytes, and that message. With the workers up, though they have
 * nothing to do: the very first start takes 20 MB more, for code that later ones find compiled in Node's cache.
 */
export function articlesFor(
  settings: RealSettings,
  kilobytes: number,
): Promise<{ articles: number; message: string }> {
  return withService(settings, async (api) => {
    const wanted = kilobytes * 1_024;
    let count = 20;
    for (let round = 1; ; round += 1) {
      const articles = await addArticles(settings.newsroom.db, count);
      const draft = { newsletter: 'daily', kind: 'special', articles };
      const { id } = await api.call<{ id: string }>('POST', '/editions', draft);
      const message = await api.call<string>('GET', `/editions/${id}/preview?format=eml`);
      const near = Math.abs(message.length - wanted) < wanted * 0.02;
      if (near || round === 4) return { articles: count, message };
      count = Math.max(1, Math.min(200, Math.round((count * wanted) / message.length)));
    }
  });
}

async function withService<T>(
  { newsroom, redisUrl, sink, connections, workers, dkimFile, environment: more }: RealSettings,
  work: (api: Api, workers: Role[]) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const environment = {
    DATABASE_URL: newsroom.databaseUrl,
    DATA_DIR: newsroom.folder,
    PORT: String(port),
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=${connections}&name=sink`,
    MAIL_FROM: 'The Daily <daily@example.test>',
    ...(redisUrl && { REDIS_URL: redisUrl }),
    ...(dkimFile && { DKIM: `bench:example.test:${dkimFile}` }),
    ...more,
  };
  const roles: Role[] = [];
  try {
    const web = await startRole('web', environment);
    roles.push(web);
    for (let started = 0; started < workers; started += 1)
      roles.push(await startRole('worker', environment));
    const api = await openApi(newsroom.db, port);
    return await work(api, roles.slice(1));
  } finally {
    await Promise.all(roles.map((role) => role.stop()));
  }
}

/** The first line of PostgreSQL's own file. */

async function untilSent(db: Db, edition: string): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ state: string; reason: string | null }>`
      select state, status_text as reason from editions where id = ${edition}`.execute(db);
    if (rows[0]?.state === 'sent') return;
    if (rows[0]?.state !== 'sending')
      throw new Error(`the edition is ${rows[0]?.state}: ${rows[0]?.reason}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function timesOf(db: Db, edition: string) {
  const { rows: gaps } = await sql<{ p99: number }>`
    select percentile_cont(0.99) within group (order by gap)::float8 as p99 from (
      select extract(epoch from at - lag(at) over (order by at)) * 1000 as gap
      from (select distinct sent_at as at from deliveries where edition_id = ${edition} and sent_at is not null) each) g`.execute(
    db,
  );
  const { rows } = await sql<{ sent: string; firstAt: Date; lastAt: Date; planMs: number }>`
    select count(*) filter (where d.state = 'sent') as sent, min(d.sent_at) as first_at, max(d.sent_at) as last_at,
      extract(epoch from (select planned_at - started_at from editions where id = ${edition}))::float8 * 1000 as plan_ms
    from deliveries d where d.edition_id = ${edition}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('no ledger');
  return {
    sent: Number(row.sent),
    firstAt: row.firstAt.getTime(),
    lastAt: row.lastAt.getTime(),
    planMs: Math.round(row.planMs),
    settledP99Ms: gaps[0]?.p99 ?? 0,
  };
}
