import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { requestSubscriptions } from '../../../src/subscribers/subscriptions/request.ts';
import { suppressed } from '../../deliveries/fixtures/rows.ts';
import { startSink } from '../../relays/sink.ts';
import { asks, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { letterRow, openLetters } from './fixtures/letters.ts';

test.each([
  ['rcpt', '450 4.2.0 later', { state: 'queued', attempts: 1, waits: true }],
  ['rcpt', '550 5.1.1 no such user', { state: 'failed', reason: 'refused' }],
  ['rcpt', '552 5.2.2 mailbox full', { state: 'failed', reason: 'refused' }],
  ['rcpt', '550 5.7.1 not from you', { state: 'queued', reason: 'content', attempts: 1 }],
  ['rcpt', '550 relay not permitted', { state: 'queued', reason: null, attempts: 0 }],
  ['rcpt', '550 5.4.5 Daily user sending limit exceeded', { state: 'queued', attempts: 0 }],
  ['mail', '550 5.7.1 sender not allowed', { state: 'queued', attempts: 0 }],
  ['data', '554 5.6.0 no', { state: 'failed', reason: 'content' }],
  ['dot', '451 4.3.0 later', { state: 'queued', attempts: 1 }],
  ['dot', '454 Throttling failure', { state: 'queued', attempts: 0 }],
  ['dot', '554 5.7.1 spam', { state: 'queued', reason: 'content', attempts: 1 }],
] as const)('at %s %s means for a letter what it means for an edition', async (at, reply, row) => {
  await using sending = await openLetters({
    react: (step) => (step === at ? { reply } : undefined),
  });
  const letter = await sending.write();
  await sending.send(letter);
  expect(await letterRow(sending.db, letter)).toMatchObject({ ...row, answer: reply });
  expect(await suppressed(sending.db)).toEqual([]);
});

test('421 at the recipient costs a letter nothing', async () => {
  let times = 0;
  await using sending = await openLetters({
    react: (step) =>
      step === 'rcpt' && ++times === 1 ? { reply: '421 4.3.2 closing', drop: true } : undefined,
  });
  const { db, send } = sending;
  const letter = await sending.write();
  await send(letter);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', attempts: 0 });
});

test('a letter larger than the relay takes waits for one that takes it', async () => {
  await using sending = await openLetters({ capabilities: ['SIZE 1000'] });
  const { db, send } = sending;
  const letter = await sending.write();
  await send(letter);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', attempts: 0 });
});

test('another relay takes what the first refuses for reasons of its own', async () => {
  const second = await startSink();
  await using sending = await openLetters(
    { react: (step) => (step === 'rcpt' ? { reply: '550 relay not permitted' } : undefined) },
    { more: `smtp://127.0.0.1:${second.port}?name=second` },
  );
  const { db, send } = sending;
  const letter = await sending.write();
  await send(letter);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', attempts: 0 });
  await sql`update letters set next_at = now()`.execute(db);
  await send(letter);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'sent', relay: 'second' });
  await second.close();
});

test('a letter whose content stays refused fails, and says why', async () => {
  await using sending = await openLetters({
    react: (step) => (step === 'dot' ? { reply: '554 5.7.1 spam' } : undefined),
  });
  const { db, send } = sending;
  const letter = await sending.write();
  await send(letter);
  await sql`update letters set next_at = now()`.execute(db);
  await send(letter);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'failed', reason: 'content' });
});

test('a confirmation that failed is not the one of its day', async () => {
  let refuse = true;
  await using sending = await openLetters({
    react: (step) => (step === 'rcpt' && refuse ? { reply: '550 5.1.1 user unknown' } : undefined),
  });
  const { db, send, sink } = sending;
  const newsletter = await makeNewsletter(db, 'daily-news');
  const signUp = () => requestSubscriptions(db, [asks('ana@news.test', [newsletter])], new Date());
  const [first = ''] = await signUp();
  await send(first);
  expect(await letterRow(db, first)).toMatchObject({ state: 'failed', reason: 'refused' });
  refuse = false;
  const [second = ''] = await signUp();
  await send(second);
  expect(sink.accepted).toHaveLength(1);
  // that one arrived: no third on the same day
  expect(await signUp()).toEqual([]);
});
