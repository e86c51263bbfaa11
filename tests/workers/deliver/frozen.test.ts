import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { openContext } from '../../../src/context.ts';
import { openLease } from '../../../src/deliveries/lease.ts';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { planEdition } from '../../../src/deliveries/plan.ts';
import { openLog } from '../../../src/process/log.ts';
import { databaseWithClock } from '../../deliveries/fixtures/database-clock.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf } from '../../deliveries/fixtures/rows.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { freshDatabase } from '../../harness/database.ts';
import { eventually } from '../../harness/eventually.ts';
import { dataFolder, gaceta } from '../../harness/program.ts';
import { startSink } from '../../relays/sink.ts';

/** So that what is sent in a few seconds is sent over many heartbeats. */
const QUICK_BEATS = { beatMs: 200 };

test('a worker that is frozen for twelve seconds goes on when it is let go', async () => {
  let frozenAt = Number.POSITIVE_INFINITY;
  const sink = await startSink({
    react(step) {
      if (step === 'dot' && sink.received.length === 100) {
        worker.child.kill('SIGSTOP');
        frozenAt = performance.now();
      }
      return undefined;
    },
  });
  const folder = dataFolder();
  const databaseUrl = await freshDatabase();
  const variables = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder.path,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=4&name=sink`,
    MAIL_FROM: 'The Test <desk@news.test>',
    SEND_RATE: '100',
    LOG_LEVEL: 'silent',
  };
  const context = await openContext(
    loadConfig(variables),
    databaseUrl,
    openLog('silent', 'frozen'),
  );
  const { db } = context;
  const edition = await freezeEdition(db, await makeReaders(db, 400));
  const worker = gaceta(['worker'], variables);
  onTestFinished(async () => {
    worker.child.kill('SIGCONT');
    worker.child.kill('SIGTERM');
    await worker.ended;
    await context.close();
    await sink.close();
    folder.remove();
  });
  for await (const tickets of planEdition(db, edition, { groups: [] }))
    await context.queues.enqueueRanges(tickets);

  await eventually(() => expect(performance.now() - frozenAt).toBeGreaterThan(12_000));
  expect(sink.accepted.length).toBeLessThan(400);
  worker.child.kill('SIGCONT');
  await eventually(async () =>
    expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 400 }),
  );
  // the last range is closed a moment after its last answer
  await eventually(async () => {
    const { rows } = await sql<{ workers: string }>`
      select count(distinct worker) as workers from workers w join ranges r on r.worker = w.id`.execute(
      db,
    );
    expect(rows).toEqual([{ workers: '0' }]);
  });
  expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(400);
});

test.each([
  ['forward by twelve seconds', 12_000],
  ['forward by an hour', 3_600_000],
  ['back by an hour', -3_600_000],
])('a worker whose clock is put %s goes on', async (_, step) => {
  const now = Date.now.bind(Date);
  let by = 0;
  const stepped = vi.spyOn(Date, 'now').mockImplementation(() => now() + by);
  onTestFinished(() => stepped.mockRestore());
  await using workers = await startWorkers(1, {
    environment: { SEND_RATE: '200' },
    timings: QUICK_BEATS,
    sink: {
      react(at) {
        if (at === 'dot' && sink.received.length === 100) by = step;
        return undefined;
      },
    },
  });
  const { context, sink } = workers;
  const { db } = context;
  const edition = await freezeEdition(db, await makeReaders(db, 600));
  await workers.plan(edition);
  await eventually(async () =>
    expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null }),
  );
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 600 });
  expect(sink.accepted).toHaveLength(600);
});

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])(
  'when the database’s clock is put %s by an hour, what is being sent goes on',
  async (_, step) => {
    const clock = await databaseWithClock();
    const greylisted = new Set<string>();
    await using workers = await startWorkers(1, {
      database: clock.url,
      environment: { SEND_RATE: '300' },
      timings: QUICK_BEATS,
      sink: {
        react(step, line) {
          if (step !== 'rcpt' || greylisted.size >= 5 || greylisted.has(line)) return undefined;
          greylisted.add(line);
          return { reply: '450 4.2.0 greylisted' };
        },
      },
    });
    const { context, sink } = workers;
    const { db } = context;
    const edition = await freezeEdition(db, await makeReaders(db, 1_200));
    await workers.plan(edition);
    await eventually(() => expect(sink.accepted.length).toBeGreaterThan(200));
    await clock.put(step);
    await eventually(() => expect(sink.accepted.length).toBeGreaterThanOrEqual(1_195));
    // Those that were put off are due within three quarters of a minute, not an hour later.
    await clock.put(step + 60_000);
    await eventually(async () =>
      expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 1_200 }),
    );
    expect(greylisted.size).toBe(5);
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(1_200);
  },
);

test('a lease says when it may start again', async () => {
  const databaseUrl = await freshDatabase();
  const context = await openContext(loadConfig({}), databaseUrl, openLog('silent', 'lease'));
  const timings = { leaseMs: 15_000, beatMs: 50 };
  const worker = { host: 'test', pid: 1, connections: 1 };
  const lease = await openLease(context.db, { ...worker, timings, log: context.log });
  let restored = 0;
  lease.onRestored(() => {
    restored += 1;
  });
  const now = Date.now.bind(Date);
  const stepped = vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
  onTestFinished(() => stepped.mockRestore());
  expect(lease.mayStart()).toBe(false);
  await eventually(() => expect(restored).toBe(1));
  expect(lease.mayStart()).toBe(true);
  await lease.close();
  await context.close();
});
