import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Db } from '../../../src/database/connection.ts';
import { claimLetter, dueLetters, judgeLostLetters } from '../../../src/letters/claim.ts';
import { eventually } from '../../harness/eventually.ts';
import { letterRow, openLetters, type SendingLetters } from './fixtures/letters.ts';

/** The worker's lease is judged to have ended, as if nobody had heard of it for 15 s. */
async function judgeDead({ db, context }: SendingLetters): Promise<void> {
  await sql`update workers set stopped_at = now() where stopped_at is null`.execute(db);
  await judgeLostLetters(db, context.config.uncertain);
}

/** Answers the dot of the first message when the test says so. */
function slowDot(reply?: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let dots = 0;
  return {
    answer: resolve,
    react: (step: string) =>
      step === 'dot' && ++dots === 1
        ? { after: promise, ...(reply !== undefined && { reply }) }
        : undefined,
  };
}

/** Works the ticket of whatever is due now, then once more after all time has passed. */
async function sendAllDue({ db, send }: SendingLetters): Promise<void> {
  await sql`update letters set next_at = now() where state = 'queued'`.execute(db);
  await Promise.all((await dueLetters(db, 10)).map(send));
}

test.each(['resend', 'hold'] as const)(
  'the late 250 to a letter whose lease was judged lost counts, and it goes once (%s)',
  async (policy) => {
    const slow = slowDot();
    await using sending = await openLetters(
      { react: slow.react },
      { environment: { UNCERTAIN: policy } },
    );
    const { db, sink } = sending;
    const letter = await sending.write();
    const sent = sending.send(letter);
    await eventually(() => expect(sink.received).toHaveLength(1));
    await judgeDead(sending);
    expect(await letterRow(db, letter)).toMatchObject({
      state: policy === 'hold' ? 'uncertain' : 'queued',
      uncertain: true,
    });
    // its own process knows that the answer is still to come
    await sendAllDue(sending);
    expect(sink.received).toHaveLength(1);
    slow.answer();
    await sent;
    expect(await letterRow(db, letter)).toMatchObject({ state: 'sent', relay: 'sink' });
    await sendAllDue(sending);
    expect(sink.received).toHaveLength(1);
  },
);

test('a letter judged lost is left for a while to the worker that may know its answer', async () => {
  const slow = slowDot();
  await using sending = await openLetters({ react: slow.react });
  const { db, sink } = sending;
  const letter = await sending.write();
  const sent = sending.send(letter);
  await eventually(() => expect(sink.received).toHaveLength(1));
  await judgeDead(sending);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', waits: true });
  expect(await dueLetters(db, 10)).toEqual([]);
  slow.answer();
  await sent;
});

test('a letter that somebody else has claimed since is left alone by the late answer', async () => {
  const slow = slowDot('554 5.6.0 no');
  await using sending = await openLetters({ react: slow.react });
  const { db, sink } = sending;
  const letter = await sending.write();
  const sent = sending.send(letter);
  await eventually(() => expect(sink.received).toHaveLength(1));
  await judgeDead(sending);
  await sql`update letters set next_at = now()`.execute(db);
  const { rows } = await sql<{ id: number }>`
    insert into workers (host, pid, connections, lease_until)
    values ('another', 1, 1, now() + interval '1 hour') returning id`.execute(db);
  const worker = rows[0]?.id ?? 0;
  expect(await claimLetter(db, letter, { worker, claim: '1' })).toBeDefined();
  slow.answer();
  await sent;
  expect(await letterRow(db, letter)).toMatchObject({ state: 'sending', answer: null });
});

/** Composing reads the newsletters: it waits while this holds them. */
async function holdNewsletters(db: Db): Promise<() => Promise<void>> {
  const unlock = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const locking = db.transaction().execute(async (tx) => {
    await sql`lock table newsletters in access exclusive mode`.execute(tx);
    locked.resolve();
    await unlock.promise;
  });
  await locked.promise;
  return () => {
    unlock.resolve();
    return locking;
  };
}

/** How many wait for a lock of the newsletters. */
async function waiting(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct pid)::int as n from pg_locks
    where relation = 'newsletters'::regclass and not granted`.execute(db);
  return rows[0]?.n ?? 0;
}

test('a letter is written before it is claimed: a lease that is lost meanwhile is no matter', async () => {
  await using sending = await openLetters();
  const { db, sink, lease } = sending;
  const letter = await sending.write();
  const { workerId } = lease;
  const release = await holdNewsletters(db);
  const sent = sending.send(letter);
  await eventually(async () => expect(await waiting(db)).toBe(1));
  expect((await letterRow(db, letter)).state).toBe('queued');
  await judgeDead(sending);
  await eventually(() => expect(lease.workerId).not.toBe(workerId));
  await Promise.all([release(), sent]);
  expect(sink.received).toHaveLength(1);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'sent' });
});

test('a lease that is lost while a claimed letter is written anew sends it once', async () => {
  await using sending = await openLetters();
  const { db, sink, lease } = sending;
  const letter = await sending.write();
  const { workerId } = lease;
  const release = await holdNewsletters(db);
  const sent = sending.send(letter);
  await eventually(async () => expect(await waiting(db)).toBe(1));
  // what was written is to an address that is no longer the letter's: it is written anew once it is claimed
  await sql`update letters set email = 'another@news.test' where id = ${letter}`.execute(db);
  const next = holdNewsletters(db);
  await eventually(async () => expect(await waiting(db)).toBe(2));
  await release();
  const releaseNext = await next;
  await eventually(async () => expect((await letterRow(db, letter)).state).toBe('sending'));
  await judgeDead(sending);
  // the worker learns of it at its next heartbeat, and goes on under a new lease
  await eventually(() => expect(lease.workerId).not.toBe(workerId));
  expect(lease.mayStart()).toBe(true);
  await Promise.all([releaseNext(), sent]);
  expect(sink.received).toHaveLength(0);
  // it never started: queued as if it had never been claimed
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', uncertain: false });
  await sendAllDue(sending);
  expect(sink.received).toHaveLength(1);
  expect(await letterRow(db, letter)).toMatchObject({ state: 'sent' });
});

test('an answer is kept until the database takes it', async () => {
  const slow = slowDot();
  await using sending = await openLetters({ react: slow.react });
  const { db, sink, warnings } = sending;
  const letter = await sending.write();
  const sent = sending.send(letter);
  await eventually(() => expect(sink.received).toHaveLength(1));
  await sql`alter table letters rename to letters_away`.execute(db);
  slow.answer();
  await eventually(() => expect(sink.accepted).toHaveLength(1));
  await eventually(() => expect(warnings.length).toBeGreaterThan(1));
  await sql`alter table letters_away rename to letters`.execute(db);
  await sent;
  expect(await letterRow(db, letter)).toMatchObject({ state: 'sent' });
});

test('a claim whose answer was lost is handed back, and the letter goes once', async () => {
  await using sending = await openLetters();
  const { db, sink, lease, letters } = sending;
  const letter = await sending.write();
  // committed, but this process never heard of it
  const claim = { worker: lease.workerId, claim: '0' };
  expect(await claimLetter(db, letter, claim)).toBeDefined();
  const task = letters.tasks.find(({ name }) => name.includes('hand back'));
  await task?.run();
  expect(await letterRow(db, letter)).toMatchObject({ state: 'queued', waits: false });
  await sendAllDue(sending);
  expect(sink.received).toHaveLength(1);
});
