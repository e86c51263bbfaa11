import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { followRefused } from '../../../src/bounces/follow.ts';
import type { Db } from '../../../src/database/connection.ts';
import { ledger, recount } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf, passTime, rowsOf, suppressed } from '../../deliveries/fixtures/rows.ts';
import { openSending, type Sending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';
import type { Reaction, Step } from '../../relays/sink.ts';

/** Answers a step of the conversation about the second reader with `reaction`; everybody else is taken. */
function forSecond(at: Step, reaction: Reaction) {
  let about = '';
  return (step: Step, line: string): Reaction => {
    if (step === 'rcpt') about = line;
    const second = (step === 'dot' ? line : about).includes('reader-2.');
    return step === at && second ? reaction : undefined;
  };
}

/** One connection, so that what a step is about is known. */
const one = (sinkPort: number) => ({
  SMTP_URL: `smtp://127.0.0.1:${sinkPort}?connections=1&name=sink`,
});

async function sendToThree(at: Step, reaction: Reaction): Promise<Sending & { edition: string }> {
  const sending = await openSending(
    { capabilities: ['SMTPUTF8'], react: forSecond(at, reaction) },
    {},
    one,
  );
  const newsletter = await makeReaders(sending.db, 20);
  const edition = await freezeEdition(sending.db, newsletter);
  await sending.send(edition);
  return Object.assign(sending, { edition });
}

test.each([
  ['rcpt', { reply: '450 4.2.0 greylisted' }, { state: 'queued', attempts: 1, waits: true }],
  [
    'rcpt',
    { reply: '550 5.1.1 no such user' },
    { state: 'failed', reason: 'refused', attempts: 1 },
  ],
  [
    'rcpt',
    { reply: '550 5.7.1 not from you' },
    { state: 'queued', reason: 'content', waits: true },
  ],
  ['data', { reply: '451 4.3.0 later' }, { state: 'queued', attempts: 1, waits: true }],
  ['data', { reply: '554 5.6.0 no' }, { state: 'failed', reason: 'content', attempts: 1 }],
  ['dot', { reply: '451 4.3.0 later' }, { state: 'queued', attempts: 1, waits: true }],
  [
    'dot',
    { reply: '554 5.7.1 spam' },
    { state: 'queued', reason: 'content', attempts: 1, waits: true },
  ],
] as const)('at %s %o concerns that reader alone', async (at, reaction, expected) => {
  await using sending = await sendToThree(at, reaction);
  const { db, edition, sink } = sending;
  const rows = await rowsOf(db, edition);
  expect(rows[1]).toMatchObject({ ...expected, answer: reaction.reply });
  expect(rows.filter((row) => row.state === 'sent')).toHaveLength(19);
  expect(sink.accepted).toHaveLength(19);
  expect(await ledger(db, edition)).toEqual(await recount(db, edition));
  expect((await editionOf(db, edition)).state).toBe(
    expected.state === 'queued' ? 'sending' : 'sent',
  );
  const { rows: events } = await sql`select phase, reply from delivery_events`.execute(db);
  expect(events).toEqual([{ phase: at, reply: reaction.reply }]);
  const bounced = expected.state === 'failed' && at === 'rcpt';
  expect(await suppressed(db)).toEqual(bounced ? [{ email: rows[1]?.email, held: false }] : []);
});

test('a full mailbox is refused and counted, and its reader is not suppressed', async () => {
  await using sending = await sendToThree('rcpt', { reply: '552 5.2.2 mailbox full' });
  const { db, edition } = sending;
  const row = (await rowsOf(db, edition))[1];
  expect(row).toMatchObject({ state: 'failed', reason: 'refused' });
  expect(await suppressed(db)).toEqual([]);
  await followRefused(db, new Date());
  expect(await bouncesOf(db)).toMatchObject([
    { kind: 'bounce', hard: false, reason: 'mailbox-full', status: '5.2.2', suppressed: false },
  ]);
  expect(await withdrawals(db)).toEqual([]);
});

test('a mailbox that is gone ends the subscriptions as a report does, once the edition cannot be paused for it', async () => {
  await using sending = await sendToThree('rcpt', { reply: '550 5.1.1 no such user' });
  const { db, edition } = sending;
  await setState(db, edition, 'sending');
  await followRefused(db, new Date());
  expect(await withdrawals(db)).toEqual([]);
  await setState(db, edition, 'sent');
  await followRefused(db, new Date());
  await followRefused(db, new Date());
  const [withdrawn, ...more] = await withdrawals(db);
  expect(more).toEqual([]);
  expect(withdrawn).toMatchObject({ form: 'bounce' });
  const subscriberId = withdrawn?.subscriberId;
  expect(await bouncesOf(db)).toMatchObject([
    { source: 'relay', subscriberId, editionId: edition, reason: 'unknown-user', suppressed: true },
  ]);
});

test.each(['rcpt', 'dot'] as const)(
  'who is on the provider’s own list is suppressed for that, and is no bounce, at %s',
  async (at) => {
    await using sending = await sendToThree(at, {
      reply: '550 5.7.1 Not delivering to previously bounced address',
    });
    const { db, edition } = sending;
    expect((await rowsOf(db, edition))[1]).toMatchObject({ state: 'failed', reason: 'refused' });
    expect(await db.selectFrom('suppressions').select('reason').execute()).toEqual([
      { reason: 'provider' },
    ]);
    await setState(db, edition, 'sent');
    await followRefused(db, new Date());
    expect(await withdrawals(db)).toMatchObject([{ form: 'provider' }]);
    expect(await bouncesOf(db)).toMatchObject([{ kind: 'suppressed', reason: 'bounce' }]);
  },
);

const bouncesOf = (db: Db) => db.selectFrom('bounces').selectAll().execute();
const withdrawals = (db: Db) =>
  db
    .selectFrom('consents')
    .select(['subscriberId', 'form'])
    .where('action', '=', 'withdraw')
    .execute();
const setState = (db: Db, edition: string, state: 'sending' | 'sent') =>
  db.updateTable('editions').set({ state }).where('id', '=', edition).execute();

test('a refused content that stays alone fails, with no bounce', async () => {
  await using sending = await sendToThree('dot', { reply: '554 5.7.1 spam' });
  const { db, edition } = sending;
  await passTime(db, edition);
  await sending.work(edition);
  expect((await rowsOf(db, edition))[1]).toMatchObject({
    state: 'failed',
    reason: 'content',
    attempts: 2,
  });
  expect((await editionOf(db, edition)).state).toBe('sent');
  expect(await suppressed(db)).toEqual([]);
});

test('421 and a lost connection before the dot cost the reader nothing', async () => {
  for (const [at, reaction] of [
    ['rcpt', { reply: '421 4.3.2 closing', drop: true }],
    ['data', { drop: true }],
  ] as const) {
    let times = 0;
    const second = forSecond(at, reaction);
    await using sending = await openSending(
      {
        react: (step, line) => {
          const reacts = second(step, line);
          return reacts && ++times === 1 ? reacts : undefined;
        },
      },
      {},
      one,
    );
    const { db, sink } = sending;
    const edition = await freezeEdition(db, await makeReaders(db, 20));
    await sending.send(edition);
    await eventually(async () => {
      await passTime(db, edition);
      await sending.work(edition);
      expect((await editionOf(db, edition)).state).toBe('sent');
    });
    expect(times).toBeGreaterThan(0);
    expect(await rowsOf(db, edition)).toHaveLength(20);
    for (const row of await rowsOf(db, edition))
      expect(row).toMatchObject({ state: 'sent', attempts: 1 });
    expect(sink.accepted).toHaveLength(20);
    expect(await suppressed(db)).toEqual([]);
  }
});

test.each(['resend', 'hold'] as const)(
  'no answer after the dot is uncertain (%s)',
  async (policy) => {
    let times = 0;
    const lost = forSecond('dot', { drop: true });
    await using sending = await openSending(
      {
        react: (step, line) => {
          const reacts = lost(step, line);
          return reacts && ++times === 1 ? reacts : undefined;
        },
      },
      { UNCERTAIN: policy },
      one,
    );
    const { db, sink } = sending;
    const edition = await freezeEdition(db, await makeReaders(db, 20));
    await sending.send(edition);
    const [, row] = await rowsOf(db, edition);
    expect(row).toMatchObject({
      state: policy === 'hold' ? 'uncertain' : 'queued',
      uncertain: true,
    });
    if (policy === 'hold') {
      expect((await editionOf(db, edition)).state).toBe('sent');
      return;
    }
    await passTime(db, edition);
    await sending.work(edition);
    expect((await rowsOf(db, edition))[1]).toMatchObject({ state: 'sent', uncertain: true });
    const copies = sink.received.filter((message) => message.to === row?.email);
    const ids = copies.map(
      (copy) => /^Message-ID: (.*)$/im.exec(copy.bytes.toString('latin1'))?.[1],
    );
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^<.+@news\.test>$/);
    expect(ids[1]).toBe(ids[0]);
  },
);

test('ten contents refused in a row pause the edition with the relay’s words, and resuming sends all', async () => {
  let refuse = true;
  await using sending = await openSending({
    react: (step) =>
      step === 'dot' && refuse ? { reply: '554 5.7.1 your news is spam' } : undefined,
  });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 200));
  await sending.send(edition);
  await eventually(async () => expect((await editionOf(db, edition)).state).toBe('paused'));
  expect((await editionOf(db, edition)).reason).toMatch(
    /^sink: 554 5\.7\.1 your news is spam – The mail server objects to the email/,
  );
  expect(sink.received.length).toBeLessThan(30);
  expect(await ledger(db, edition)).toMatchObject({ queued: 200, failed: 0 });
  expect(await suppressed(db)).toEqual([]);
  refuse = false;
  await sql`update editions set state = 'sending', held_by = null, status_text = null where id = ${edition}`.execute(
    db,
  );
  await passTime(db, edition);
  await sending.work(edition);
  expect(await ledger(db, edition)).toMatchObject({ sent: 200 });
});

test('when more than half of the recipients are refused, the edition pauses and its suppressions wait', async () => {
  await using sending = await openSending({
    react: (step) => (step === 'rcpt' ? { reply: '550 5.1.1 unknown' } : undefined),
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 300));
  await sending.send(edition);
  await eventually(async () => expect((await editionOf(db, edition)).state).toBe('paused'));
  const counts = await ledger(db, edition);
  expect(counts.failed).toBeGreaterThan(50);
  expect(counts.failed).toBeLessThan(80);
  const held = await suppressed(db);
  expect(held).toHaveLength(counts.failed);
  expect(held.every((row) => row.held)).toBe(true);
});

test.each([
  ['mail', '550 5.7.1 sender not allowed', 'The mail server accepts no email from this sender'],
  ['auth', '535 5.7.8 wrong password', 'Wrong user or password'],
  ['greeting', '554 5.7.1 go away', 'The mail server does not serve this machine'],
] as const)(
  'a 5xx at %s pauses the edition, suppresses nobody and loses nothing',
  async (at, reply, fix) => {
    await using sending = await openSending(
      { password: 'right', react: (step) => (step === at ? { reply } : undefined) },
      {},
      (port) => ({ SMTP_URL: `smtp://user:right@127.0.0.1:${port}?connections=2&name=sink` }),
    );
    const { db } = sending;
    const edition = await freezeEdition(db, await makeReaders(db, 50));
    await sending.send(edition);
    await eventually(async () => expect((await editionOf(db, edition)).state).toBe('paused'));
    expect((await editionOf(db, edition)).reason).toContain(`sink: ${reply} – ${fix}`);
    expect(await ledger(db, edition)).toMatchObject({ queued: 50, failed: 0 });
    for (const row of await rowsOf(db, edition)) expect(row.attempts).toBe(0);
    expect(await suppressed(db)).toEqual([]);
  },
);

test('a message larger than the relay takes pauses the edition and says so', async () => {
  await using sending = await openSending({ capabilities: ['PIPELINING', 'SIZE 1000'] });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 5));
  await sending.send(edition);
  await eventually(async () => expect((await editionOf(db, edition)).state).toBe('paused'));
  expect((await editionOf(db, edition)).reason).toMatch(
    /^sink: the message has \d+ bytes, the relay takes 1000 – Shorten the edition/,
  );
  expect(await ledger(db, edition)).toMatchObject({ queued: 5 });
});

test('an international address fails alone where the relay has no SMTPUTF8', async () => {
  await using sending = await openSending({ capabilities: ['PIPELINING'] });
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 5);
  await sql`update subscribers set email = 'josé@news.test' where id = (select min(id) from subscribers)`.execute(
    db,
  );
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  expect((await rowsOf(db, edition))[0]).toMatchObject({
    state: 'failed',
    reason: 'unaddressable',
  });
  expect(await ledger(db, edition)).toMatchObject({ sent: 4, failed: 1 });
  expect(sink.accepted).toHaveLength(4);
});
