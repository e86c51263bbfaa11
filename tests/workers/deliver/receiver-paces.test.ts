import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { putReceiverPace } from '../../../src/deliveries/receiver-pace.ts';
import { putPlan } from '../../../src/deliveries/relay-plans.ts';
import { receiverGroups } from '../../../src/mail/receiver-groups.ts';
import { openPace } from '../../../src/relays/pace/pace.ts';
import { ReceiverPaces } from '../../../workers/deliver/receiver-paces.ts';
import { receiverPaceTask } from '../../../workers/receiver-pace.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';

test('a group that refuses through one relay is slowed there alone', () => {
  let now = 0;
  const paces = new ReceiverPaces(['one', 'two'], () => now);
  paces.refused('one', 'google', now);
  now = 10;
  expect(paces.allowance('one', 'google')).toMatchObject({ count: 0 });
  expect(paces.allowance('two', 'google').count).toBe(Number.POSITIVE_INFINITY);
  expect(paces.allowance('one', 'yahoo').count).toBe(Number.POSITIVE_INFINITY);
  expect(paces.closedFor(1)).toEqual([]);
  expect(paces.limits()).toEqual([{ group: 'google', perSecond: 1, waitMs: 0 }]);
  paces.refused('two', 'google', now);
  expect(paces.closedFor(1)).toEqual(['google']);
  expect(paces.limits()).toMatchObject([{ group: 'google', perSecond: 2 }]);
});

test('no more are under way than an operator set, over all relays or one of them', () => {
  const paces = new ReceiverPaces(['one', 'two']);
  paces.bound([
    { relay: '', group: 'google', connections: 5 },
    { relay: 'one', group: 'google', connections: 2 },
  ]);
  expect(paces.allowance('one', 'google').count).toBe(2);
  paces.used('one', 'google', 2);
  expect(paces.allowance('one', 'google')).toMatchObject({ count: 0, waitMs: 100 });
  expect(paces.allowance('two', 'google').count).toBe(3);
  paces.used('two', 'google', 3);
  expect(paces.allowance('two', 'google').count).toBe(0);
  paces.ended('one', 'google');
  expect([paces.allowance('one', 'google').count, paces.allowance('two', 'google').count]).toEqual([
    1, 1,
  ]);
  paces.bound([]);
  expect(paces.allowance('one', 'google').count).toBe(Number.POSITIVE_INFINITY);
});

test('what is set for a group holds in a worker that runs, and is sent all the same', async () => {
  const open: number[] = [];
  let under = 0;
  await using sending = await openSending({
    react: (step) => {
      if (step === 'mail') open.push(++under);
      if (step === 'dot') under -= 1;
      return undefined;
    },
  });
  const { context, db, sink, deliverer } = sending;
  await putReceiverPace(db, { relay: '', receiverGroup: 'google', perSecond: 200, connections: 1 });
  const pace = openPace({ store: { pool: context.pool }, limits: {} });
  await receiverPaceTask(context, pace, deliverer).run();
  const readers = await makeReaders(db, 40);
  await sql`update subscribers set receiver_group = 'google'`.execute(db);
  await sending.send(await freezeEdition(db, readers), [...receiverGroups]);
  expect(sink.accepted).toHaveLength(40);
  expect(Math.max(...open)).toBe(1);
  const wanted = { relay: 'sink', groups: { google: 40 } };
  expect((await pace.take(wanted)).granted).toBe(20);
  await pace.close();
});

test('a rate of one relay and group leaves other relays and groups alone', async () => {
  await using sending = await openSending();
  const pace = openPace({ store: { pool: sending.context.pool }, limits: {} });
  pace.limitReceivers({}, [{ relay: 'one', group: 'google', perSecond: 50 }]);
  const granted = async (relay: string, group: string) =>
    (await pace.take({ relay, groups: { [group]: 40 } })).granted;
  expect(await granted('one', 'google')).toBe(5);
  expect(await granted('two', 'google')).toBe(40);
  expect(await granted('one', 'yahoo')).toBe(40);
  pace.limitReceivers({}, []);
  expect(await granted('one', 'google')).toBe(40);
  await pace.close();
});

test('a warm-up that an operator sets holds within seconds, and ends when it is taken away', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const today = new Date().toISOString().slice(0, 10);
  await putPlan(db, 'sink', `${today}:10:2`);
  const edition = await freezeEdition(db, await makeReaders(db, 30));
  const sent = sending.send(edition);
  await eventually(() => expect(sink.accepted.length).toBeGreaterThanOrEqual(10));
  await putPlan(db, 'sink', null);
  await sent;
  await eventually(async () => {
    await sending.work(edition);
    expect(sink.accepted).toHaveLength(30);
  });
});
