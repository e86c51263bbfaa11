import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openLease } from '../../../src/deliveries/lease.ts';
import { emptyLedger, ledger, recount } from '../../../src/deliveries/ledger.ts';
import { planEdition } from '../../../src/deliveries/plan.ts';
import { takeRange } from '../../../src/deliveries/ranges.ts';
import { openReaper } from '../../../src/deliveries/reaper.ts';
import { issueTickets } from '../../../src/deliveries/tickets.ts';
import { openCutter } from '../../deliveries/fixtures/cut.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { passTime, rowsOf } from '../../deliveries/fixtures/rows.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';

/** Lets the reaper judge what stopped: as if a lease of a killed worker had run out. */
async function killWorkers(db: Parameters<typeof ledger>[0]) {
  await sql`update workers set stopped_at = now() where stopped_at is null`.execute(db);
}

test.each(['resend', 'hold'] as const)(
  'a worker that is judged dead while its messages are under way: %s, then its late answers count',
  async (policy) => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    await using sending = await openSending(
      { react: (step) => (step === 'dot' ? { after: opened } : undefined) },
      { UNCERTAIN: policy },
    );
    const { db, sink } = sending;
    const edition = await freezeEdition(db, await makeReaders(db, 100));
    void sending.send(edition);
    await eventually(() => expect(sink.received).toHaveLength(4));
    await killWorkers(db);
    expect(await openReaper(db, policy, 15_000).reap()).toBe(1);
    const judged = await ledger(db, edition);
    expect(judged.sending).toBe(0);
    const rows = await rowsOf(db, edition);
    const uncertain = rows.filter((row) => row.uncertain);
    expect(uncertain.length).toBeGreaterThanOrEqual(4);
    expect(uncertain.length).toBeLessThanOrEqual(8);
    for (const row of uncertain) expect(row.state).toBe(policy === 'hold' ? 'uncertain' : 'queued');
    expect(await recount(db, edition)).toEqual(judged);
    open();
    // Those on the wire were answered; what had not started is queued as if it had never been claimed.
    await eventually(async () =>
      expect((await ledger(db, edition)).sent).toBeGreaterThanOrEqual(4),
    );
    await eventually(async () => {
      const now = await rowsOf(db, edition);
      for (const row of now) if (row.uncertain) expect(row.state).toBe('sent');
    });
    expect(await recount(db, edition)).toEqual(await ledger(db, edition));
    await eventually(async () => {
      await passTime(db, edition);
      await sending.work(edition);
      expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 100 });
    });
    expect(sink.accepted).toHaveLength(100);
  },
);

test('a row that was claimed since is left alone by the late answer', async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let answers = 0;
  await using sending = await openSending({
    react: (step) =>
      step === 'dot' && ++answers <= 4 ? { after: opened, reply: '550 5.6.0 no' } : undefined,
  });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 4));
  void sending.send(edition);
  await eventually(() => expect(sink.received).toHaveLength(4));
  await killWorkers(db);
  await openReaper(db, 'resend', 15_000).reap();
  const other = await sending.another();
  const [ticket] = await issueTickets(db, { edition });
  await other.handle({ range: ticket?.range ?? '' });
  await other.idle();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 4 });
  open();
  await eventually(() =>
    expect(sink.commands.filter((line) => line === '<message>')).toHaveLength(8),
  );
  await sending.deliverer.stop();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 4 });
});

test('a settle-and-claim whose answer was lost after its commit sends nobody twice and misses nobody', async () => {
  await using sending = await openSending();
  const { db, context, sink } = sending;
  const cutter = await openCutter(context.databaseUrl);
  context.databaseUrl = cutter.url;
  const deliverer = await sending.another();
  const edition = await freezeEdition(db, await makeReaders(db, 1_500));
  const before = await sql<{ workers: string }>`select count(*) as workers from workers`.execute(
    db,
  );
  Object.assign(sending.deliverer, deliverer);
  const sent = sending.send(edition);
  for (let cut = 1; cut <= 5; cut += 1) {
    cutter.cutAfter('settleAndClaim');
    await eventually(() => expect(cutter.cuts).toBe(cut));
  }
  await sent;
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 1_500 });
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), sent: 1_500 });
  expect(sink.accepted).toHaveLength(1_500);
  expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(1_500);
  // Each cut was answered with a new lease, under which the old claim's rows never started.
  const after = await sql<{ workers: string }>`select count(*) as workers from workers`.execute(db);
  expect(Number(after.rows[0]?.workers) - Number(before.rows[0]?.workers)).toBe(5);
  for (const row of await rowsOf(db, edition)) expect(row.uncertain).toBe(false);
  await deliverer.stop();
  await cutter.close();
});

test('two workers share an edition and no reader gets it twice', async () => {
  await using sending = await openSending();
  const { db, sink, deliverer } = sending;
  const other = await sending.another();
  const edition = await freezeEdition(db, await makeReaders(db, 4_000));
  const first = deliverer.handle;
  // Both are handed every ticket: a range has one holder.
  deliverer.handle = async (data) => {
    await Promise.all([first(data), other.handle(data)]);
  };
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 4_000 });
  expect(sink.accepted).toHaveLength(4_000);
  expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(4_000);
});

test('the reaper judges no lease before it has seen the database for one whole lease', async () => {
  await using sending = await openSending();
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 5));
  await sql`insert into workers (host, pid, connections, lease_until) values ('dead', 1, 1, now() - interval '1 hour')`.execute(
    db,
  );
  const reaper = openReaper(db, 'resend', 15_000);
  await reaper.reap();
  const { rows } =
    await sql`select 1 from workers where host = 'dead' and stopped_at is not null`.execute(db);
  expect(rows).toEqual([]);
  expect(edition).not.toBe('');
});

test('a lease that was lost takes no range; the worker goes on under a new one', async () => {
  await using sending = await openSending();
  const { db, context } = sending;
  const lease = await openLease(db, {
    host: 'test',
    pid: 1,
    connections: 1,
    timings: context.timings,
    log: context.log,
  });
  const lost = new Promise<number>((resolve) => lease.onLost(resolve));
  const before = lease.workerId;
  expect(lease.mayStart()).toBe(true);
  await sql`update workers set stopped_at = now() where id = ${before}`.execute(db);
  const edition = await freezeEdition(db, await makeReaders(db, 5));
  await sending.send(edition);
  const { rows } = await sql<{
    id: string;
  }>`update ranges set state = 'planned' returning id`.execute(db);
  await sql`update editions set state = 'sending'`.execute(db);
  expect(await takeRange(db, { range: rows[0]?.id ?? '' }, { worker: before })).toBeUndefined();
  expect(await lost).toBe(before);
  expect(lease.workerId).not.toBe(before);
  expect(lease.mayStart()).toBe(true);
  expect(
    await takeRange(db, { range: rows[0]?.id ?? '' }, { worker: lease.workerId }),
  ).toMatchObject({ edition });
  await lease.close();
  expect(lease.mayStart()).toBe(false);
});

test('a ticket that was lost is issued again, under the same id while it may still wait on the queue', async () => {
  await using sending = await openSending();
  const { db, deliverer } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 5));

  for await (const tickets of planEdition(db, edition, { groups: [] }))
    expect(tickets).toHaveLength(1);
  expect(await issueTickets(db)).toEqual([]);
  await sql`update ranges set ticket_at = now() - interval '16 seconds'`.execute(db);
  const both = (await Promise.all([issueTickets(db), issueTickets(db)])).flat();
  expect(both).toHaveLength(1);
  const [first] = both;
  expect(first).toMatchObject({ edition, issued: 1 });
  expect(await issueTickets(db)).toEqual([]);
  await deliverer.handle({ range: first?.range ?? '' });
  await deliverer.idle();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 5 });
});
