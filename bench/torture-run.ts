import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from '../src/database/connection.ts';
import { freePort } from './free-port.ts';
import { addArticles, openNewsroom } from './newsroom.ts';
import { listening } from './postfix.ts';
import { launchRedis, openApi, redisIsThere, startRole } from './service.ts';
import { launchSink } from './sink-record.ts';
import { judge, type Verdict } from './torture-judge.ts';
import { keepUp, postgresVictim, type Victim } from './torture-processes.ts';
import { type CameBackVerdict, inboundEnvironment, reporting } from './torture-reports.ts';

export interface Report extends Verdict, CameBackVerdict {
  kills: number;
  readers: number;
  seconds: number;
  backend: 'redis' | 'postgres';
  killed: Record<string, number>;
  /** Two for each connection and each kill that can lose an answer, and the answers the sink lost by itself. */
  mostDoubles: number;
}

const CONNECTIONS = 5;
/** Of a thousand messages. */
const FAULTS = {
  drop: 4,
  '421': 3,
  '450': 4,
  '550': 4,
  '451': 3,
  dropInData: 3,
  slow: 10,
  lostAnswer: 3,
};
const GIVE_UP_MS = 900_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Sends one edition to a sink that fails in every way, while workers, web, Redis, PostgreSQL and the sink are killed
 * at random moments of it and reports of messages that came back come in, and compares the sink's own record with the
 * ledger, and the reports with what is written down of them.
 */
export async function torture(given: {
  kills: number;
  readers: number;
  uncertain: 'resend' | 'hold';
  say: (line: string) => void;
}): Promise<Report> {
  const { kills, readers, uncertain, say } = given;
  const newsroom = await openNewsroom(readers);
  const { db, folder } = newsroom;
  const record = join(folder, 'taken');
  const victims: Victim[] = [];
  let reports: ReturnType<typeof reporting> | undefined;
  try {
    const hasRedis = redisIsThere();
    const [webPort, sinkPort, redisPort] = [await freePort(), await freePort(), await freePort()];
    const inboundPort = await freePort();
    const secret = randomUUID();
    const environment = {
      DATABASE_URL: newsroom.databaseUrl,
      DATA_DIR: folder,
      PORT: String(webPort),
      SMTP_URL: `smtp://127.0.0.1:${sinkPort}?connections=${CONNECTIONS}&name=sink`,
      MAIL_FROM: 'The Daily <daily@example.test>',
      // So slow that the sending lasts as long as the killing.
      SEND_RATE: String(Math.max(5, Math.ceil(readers / (kills * 1.5)))),
      UNCERTAIN: uncertain,
      LOG_LEVEL: 'fatal',
      ...inboundEnvironment(inboundPort, secret),
      ...(hasRedis && { REDIS_URL: `redis://127.0.0.1:${redisPort}` }),
    };
    const sink = await keepUp('sink', () => launchSink(sinkPort, record, FAULTS));
    victims.push(sink);
    if (hasRedis) {
      const startRedis = async () => {
        const child = launchRedis(redisPort);
        await listening(redisPort, child);
        return child;
      };
      victims.push(await keepUp('redis', startRedis));
    }
    const role = (name: 'web' | 'worker') => async () => (await startRole(name, environment)).child;
    victims.push(await keepUp('web', role('web')));
    for (const name of ['worker 1', 'worker 2']) victims.push(await keepUp(name, role('worker')));
    victims.push(postgresVictim(newsroom.server, join(folder, 'data')));

    const api = await openApi(db, webPort);
    const articles = await addArticles(db, 12);
    const { id: edition } = await api.call<{ id: string }>('POST', '/editions', {
      newsletter: 'daily',
      kind: 'special',
      articles,
      send: true,
    });
    const began = performance.now();
    const known = await db.selectFrom('subscribers').select(['id', 'email']).execute();
    const byEmail = new Map(known.map(({ id, email }) => [email ?? '', id]));
    const about = { port: inboundPort, secret, readers: byEmail, edition, record };
    reports = reporting(about);
    const killed: Record<string, number> = {};
    for (let kill = 1; kill <= kills; kill += 1) {
      // Of what is left, so that the last kill falls into the sending too.
      const left = readers - linesOf(record);
      await untilMoreTaken(record, Math.ceil((Math.random() * 2 * left) / (kills - kill + 2)));
      await pause(Math.random() * 200);
      const victim = victims[Math.floor(Math.random() * victims.length)];
      if (!victim) continue;
      await victim.kill();
      const name = victim.name.replace(/ \d$/, '');
      killed[name] = (killed[name] ?? 0) + 1;
      if (kill % 10 === 0) say(`${kill} kills, ${linesOf(record)} of ${readers} taken or refused`);
    }
    await untilEnded(db, edition, say);
    const cameBack = await reports.judge(db);
    const losing = (killed.worker ?? 0) + (killed.sink ?? 0) + (killed.postgres ?? 0);
    const lost = Math.ceil((readers * (FAULTS.lostAnswer + FAULTS.dropInData)) / 1_000) * 3;
    return {
      kills,
      readers,
      ...(await judge(db, edition, record, readers)),
      ...cameBack,
      seconds: Math.round((performance.now() - began) / 1_000),
      backend: hasRedis ? 'redis' : 'postgres',
      killed,
      mostDoubles: 2 * CONNECTIONS * losing + lost,
    };
  } finally {
    reports?.stop();
    for (const victim of victims.reverse()) await victim.stop();
    await newsroom.close();
  }
}

const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;

/** Waits until the sink has taken more, so that kills fall into the sending; not for ever, for all may be down. */
async function untilMoreTaken(file: string, more: number): Promise<void> {
  const wanted = linesOf(file) + more;
  const end = performance.now() + 20_000;
  while (linesOf(file) < wanted && performance.now() < end) await pause(50);
}

async function untilEnded(db: Db, edition: string, say: (line: string) => void): Promise<void> {
  const end = performance.now() + GIVE_UP_MS;
  for (let look = 0; performance.now() < end; look += 1) {
    const { rows } = await sql<{
      state: string;
      reason: string | null;
      queued: string;
      sending: string;
    }>`
      select e.state, e.status_text as reason, (select sum(queued) from ranges where edition_id = e.id) as queued,
        (select sum(sending) from ranges where edition_id = e.id) as sending
      from editions e where e.id = ${edition}`
      .execute(db)
      .catch(() => ({ rows: [] }));
    const [row] = rows;
    if (row?.state === 'sent') return;
    if (row?.state === 'paused') throw new Error(`the edition paused: ${row.reason}`);
    if (look % 20 === 19) say(`${row?.state}: ${row?.queued} queued, ${row?.sending} sending`);
    await pause(500);
  }
  throw new Error('the edition did not end');
}
