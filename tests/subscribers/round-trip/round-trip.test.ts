import { expect, test } from 'vitest';
import type { Db } from '../../../src/database/connection.ts';
import { exportSubscribers } from '../../../src/subscribers/export.ts';
import { suppress } from '../../../src/subscribers/suppression.ts';
import { openFreshDatabase } from '../../harness/database.ts';
import { importFolder, importList, openQueue } from '../fixtures/import-queue.ts';
import { hashAddress, makeNewsletter } from '../fixtures/newsroom.ts';

const now = new Date('2026-11-24T12:00:00Z');
const at = (day: number) => new Date(Date.UTC(2026, 2, day, 6, 30, 1, 234));

const whole = async (db: Db) => {
  let text = '';
  for await (const page of exportSubscribers(db)) text += page;
  return text;
};
const folder = await importFolder();
const load = (database: { db: Db; url: string }, text: string) => {
  const queue = openQueue(database, folder, { now: () => now });
  return importList(database.db, queue, text, { newsletter: null });
};

/** A reader with what is given of them. */
async function reader(
  db: Db,
  email: string,
  person: { name?: string | null; language?: string | null; timezone?: string | null } = {},
  day = 1,
) {
  const { id } = await db
    .insertInto('subscribers')
    .values({
      email,
      emailKey: email.toLowerCase(),
      addressHash: hashAddress(email.toLowerCase()),
      createdAt: at(day),
      ...person,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const here = await openFreshDatabase();
const there = await openFreshDatabase();

test('an export imported into an empty Gaceta gives the same export, byte for byte', async () => {
  const { db } = here;
  const { db: other } = there;
  const daily = await makeNewsletter(db, 'daily');
  const weekend = await makeNewsletter(db, 'weekend');
  // made in another order there
  await makeNewsletter(other, 'weekend');
  await makeNewsletter(other, 'daily');

  const names = [
    '=1+1',
    "'=1+1",
    "'Okelo",
    "''+x",
    '-"the boss", jr; |',
    '🚀 Zoë 👍🏽',
    'مريم العلي',
    'שרה',
    '-',
    '+34',
  ];
  const active = async (id: string, newsletterId: string, more: object = {}) => {
    await db
      .insertInto('subscriptions')
      .values({
        newsletterId,
        subscriberId: id,
        state: 'active',
        createdAt: at(2),
        confirmedAt: at(3),
        activeFrom: at(3),
        ...more,
      })
      .execute();
    await db
      .insertInto('consents')
      .values([
        {
          subscriberId: id,
          newsletterId,
          action: 'request',
          at: at(2),
          form: 'page',
          originAddress: '192.0.2.7',
          userAgent: '"quoted", agent\twith tab',
          wording: 'Yes, "please";\nsend it.',
          wordingVersion: '3',
        },
        {
          subscriberId: id,
          newsletterId,
          action: 'confirm',
          at: at(3),
          form: 'link',
          wordingVersion: '3',
        },
      ])
      .execute();
  };
  for (const [n, name] of names.entries()) {
    const id = await reader(
      db,
      n === 0 ? '=First+Tag@example.org' : `Name${n}@example.org`,
      { name, language: 'es', timezone: 'Europe/Madrid' },
      n + 1,
    );
    await active(id, daily.id, {
      frequency: 'weekly',
      format: 'headlines',
      hour: '18:00',
      sections: ['news', 'updates'],
      pausedUntil: new Date('2027-01-01T00:00:00Z'),
    });
    if (n % 2 === 0) await active(id, weekend.id);
  }
  const left = await reader(db, 'left@example.org');
  await active(left, daily.id, {
    state: 'unsubscribed',
    leftAt: at(9),
    leaveReason: 'often: =2+2 "too" much, 😀',
  });
  await db
    .insertInto('consents')
    .values({
      subscriberId: left,
      newsletterId: daily.id,
      action: 'withdraw',
      at: at(9),
      form: 'one-click',
    })
    .execute();
  const pending = await reader(db, 'pending@example.org');
  await db
    .insertInto('subscriptions')
    .values({
      newsletterId: daily.id,
      subscriberId: pending,
      state: 'pending',
      createdAt: at(20),
      // who had left, and signed up again
      confirmedAt: at(3),
      leftAt: at(9),
      requested: JSON.stringify({ name: '=pending', language: 'en', timezone: null }),
    })
    .execute();
  // of a subscription that was forgotten the consents are left
  await db
    .insertInto('consents')
    .values({
      subscriberId: pending,
      newsletterId: weekend.id,
      action: 'request',
      at: at(4),
      form: 'embed',
      wording: "'x",
    })
    .execute();
  const alone = await reader(db, 'alone@example.org', { name: 'Alone' });
  for (const [reason, email, detail] of [
    ['bounce', 'bounced@example.org', '550 5.1.1 "no such user"'],
    ['complaint', 'complained@example.org', null],
    ['operator', 'alone@example.org', '-asked by phone'],
    ['erasure', 'erased-elsewhere@example.org', null],
    ['provider', 'listed@example.org', null],
  ] as const) {
    const id = email === 'alone@example.org' ? alone : await reader(db, email);
    if (email !== 'alone@example.org')
      for (const { id: newsletter } of [daily, weekend]) await active(id, newsletter);
    await suppress(db, hashAddress(email), { reason, detail });
    await db
      .updateTable('suppressions')
      .set({ createdAt: at(11) })
      .where('addressHash', '=', hashAddress(email))
      .execute();
  }
  // what no reader has any more is a hash: no export can name it
  await suppress(db, hashAddress('nobody@example.org'), { reason: 'bounce' });

  const first = await whole(db);
  expect(first).toContain("'=First+Tag@example.org,'=1+1,");
  expect(first).toContain("''=1+1");
  const done = await load(there, first);
  expect(done.errors).toEqual([]);
  expect(done).toMatchObject({ state: 'done', skipped: 0 });
  expect((await whole(other)).split('\n')).toEqual(first.split('\n'));

  // again it changes nothing, nor where it came from
  expect(await load(there, first)).toMatchObject({ added: 0, updated: 0 });
  expect(await whole(other)).toBe(first);
  await load(here, first);
  expect(await whole(db)).toBe(first);
});
