import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { takeCameBack } from '../../src/bounces/came-back.ts';
import { takeRelayAnswers } from '../../src/bounces/relay-answers.ts';
import { putSendingRules } from '../../src/newsletters/sending-rules.ts';
import { addReaders, freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
const DAY = 86_400_000;
const start = new Date('2026-11-01T12:00:00Z');
const day = (n: number) => new Date(start.getTime() + n * DAY);
let newsletter: string;
let edition: string;
beforeAll(async () => {
  newsletter = await makeReaders(db, 0);
  edition = await freezeEdition(db, newsletter);
});

const addReader = async () => (await addReaders(db, newsletter, 1))[0] ?? '';
/** On which of the days after the first one, counted from 1, bounces of that reason suppressed; 0: on none. */
async function suppressedOn(reader: string, reason: string, days: number[]): Promise<number> {
  for (const [n, at] of days.entries()) {
    const { suppressed } = await db.transaction().execute((tx) =>
      takeCameBack(
        tx,
        {
          kind: 'bounce',
          source: 'smtp',
          subject: { subscriber: reader, edition },
          verdict: { hard: false, reason, status: null },
          words: reason,
        },
        day(at),
      ),
    );
    if (suppressed) return n + 1;
  }
  return 0;
}
const daily = (count: number) => Array.from({ length: count }, (_, n) => n);

test('temporary bounces count by the newsroom’s rules, a full mailbox by its own', async () => {
  expect(await suppressedOn(await addReader(), 'expired', daily(6))).toBe(5);
  expect(await suppressedOn(await addReader(), 'expired', [0, 4, 8, 12, 16])).toBe(0);
  expect(await suppressedOn(await addReader(), 'mailbox-full', daily(12))).toBe(10);
  await putSendingRules(db, { softDays: 2, softWithin: 3, fullDays: 3 });
  expect(await suppressedOn(await addReader(), 'expired', daily(6))).toBe(2);
  expect(await suppressedOn(await addReader(), 'mailbox-full', daily(6))).toBe(3);
});

test('what is said of the newsroom never blocks a reader', async () => {
  await putSendingRules(db, { softDays: 2, softWithin: 30 });
  for (const reason of [
    'reputation',
    'content',
    'policy',
    'authentication',
    'over-rate',
    'too-large',
  ])
    expect(await suppressedOn(await addReader(), reason, daily(9)), reason).toBe(0);
});

test('bounces of before the address was let go again count no more', async () => {
  await putSendingRules(db, { softDays: 3, softWithin: 15 });
  const reader = await addReader();
  expect(await suppressedOn(reader, 'expired', daily(3))).toBe(3);
  await db.deleteFrom('suppressions').execute();
  expect(await suppressedOn(reader, 'expired', [3, 4, 5])).toBe(3);
});

test('what a relay answered counts alike, once the message was given up', async () => {
  await putSendingRules(db, { softDays: 2, softWithin: 15, fullDays: 2, fullWithin: 15 });
  const answered = async (reply: string, code: number, enhanced: string, state = 'failed') => {
    const reader = await addReader();
    for (const n of [0, 1]) {
      const of = await freezeEdition(db, newsletter);
      await sql`insert into deliveries (edition_id, subscriber_id, range_id, due_at, next_at, state, reason)
        values (${of}, ${reader}, 1, now(), now(), ${state}, 'expired')`.execute(db);
      await sql`insert into delivery_events (edition_id, subscriber_id, at, relay, phase, code, enhanced, reply)
        values (${of}, ${reader}, ${day(n)}, 'relay', 'rcpt', ${code}, ${enhanced}, ${reply})`.execute(
        db,
      );
    }
    return reader;
  };
  const full = await answered('452 4.2.2 mailbox is full', 452, '4.2.2');
  const put = await answered('450 4.2.1 mailbox temporarily unavailable', 450, '4.2.1');
  const greylisted = await answered('450 4.2.0 greylisted', 450, '4.2.0', 'sent');
  const ours = await answered('450 4.7.1 your address is on a block list', 450, '4.7.1');
  expect(await takeRelayAnswers(db, day(1))).toBe(0);
  expect(await takeRelayAnswers(db, day(3))).toBe(4);
  expect(await takeRelayAnswers(db, day(3))).toBe(0);
  const { rows } = await sql<{ subscriberId: string; source: string }>`
    select distinct subscriber_id, source from bounces where suppressed and source = 'relay' order by 1`.execute(
    db,
  );
  expect(rows.map((row) => row.subscriberId)).toEqual([full, put]);
  for (const reader of [greylisted, ours]) {
    const kept = db.selectFrom('bounces').select('id').where('subscriberId', '=', reader);
    expect(await kept.execute()).toEqual([]);
  }
});
