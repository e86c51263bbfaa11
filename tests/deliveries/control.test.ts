import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { NothingMissed, resendMissed, resumeEdition } from '../../src/deliveries/control.ts';
import { expireRanges, sweepCancelled } from '../../src/deliveries/finish.ts';
import { emptyLedger, ledger, recount } from '../../src/deliveries/ledger.ts';
import { EditionNotFound, WrongEditionState } from '../../src/editions/errors.ts';
import { cancelEdition, finishEditions, pauseEdition } from '../../src/editions/transitions.ts';
import { eventually } from '../harness/eventually.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';
import { editionOf, passTime, rowsOf } from './fixtures/rows.ts';
import { openSending } from './fixtures/sending.ts';

/** Answers no message until it is told to: the edition is caught in the middle. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    open: () => open(),
    react: (step: string) => (step === 'dot' ? { after: opened } : undefined),
  };
}

test('pause lets what has started finish and starts nothing more; resume sends the rest', async () => {
  const held = gate();
  await using sending = await openSending({ react: held.react });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 300));
  const sent = sending.send(edition);
  await eventually(() => expect(sink.received.length).toBeGreaterThanOrEqual(4));
  expect(await pauseEdition(db, edition)).toEqual({ changed: true });
  expect(await pauseEdition(db, edition)).toEqual({ changed: false });
  held.open();
  await sent;
  const counts = await ledger(db, edition);
  expect(counts.sent).toBeGreaterThan(0);
  expect(counts.sent).toBeLessThanOrEqual(16);
  expect(counts).toEqual({
    ...emptyLedger(),
    sent: sink.accepted.length,
    queued: 300 - sink.accepted.length,
  });
  const [first, second] = await Promise.all([
    resumeEdition(db, edition),
    resumeEdition(db, edition),
  ]);
  expect([first, second].filter(({ changed }) => changed)).toHaveLength(1);
  const tickets = [...first.tickets, ...second.tickets];
  expect(tickets).toHaveLength(1);
  for (const { range } of tickets) await sending.deliverer.handle({ range });
  await sending.deliverer.idle();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 300 });
  expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(300);
  expect(sink.accepted).toHaveLength(300);
});

test('cancel stops claiming at once; the queued become skipped, and resend-missed sends them', async () => {
  const held = gate();
  await using sending = await openSending({ react: held.react });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 300));
  const sent = sending.send(edition);
  await eventually(() => expect(sink.received.length).toBeGreaterThanOrEqual(4));
  expect(await cancelEdition(db, edition)).toEqual({ changed: true });
  held.open();
  await sent;
  await Promise.all([sweepCancelled(db), sweepCancelled(db)]);
  await finishEditions(db);
  const cancelled = await ledger(db, edition);
  expect(cancelled).toEqual({
    ...emptyLedger(),
    sent: sink.accepted.length,
    skipped: 300 - sink.accepted.length,
  });
  expect(await recount(db, edition)).toEqual(cancelled);
  expect(await editionOf(db, edition)).toEqual({ state: 'cancelled', reason: null });
  expect(await cancelEdition(db, edition)).toEqual({ changed: false });
  const { tickets } = await resendMissed(db, edition);
  for (const { range } of tickets) await sending.deliverer.handle({ range });
  await sending.deliverer.idle();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 300 });
  expect(sink.accepted).toHaveLength(300);
  expect((await editionOf(db, edition)).state).toBe('sent');
});

test('resend-missed takes up what expired or is held, and nobody else', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 8);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  const set = (nth: number, state: string, reason: string | null) =>
    sql`update deliveries set state = ${state}, reason = ${reason} where edition_id = ${edition} and subscriber_id =
      (select min(subscriber_id) + ${nth} from deliveries where edition_id = ${edition})`.execute(
      db,
    );
  await set(0, 'failed', 'expired');
  await set(1, 'uncertain', null);
  await set(2, 'skipped', 'unsubscribed');
  await set(3, 'failed', 'refused');
  await set(4, 'skipped', 'cancelled');
  sink.accepted.length = 0;
  const { tickets, changed } = await resendMissed(db, edition);
  expect(changed).toBe(true);
  for (const { range } of tickets) await sending.deliverer.handle({ range });
  await sending.deliverer.idle();
  const rows = await rowsOf(db, edition);
  expect(sink.accepted.map((message) => message.to).toSorted()).toEqual(
    [rows[0], rows[1], rows[4]].map((row) => row?.email ?? '').toSorted(),
  );
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 6, skipped: 1, failed: 1 });
  await expect(resendMissed(db, edition)).rejects.toThrow(NothingMissed);
  expect((await editionOf(db, edition)).state).toBe('sent');
});

test('what cannot be done says why', async () => {
  await using sending = await openSending();
  const { db } = sending;
  await expect(pauseEdition(db, '999999')).rejects.toThrow(EditionNotFound);
  const edition = await freezeEdition(db, await makeReaders(db, 2));
  await sending.send(edition);
  await expect(pauseEdition(db, edition)).rejects.toThrow(
    new WrongEditionState('paused', 'sent', ['sending']).message,
  );
  await expect(resumeEdition(db, edition)).rejects.toThrow(
    'only one that is paused can be resumed',
  );
});

test('a row expires 24 hours after its own due time, also while the edition is paused', async () => {
  let refuse = true;
  await using sending = await openSending({
    react: (step) => (step === 'rcpt' && refuse ? { reply: '450 4.2.0 later' } : undefined),
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 10));
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), queued: 10 });
  await pauseEdition(db, edition);
  await expireRanges(db);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), queued: 10 });
  await sql`update deliveries set due_at = due_at - interval '24 hours'`.execute(db);
  await sql`update ranges set due_at = due_at - interval '24 hours'`.execute(db);
  await expireRanges(db);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), failed: 10 });
  for (const row of await rowsOf(db, edition)) expect(row.reason).toBe('expired');
  await resumeEdition(db, edition);
  await finishEditions(db);
  expect((await editionOf(db, edition)).state).toBe('sent');
  refuse = false;
  const { tickets } = await resendMissed(db, edition);
  for (const { range } of tickets) await sending.deliverer.handle({ range });
  await sending.deliverer.idle();
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 10 });
});

test('a row past its time fails at the claim', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 3));
  await pauseEdition(db, edition);
  await sending.send(edition);
  await sql`update deliveries set due_at = due_at - interval '24 hours'`.execute(db);
  await resumeEdition(db, edition);
  await passTime(db, edition);
  await sending.work(edition);
  expect(sink.accepted).toEqual([]);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), failed: 3 });
});
