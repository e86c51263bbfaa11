import { beforeAll, expect, test } from 'vitest';
import { eraseSubscriber } from '../../src/privacy/erase.ts';
import { personalData } from '../../src/privacy/export.ts';
import { SubscriberNotFound } from '../../src/subscribers/errors.ts';
import { noteSignOfLife } from '../../src/subscribers/signs-of-life.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  confirm,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from '../subscribers/fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let daily: MadeNewsletter;
let edition: string;
const now = new Date('2026-11-24T12:00:00Z');
const marks = ['zelda', 'Zoraida', '192.0.2.7', 'a browser', 'America/Caracas'];

beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily');
  const made = await db
    .insertInto('editions')
    .values({ newsletterId: daily.id, number: 1, kind: 'daily', localDate: '2026-11-24' })
    .returning('id')
    .executeTakeFirstOrThrow();
  edition = made.id;
});

async function join(email: string) {
  const asked = asks(email, [daily], { name: 'Zoraida', timezone: 'America/Caracas' });
  await request(db, asked, now);
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', email)
    .executeTakeFirstOrThrow();
  await confirm(db, id, now);
  await db
    .insertInto('deliveries')
    .values({
      editionId: edition,
      subscriberId: id,
      rangeId: '1',
      dueAt: now,
      nextAt: now,
      state: 'failed',
      answer: `550 <${email}> unknown`,
    })
    .execute();
  await db
    .insertInto('deliveryEvents')
    .values({ editionId: edition, subscriberId: id, phase: 'rcpt', reply: `<${email}> unknown` })
    .execute();
  return id;
}

/** Every row of every table as text: what is not here is held nowhere. */
async function everything(): Promise<string> {
  const tables = await db.introspection.getTables();
  const texts: string[] = [];
  for (const { name, schema } of tables) {
    if (schema !== 'public' || name.startsWith('kysely')) continue;
    const rows = await db
      .selectFrom(name as 'subscribers')
      .selectAll()
      .execute();
    texts.push(JSON.stringify(rows));
  }
  return texts.join('\n');
}

test('an export holds everything there is about the person', async () => {
  const id = await join('zelda@example.org');
  await noteSignOfLife(db, id, now);
  const data = await personalData(db, id);
  const text = JSON.stringify(data);
  for (const mark of marks) expect(text).toContain(mark);
  expect(data.subscriber.subscriptions).toMatchObject([{ newsletter: 'daily', state: 'active' }]);
  expect(data.consents.map((consent) => consent.action)).toEqual(['request', 'confirm']);
  expect(data.deliveries).toMatchObject([{ newsletter: 'daily', number: 1, state: 'failed' }]);
  expect(data.answers).toMatchObject([{ phase: 'rcpt' }]);
  expect(data.letters.map((letter) => letter.kind)).toEqual(['confirmation', 'welcome']);
  expect(data.signsOfLife).toEqual({ seenAt: now, askedAt: null, restedAt: null });
});

test('an erasure leaves an id in the ledger, a hash in the suppressions, and one last letter', async () => {
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', 'zelda@example.org')
    .executeTakeFirstOrThrow();
  const { letters } = await db.transaction().execute((tx) => eraseSubscriber(tx, id, now));
  const last = await db.selectFrom('letters').selectAll().execute();
  expect(last).toMatchObject([
    { id: letters[0], kind: 'erased', email: 'zelda@example.org', subscriberId: null },
  ]);
  await db.deleteFrom('letters').execute();
  const text = await everything();
  for (const mark of marks) expect(text).not.toContain(mark);
  expect(await db.selectFrom('signsOfLife').selectAll().execute()).toEqual([]);
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('subscriberId', '=', id)
    .execute();
  expect(rows).toMatchObject([{ state: 'failed', answer: null }]);
  const suppressions = await db.selectFrom('suppressions').selectAll().execute();
  expect(suppressions).toMatchObject([
    { addressHash: hashAddress('zelda@example.org'), reason: 'erasure' },
  ]);
  const again = await request(db, asks('zelda@example.org', [daily]), now);
  expect(again).toEqual([]);
  await expect(db.transaction().execute((tx) => eraseSubscriber(tx, id, now))).rejects.toThrow(
    SubscriberNotFound,
  );
});
