import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import nodemailer from 'nodemailer';
import { loadConfig } from '../src/config.ts';
import { openContext } from '../src/context.ts';
import { openLog } from '../src/process/log.ts';
import { bounceReport } from './bounce-report.ts';
import { type RealRun, type RealSettings, runReal } from './deliver-real.ts';
import { freePort } from './free-port.ts';
import { openNewsroom } from './newsroom.ts';
import { ended, startSmtpSink } from './postfix.ts';
import { redisIsThere, startRedis } from './service.ts';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '60000' },
    reports: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
  },
});
const DOMAIN = 'back.example.test';
const perSecond = Number(values.reports) / (Number(values.minutes) * 60);
/** Of ten reports one is hard. */
const HARD_EVERY = 10;

/** Sends with reports coming in at that rate from its first message to its last, or with none. */
async function run(
  settings: RealSettings,
  withReports: boolean,
): Promise<RealRun & { reports: number }> {
  const port = await freePort();
  const environment = { INBOUND_DOMAIN: DOMAIN, INBOUND_SMTP_PORT: String(port) };
  let ending = false;
  let reports = 0;
  const { newsroom } = settings;
  const reporting = withReports ? send() : Promise.resolve();
  const measured = await runReal({ ...settings, environment }).finally(() => {
    ending = true;
  });
  await reporting;
  return { ...measured, reports };

  async function send(): Promise<void> {
    const config = loadConfig({ DATABASE_URL: newsroom.databaseUrl, DATA_DIR: newsroom.folder });
    const context = await openContext(config, newsroom.databaseUrl, openLog('silent', 'bench'));
    const readers = await context.db
      .selectFrom('subscribers')
      .select(['id', 'email'])
      .orderBy(sql`id % 997`)
      .limit(Number(values.reports))
      .execute();
    const door = nodemailer.createTransport({
      host: '127.0.0.1',
      port,
      pool: true,
      ignoreTLS: true,
    });
    const began = performance.now();
    const open = new Set<Promise<unknown>>();
    for (const [n, { id, email }] of readers.entries()) {
      const dueMs = (n / perSecond) * 1_000 - (performance.now() - began);
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      if (ending) break;
      const to = `b+${context.tokens.sign('bounce', { subscriber: id })}@${DOMAIN}`;
      const raw = bounceReport(DOMAIN, email ?? '', n % HARD_EVERY === 0);
      // refused while the worker is still starting
      const sent = door.sendMail({ envelope: { from: '', to }, raw }).then(
        () => {
          reports += 1;
        },
        () => undefined,
      );
      open.add(sent);
      void sent.finally(() => open.delete(sent));
    }
    await Promise.all(open);
    door.close();
    await context.close();
  }
}

const newsroom = await openNewsroom(Number(values.readers));
const redis = redisIsThere() ? await startRedis() : undefined;
const sink = await startSmtpSink([]);
try {
  const settings: RealSettings = {
    newsroom,
    redisUrl: redis?.url,
    sink: { port: sink.port, pid: sink.pid },
    connections: 10,
    workers: 1,
    dkimFile: undefined,
    articles: 60,
  };
  await run(settings, false);
  for (let round = 1; round <= Number(values.rounds); round += 1)
    for (const withReports of [false, true]) {
      const { messagesPerSecond, cpuMsPerMessage, settledP99Ms, sent, reports } = await run(
        settings,
        withReports,
      );
      process.stdout.write(
        `${withReports ? 'with' : 'without'} reports: ${messagesPerSecond.toFixed(0)} messages/s, p99 ${settledP99Ms.toFixed(1)} ms between answers written, ${cpuMsPerMessage.toFixed(3)} ms of processor a message; ${sent} sent, ${reports} reports\n`,
      );
    }
} finally {
  await sink.close();
  if (redis) await ended(redis.child);
  await newsroom.close();
}
