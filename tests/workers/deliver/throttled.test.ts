import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf, passTime, rowsOf } from '../../deliveries/fixtures/rows.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';

test('a relay that asks for fewer messages gets fewer, and the edition says why', async () => {
  let second = 0;
  let taken = 0;
  await using sending = await openSending({
    react: (step) => {
      if (step !== 'dot') return undefined;
      const now = Math.floor(performance.now() / 1_000);
      if (now !== second) {
        second = now;
        taken = 0;
      }
      return ++taken > 5
        ? { reply: '454 Throttling failure: Maximum sending rate exceeded.' }
        : undefined;
    },
  });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 60));
  const sent = sending.send(edition);
  await eventually(async () =>
    expect((await editionOf(db, edition)).reason).toMatch(
      /^sink: 454 Throttling failure: Maximum sending rate exceeded\. – The mail server asks for fewer emails/,
    ),
  );
  await eventually(async () => {
    await passTime(db, edition);
    await sending.work(edition);
    expect((await editionOf(db, edition)).state).toBe('sent');
  });
  await sent;
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 60 });
  // the first burst, and now and then one more to see whether it may be faster
  expect(sink.received.length - sink.accepted.length).toBeLessThan(60);
  for (const row of await rowsOf(db, edition)) expect(row.attempts).toBe(1);
});

test('a receiver that asks for fewer after the dot, through a relay, slows its group and not the relay', async () => {
  let google = false;
  await using sending = await openSending(
    {
      react: (step, line) => {
        if (step === 'rcpt') google = line.includes('gmail.com');
        return step === 'dot' && google
          ? { reply: '421 4.7.28 Our system has detected an unusual rate of mail - gsmtp' }
          : undefined;
      },
    },
    {},
    (port) => ({ SMTP_URL: `smtp://127.0.0.1:${port}?connections=1&name=sink` }),
  );
  const { db, sink } = sending;
  const readers = await makeReaders(db, 4);
  await sql`update subscribers set receiver_group = 'google', email = id || '@gmail.com'
    where id % 2 = 0`.execute(db);
  const edition = await freezeEdition(db, readers);
  await sending.send(edition, ['google']);
  expect(sink.accepted).toHaveLength(2);
  expect((await editionOf(db, edition)).reason).not.toContain('asks for fewer');
  const waiting = (await rowsOf(db, edition)).filter(({ state }) => state === 'queued');
  // an attempt counts that the receiver refused; a relay's asking for fewer counts none
  expect(waiting).toHaveLength(2);
  expect(waiting.some(({ attempts }) => attempts > 0)).toBe(true);
});
