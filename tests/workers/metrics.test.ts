import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { CannotListen } from '../../src/process/cannot-listen.ts';
import { openLog } from '../../src/process/log.ts';
import { startWorker } from '../../workers/main.ts';
import { openWorkerMetrics, serveWorkerMetrics } from '../../workers/metrics.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { serve } from '../feeds/fixtures/hostile-server.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { listenWhileTesting } from '../harness/listen.ts';
import { QUICK_TIMINGS } from '../harness/timings.ts';
import { startSink } from '../relays/sink.ts';

const promtool = (() => {
  try {
    return execFileSync('sh', ['-c', 'command -v promtool'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
})();

test('a worker counts what relays and feeds answer, and shows it to this machine', async () => {
  const sink = await startSink({
    react: (step, line) => {
      if (step !== 'rcpt') return undefined;
      if (line.includes('reader-1.')) return { reply: '550 5.1.1 unknown' };
      return line.includes('reader-2.') ? { reply: '450 4.2.0 later' } : undefined;
    },
  });
  const config = loadConfig({
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?name=sink`,
    MAIL_FROM: 'daily@news.test',
    FEED_ALLOW_PRIVATE: 'true',
  });
  const context = await openContext(
    config,
    await freshDatabase(),
    openLog('silent', 'test'),
    QUICK_TIMINGS,
  );
  const { db } = context;
  const newsletter = await makeReaders(db, 12);
  await using web = await serve((req, res) => {
    res.writeHead(req.url === '/good' ? 200 : 500, { 'Content-Type': 'application/rss+xml' });
    res.end('<rss version="2.0"><channel><title>Port</title></channel></rss>');
  });
  for (const path of ['good', 'bad'])
    await sql`insert into feeds (newsletter_id, url) values (${newsletter}, ${`${web.url}/${path}`})`.execute(
      db,
    );
  await sql`update subscribers set receiver_group = 'google' where email like 'reader-3.%'`.execute(
    db,
  );
  const metrics = openWorkerMetrics();
  const served = await serveWorkerMetrics(metrics, 0);
  await expect(serveWorkerMetrics(metrics, served.port)).rejects.toThrow(CannotListen);
  const worker = await startWorker(context, metrics);
  onTestFinished(async () => {
    await worker.stop();
    served.close();
    await sink.close();
    await context.close();
  });
  const edition = await freezeEdition(db, newsletter);
  await context.queues.enqueuePlan(edition);
  const read = async () => (await fetch(`http://127.0.0.1:${served.port}/metrics`)).text();
  const text = await eventually(async () => {
    const text = await read();
    const of = 'kind="edition",relay="sink"';
    expect(text).toContain(`gaceta_messages_total{${of},group="rest",outcome="sent"} 9`);
    expect(text).toContain(`gaceta_messages_total{${of},group="google",outcome="sent"} 1`);
    expect(text).toContain(`gaceta_messages_total{${of},group="rest",outcome="failed"} 1`);
    expect(text).toContain(`gaceta_messages_total{${of},group="rest",outcome="retried"} 1`);
    expect(text).toMatch(/gaceta_message_last_sent_timestamp_seconds\{relay="sink"\} \d/);
    expect(text).toContain('gaceta_feeds_read_total{result="read"} 1');
    expect(text).toContain('gaceta_feeds_read_total{result="failed"} 1');
    return text;
  });
  expect((await fetch(`http://127.0.0.1:${served.port}/`)).status).toBe(404);
  const base = await listenWhileTesting(createServer(createApp(context)));
  const ofService = await (await fetch(`${base}/metrics`)).text();
  expect(ofService).toMatch(/gaceta_feed_last_read_timestamp_seconds\{newsletter="[^"]+"\} \d/);
  if (promtool !== undefined) {
    expect(lint(text)).toEqual('');
    expect(lint(ofService)).toEqual('');
  }
});

/** What promtool finds wrong with figures. */
function lint(figures: string): string {
  const { stdout, stderr, status } = spawnSync(promtool ?? '', ['check', 'metrics'], {
    input: figures,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

test.skipIf(promtool === undefined)('the sample alert rules are ones that Prometheus takes', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const [, rules = ''] = /```yaml\n(groups:[\s\S]+?)```/.exec(guide) ?? [];
  expect(rules).toContain('gaceta_attention');
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'rules.yml'), rules);
  const { status, stderr } = spawnSync(
    promtool ?? '',
    ['check', 'rules', join(folder, 'rules.yml')],
    {
      encoding: 'utf8',
    },
  );
  expect([status, stderr]).toEqual([0, '']);
});

test.skipIf(promtool === undefined && !process.env.CI)('promtool is there to judge them', () => {
  expect(promtool).toBeDefined();
});
