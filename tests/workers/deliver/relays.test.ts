import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { openPace } from '../../../src/relays/pace/pace.ts';
import { startDeliverer } from '../../../workers/deliver/deliver.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf, passTime, rowsOf } from '../../deliveries/fixtures/rows.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';
import { startSink } from '../../relays/sink.ts';

test('two relays share by weight, and one that is down leaves all to the other', async () => {
  const second = await startSink();
  await using sending = await openSending({}, {}, (port) => ({
    SMTP_URL: `smtp://127.0.0.1:${port}?connections=4&name=big&weight=3,smtp://127.0.0.1:${second.port}?connections=4&name=small&weight=1`,
  }));
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 1_000);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 1_000 });
  expect(sink.accepted.length + second.accepted.length).toBe(1_000);
  expect(sink.accepted.length).toBeGreaterThan(650);
  expect(sink.accepted.length).toBeLessThan(850);
  const { rows } = await sql<{ relay: string; rows: string }>`
    select relay, count(*) as rows from deliveries where edition_id = ${edition} group by relay order by relay`.execute(
    db,
  );
  expect(rows).toEqual([
    { relay: 'big', rows: String(sink.accepted.length) },
    { relay: 'small', rows: String(second.accepted.length) },
  ]);
  await second.close();
  sink.accepted.length = 0;
  const next = await freezeEdition(db, newsletter);
  await sending.send(next);
  await eventually(async () => {
    await passTime(db, next);
    await sending.work(next);
    expect(await ledger(db, next)).toEqual({ ...emptyLedger(), sent: 1_000 });
  });
  expect(sink.accepted).toHaveLength(1_000);
  for (const row of await rowsOf(db, next)) expect(row.attempts).toBe(1);
});

test('a relay that refuses the sender leaves all to the other, and nothing pauses', async () => {
  const second = await startSink();
  await using sending = await openSending(
    { react: (step) => (step === 'mail' ? { reply: '550 5.7.1 not you' } : undefined) },
    {},
    (port) => ({
      SMTP_URL: `smtp://127.0.0.1:${port}?connections=2&name=one,smtp://127.0.0.1:${second.port}?connections=2&name=two`,
    }),
  );
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 200));
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 200 });
  expect(second.accepted).toHaveLength(200);
  expect((await editionOf(db, edition)).state).toBe('sent');
  await second.close();
});

test('a relay that cannot be reached keeps the edition waiting; all is sent when it is back', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const { port } = sink;
  await sink.close();
  const edition = await freezeEdition(db, await makeReaders(db, 100));
  const sent = sending.send(edition);
  await eventually(async () => {
    const { rows } = await sql`select 1 from delivery_events where phase = 'connect'`.execute(db);
    expect(rows.length).toBeGreaterThan(0);
  });
  expect((await editionOf(db, edition)).state).toBe('sending');
  const again = await startSink({}, port);
  await sent;
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 100 });
  for (const row of await rowsOf(db, edition)) expect(row.attempts).toBe(1);
  expect(again.accepted).toHaveLength(100);
  await again.close();
});

test('SEND_RATE holds across two workers', async () => {
  await using sending = await openSending();
  const { db, context, signing, sink } = sending;
  const pace = openPace({ store: { pool: context.pool }, limits: { global: 100 } });
  const workers = [
    await startDeliverer(context, pace, signing),
    await startDeliverer(context, pace, signing),
  ];
  const edition = await freezeEdition(db, await makeReaders(db, 2_400));
  let turn = 0;
  sending.deliverer.handle = (data) => {
    turn += 1;
    return workers[turn % 2]?.handle(data) ?? Promise.resolve();
  };
  const first = sink.accepted.length;
  const beganAt = performance.now();
  void sending.send(edition);
  await eventually(() => expect(sink.accepted.length - first).toBeGreaterThan(300));
  const rate = (sink.accepted.length - first) / ((performance.now() - beganAt) / 1_000);
  expect(rate).toBeLessThan(110);
  await Promise.all(workers.map((worker) => worker.stop()));
  await pace.close();
  const counts = await ledger(db, edition);
  expect(counts).toEqual({
    ...emptyLedger(),
    sent: sink.accepted.length,
    queued: 2_400 - sink.accepted.length,
  });
});

test('a relay that is warmed up gets its ceiling of the day and not one more', async () => {
  const today = new Date().toISOString().slice(0, 10);
  await using sending = await openSending({}, {}, (port) => ({
    SMTP_URL: `smtp://127.0.0.1:${port}?connections=2&name=new&warmup=${today}:40:2`,
  }));
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 100));
  void sending.send(edition);
  await eventually(async () => expect((await ledger(db, edition)).sent).toBe(40));
  // The ledger is asked again, twice, and nothing is left of the day.
  const asked = new Set<string>();
  await eventually(async () => {
    const { rows } = await sql<{ expire: string }>`
      select expire from rate_limits where key like 'warm-up:%' and points = 0`.execute(db);
    for (const { expire } of rows) asked.add(expire);
    expect(asked.size).toBeGreaterThan(1);
  });
  expect(sink.accepted).toHaveLength(40);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 40, queued: 60 });
});

test('a receiver group that says later is slowed, and the others are not', async () => {
  await using sending = await openSending({
    react: (step, line) =>
      step === 'rcpt' && line.includes('reader-1') ? { reply: '450 4.7.0 too fast' } : undefined,
  });
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 99);
  await sql`update subscribers set receiver_group = 'google' where email like 'reader-1%'`.execute(
    db,
  );
  const edition = await freezeEdition(db, newsletter);
  void sending.send(edition, ['google']);
  await eventually(async () => expect((await ledger(db, edition)).sent).toBe(88));
  expect(sink.accepted).toHaveLength(88);
  // One claim found out; the rest of the group was left alone.
  const { rows } = await sql<{
    tried: string;
  }>`select count(*) as tried from delivery_events`.execute(db);
  expect(Number(rows[0]?.tried)).toBeLessThanOrEqual(11);
  const tried = (await rowsOf(db, edition)).filter(
    (row) => row.attempts > 0 && row.state === 'queued',
  );
  for (const row of tried) expect(row.waits).toBe(true);
});
