import { beforeAll, describe, expect, test } from 'vitest';
import { confirmSubscriptions } from '../../src/letters/confirm.ts';
import { requestSubscription } from '../../src/letters/sign-up.ts';
import { removeStalePending } from '../../src/subscribers/pending-sign-ups.ts';
import { keepReason, leave, undoLeaving } from '../../src/subscribers/unsubscribe.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  evidence,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
} from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let daily: MadeNewsletter;
let diario: MadeNewsletter;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
  diario = await makeNewsletter(db, 'diario', { title: 'El Diario', language: 'es' });
});

const monday = new Date('2026-11-23T08:00:00Z');
const after = (ms: number) => new Date(monday.getTime() + ms);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const subscriberOf = (key: string) =>
  db.selectFrom('subscribers').selectAll().where('emailKey', '=', key).executeTakeFirst();
const known = async (key: string) => {
  const found = await subscriberOf(key);
  if (!found) throw new Error(`nobody has the address ${key}`);
  return found;
};
const lettersTo = (subscriber: string) =>
  db
    .selectFrom('letters')
    .selectAll()
    .where('subscriberId', '=', subscriber)
    .orderBy('id')
    .execute();
const subscriptionsOf = (subscriber: string) =>
  db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscriberId', '=', subscriber)
    .orderBy('newsletterId')
    .execute();
const consentsOf = (subscriber: string) =>
  db
    .selectFrom('consents')
    .selectAll()
    .where('subscriberId', '=', subscriber)
    .orderBy('id')
    .execute();

describe('a sign-up', () => {
  test('is pending, with its consent and one confirmation', async () => {
    const request = asks('Ana@Example.org', [daily], { language: 'es', name: 'Ana' });
    const { letters } = await requestSubscription(db, request, monday);
    const ana = await known('ana@example.org');
    expect(ana).toMatchObject({
      email: 'Ana@Example.org',
      name: 'Ana',
      language: 'es',
      receiverGroup: 'rest',
      addressHash: hashAddress('ana@example.org'),
    });
    expect(await subscriptionsOf(ana.id)).toMatchObject([{ state: 'pending', activeFrom: null }]);
    expect(await lettersTo(ana.id)).toMatchObject([
      {
        id: letters[0],
        kind: 'confirmation',
        language: 'es',
        email: null,
        content: {
          newsletters: [{ slug: 'daily', title: 'The Daily', description: '' }],
          requestedAt: monday.toISOString(),
          origin: 'news.example.org',
        },
      },
    ]);
    expect(await consentsOf(ana.id)).toMatchObject([
      { action: 'request', originAddress: '192.0.2.7', wordingVersion: '1', at: monday },
    ]);
  });

  test('a second time, in other case, on the same day sends nothing; a day later it does', async () => {
    await requestSubscription(db, asks('ben@example.org', [daily]), monday);
    const again = await requestSubscription(db, asks('BEN@EXAMPLE.ORG', [diario]), after(DAY - 1));
    expect(again.letters).toEqual([]);
    const ben = await known('ben@example.org');
    expect(ben.email).toBe('ben@example.org');
    expect(await subscriptionsOf(ben.id)).toHaveLength(2);
    const later = await requestSubscription(db, asks('ben@example.org', [daily]), after(DAY));
    expect(later.letters).toHaveLength(1);
    expect(await lettersTo(ben.id)).toHaveLength(2);
  });

  test('a thousand at once leads to one letter', async () => {
    const request = asks('flooded@example.org', [daily]);
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => requestSubscription(db, request, monday)),
    );
    expect(answers.flatMap((answer) => answer.letters)).toHaveLength(1);
    const { id } = await known('flooded@example.org');
    expect(await lettersTo(id)).toHaveLength(1);
    expect(await consentsOf(id)).toHaveLength(1);
  });

  test('while active changes nothing and gives a notice once a day', async () => {
    await requestSubscription(db, asks('carmen@example.org', [daily]), monday);
    const carmen = await known('carmen@example.org');
    await confirmSubscriptions(db, carmen.id, { evidence }, after(1000));
    const before = await subscriptionsOf(carmen.id);
    const stranger = asks('carmen@example.org', [daily], {
      frequency: 'weekly',
      language: 'es',
      name: 'X',
    });
    expect((await requestSubscription(db, stranger, after(2000))).letters).toHaveLength(1);
    expect((await requestSubscription(db, stranger, after(3000))).letters).toHaveLength(0);
    expect(await subscriptionsOf(carmen.id)).toEqual(before);
    expect(await known('carmen@example.org')).toMatchObject({ name: null, language: 'en' });
    const kinds = (await lettersTo(carmen.id)).map((letter) => letter.kind);
    expect(kinds).toEqual(['confirmation', 'welcome', 'notice']);
    expect((await requestSubscription(db, stranger, after(DAY + 2000))).letters).toHaveLength(1);
  });

  test('of a suppressed address stores no address and sends nothing', async () => {
    await db
      .insertInto('suppressions')
      .values({ addressHash: hashAddress('gone@example.org'), reason: 'bounce' })
      .execute();
    const answer = await requestSubscription(db, asks('gone@example.org', [daily]), monday);
    expect(answer.letters).toEqual([]);
    expect(await subscriberOf('gone@example.org')).toBeUndefined();
  });

  test('that nobody confirms is forgotten after 7 days, address and all', async () => {
    await requestSubscription(db, asks('never@example.org', [daily, diario]), monday);
    const never = await known('never@example.org');
    await db
      .updateTable('letters')
      .set({ state: 'sent' })
      .where('subscriberId', '=', never.id)
      .execute();
    await removeStalePending(db, after(7 * DAY - 1));
    expect(await subscriptionsOf(never.id)).toHaveLength(2);
    await removeStalePending(db, after(7 * DAY));
    expect(await subscriberOf('never@example.org')).toBeUndefined();
    expect(await lettersTo(never.id)).toEqual([]);
    expect(await consentsOf(never.id)).toEqual([]);
  });

  test('of one who had left and does not confirm leaves them as they were', async () => {
    await requestSubscription(db, asks('back@example.org', [daily]), monday);
    const back = await known('back@example.org');
    await confirmSubscriptions(db, back.id, { evidence }, after(1));
    await leave(db, [{ subscriber: back.id, newsletter: undefined, evidence }], after(2));
    await requestSubscription(db, asks('back@example.org', [daily]), after(DAY));
    expect(await subscriptionsOf(back.id)).toMatchObject([{ state: 'pending', leftAt: after(2) }]);
    await db.updateTable('letters').set({ state: 'sent' }).execute();
    await removeStalePending(db, after(9 * DAY));
    expect(await subscriptionsOf(back.id)).toMatchObject([
      { state: 'unsubscribed', activeFrom: after(1), leftAt: after(2) },
    ]);
  });
});

describe('confirming', () => {
  test('a thousand times at once activates once and welcomes once', async () => {
    await requestSubscription(db, asks('dora@example.org', [daily, diario]), monday);
    const { id } = await known('dora@example.org');
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => confirmSubscriptions(db, id, { evidence }, after(5))),
    );
    expect(answers.filter((answer) => answer.confirmed.length > 0)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.letters)).toHaveLength(1);
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'active', activeFrom: after(5), confirmedAt: after(5), leftAt: null },
      { state: 'active', activeFrom: after(5), confirmedAt: after(5), leftAt: null },
    ]);
    const actions = (await consentsOf(id)).map((consent) => consent.action);
    expect(actions).toEqual(['request', 'request', 'confirm', 'confirm']);
  });

  test('can take some of what was asked for, and not what was left', async () => {
    await requestSubscription(db, asks('eva@example.org', [daily, diario]), monday);
    const { id } = await known('eva@example.org');
    const first = await confirmSubscriptions(
      db,
      id,
      { newsletters: [diario.id], evidence },
      after(1),
    );
    expect(first.confirmed).toEqual([diario.id]);
    await leave(db, [{ subscriber: id, newsletter: diario.id, evidence }], after(2));
    const again = await confirmSubscriptions(
      db,
      id,
      { newsletters: [diario.id], evidence },
      after(3),
    );
    expect(again).toEqual({ confirmed: [], letters: [] });
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'pending' },
      { state: 'unsubscribed' },
    ]);
  });
});

describe('leaving', () => {
  const joined = async (email: string) => {
    await requestSubscription(db, asks(email, [daily, diario]), monday);
    const { id } = await known(email);
    await confirmSubscriptions(db, id, { evidence }, after(1));
    return id;
  };

  test('a thousand times at once is one change and one withdrawal', async () => {
    const id = await joined('fay@example.org');
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        leave(db, [{ subscriber: id, newsletter: daily.id, evidence }], after(10 + i)),
      ),
    );
    expect((await consentsOf(id)).filter((c) => c.action === 'withdraw')).toHaveLength(1);
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'unsubscribed' },
      { state: 'active' },
    ]);
  });

  test('of many readers together ends theirs and nobody else’s', async () => {
    const ids = await Promise.all(
      ['ivy', 'jon', 'kim'].map((name) => joined(`${name}@example.org`)),
    );
    const [ivy = '', jon = '', kim = ''] = ids;
    const leavings = [
      { subscriber: ivy, newsletter: daily.id, evidence },
      { subscriber: ivy, newsletter: daily.id, evidence: { ...evidence, form: 'one-click' } },
      { subscriber: jon, newsletter: undefined, evidence },
      { subscriber: '999999', newsletter: daily.id, evidence },
    ];
    await leave(db, leavings, after(20));
    const states = async (id: string) => (await subscriptionsOf(id)).map((one) => one.state);
    expect(await states(ivy)).toEqual(['unsubscribed', 'active']);
    expect(await states(jon)).toEqual(['unsubscribed', 'unsubscribed']);
    expect(await states(kim)).toEqual(['active', 'active']);
    expect((await consentsOf(ivy)).filter((c) => c.action === 'withdraw')).toHaveLength(1);
  });

  test('can be undone for an hour, as if it had not been', async () => {
    const id = await joined('gus@example.org');
    const before = await subscriptionsOf(id);
    await leave(db, [{ subscriber: id, newsletter: undefined, evidence }], after(HOUR));
    await keepReason(db, id, after(HOUR), 'too many mails');
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'unsubscribed', leaveReason: 'too many mails' },
      { state: 'unsubscribed', leaveReason: 'too many mails' },
    ]);
    const late = await undoLeaving(db, id, { leftAt: after(HOUR), evidence }, after(2 * HOUR));
    expect(late).toEqual([]);
    const back = await undoLeaving(db, id, { leftAt: after(HOUR), evidence }, after(2 * HOUR - 1));
    expect(back.sort()).toEqual([daily.id, diario.id].sort());
    expect(await subscriptionsOf(id)).toEqual(before);
  });

  test('what was never confirmed stays ended when it is undone', async () => {
    await requestSubscription(db, asks('hal@example.org', [daily]), monday);
    const { id } = await known('hal@example.org');
    await leave(db, [{ subscriber: id, newsletter: undefined, evidence }], after(5));
    expect(await undoLeaving(db, id, { leftAt: after(5), evidence }, after(6))).toEqual([]);
  });
});
