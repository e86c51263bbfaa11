import { beforeAll, describe, expect, test } from 'vitest';
import { readAddress } from '../../src/mail/address.ts';
import { changeAddress } from '../../src/subscribers/change.ts';
import { saveUnsubscribeReason } from '../../src/subscribers/leaving-reasons.ts';
import { addressMark } from '../../src/subscribers/links.ts';
import { removeStalePending } from '../../src/subscribers/pending-sign-ups.ts';
import { confirmSubscriptions } from '../../src/subscribers/subscriptions/confirm.ts';
import { endSubscriptions, undoUnsubscribing } from '../../src/subscribers/subscriptions/end.ts';
import { recordSubscriptions } from '../../src/subscribers/subscriptions/record.ts';
import { requestSubscriptions } from '../../src/subscribers/subscriptions/request.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  confirm,
  evidence,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
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
    const asked = asks('Ana@Example.org', [daily], { language: 'es', name: 'Ana' });
    const letters = await request(db, asked, monday);
    const ana = await known('ana@example.org');
    expect(ana).toMatchObject({
      email: 'Ana@Example.org',
      name: null,
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
    await request(db, asks('ben@example.org', [daily]), monday);
    const again = await request(db, asks('BEN@EXAMPLE.ORG', [diario]), after(DAY - 1));
    expect(again).toEqual([]);
    const ben = await known('ben@example.org');
    expect(ben.email).toBe('ben@example.org');
    expect(await subscriptionsOf(ben.id)).toHaveLength(2);
    const later = await request(db, asks('ben@example.org', [daily]), after(DAY));
    expect(later).toHaveLength(1);
    expect(await lettersTo(ben.id)).toHaveLength(2);
  });

  test('a thousand at once leads to one letter', async () => {
    const asked = asks('flooded@example.org', [daily]);
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => request(db, asked, monday)),
    );
    expect(answers.flat()).toHaveLength(1);
    const { id } = await known('flooded@example.org');
    expect(await lettersTo(id)).toHaveLength(1);
    expect(await consentsOf(id)).toHaveLength(1);
  });

  test('on the same day has its letter once the owner has clicked or unsubscribed since the last', async () => {
    const ask = (newsletter: MadeNewsletter, ms: number) =>
      request(db, asks('owner@example.org', [newsletter]), after(ms));
    expect(await ask(daily, 0)).toHaveLength(1);
    const { id } = await known('owner@example.org');
    await confirm(db, id, after(10));
    expect(await ask(diario, 20)).toHaveLength(1);
    expect(await ask(diario, 30)).toHaveLength(0);
    await endSubscriptions(db, [{ subscriber: id, newsletter: daily.id, evidence }], after(40));
    const racing = await Promise.all(Array.from({ length: 50 }, () => ask(daily, 50)));
    expect(racing.flat()).toHaveLength(1);
  });

  test('gives the name and language of the last one to who confirms, and of no other', async () => {
    const sign = (name: string | null, language: string, ms: number) =>
      request(db, asks('named@example.org', [daily], { name, language }), after(ms));
    await sign('A stranger', 'es', 0);
    await sign(null, 'en', 1);
    const { id } = await known('named@example.org');
    await confirm(db, id, after(2));
    expect(await known('named@example.org')).toMatchObject({ name: null, language: 'en' });
    await endSubscriptions(db, [{ subscriber: id, newsletter: daily.id, evidence }], after(3));
    await sign('Noa', 'es', 4);
    expect(await known('named@example.org')).toMatchObject({ name: null, language: 'en' });
    await confirm(db, id, after(5));
    expect(await known('named@example.org')).toMatchObject({ name: 'Noa', language: 'es' });
    expect(await subscriptionsOf(id)).toMatchObject([{ state: 'active', requested: null }]);
  });

  test('by aliases of one mailbox gets five letters a day, also when all come at once', async () => {
    const aliases = Array.from({ length: 8 }, (_, n) => `ali.as+${n}@gmail.com`);
    const both = await Promise.all([
      request(db, asks('a.lias@gmail.com', [daily]), monday),
      request(db, asks('other@gmail.com', [daily]), monday),
    ]);
    expect(both.flat()).toHaveLength(2);
    const asked = aliases.map((email) => asks(email, [daily]));
    expect(await requestSubscriptions(db, asked, after(1))).toHaveLength(4);
    expect(await requestSubscriptions(db, asked, after(DAY + 2))).toHaveLength(5);
  });

  test('and clicks for the same person at once never wait for each other crosswise', async () => {
    await request(db, asks('crossed@example.org', [daily, diario]), monday);
    const { id } = await known('crossed@example.org');
    const mixed = Array.from({ length: 200 }, (_, n) =>
      n % 2 === 0
        ? confirm(db, id, after(n))
        : request(db, asks('crossed@example.org', [diario, daily]), after(n)),
    );
    await expect(Promise.all(mixed)).resolves.toHaveLength(200);
  });

  test('while active changes nothing and gives a notice once a day', async () => {
    await request(db, asks('carmen@example.org', [daily]), monday);
    const carmen = await known('carmen@example.org');
    await confirm(db, carmen.id, after(1000));
    const before = await subscriptionsOf(carmen.id);
    const stranger = asks('carmen@example.org', [daily], {
      frequency: 'weekly',
      language: 'es',
      name: 'X',
    });
    expect(await request(db, stranger, after(2000))).toHaveLength(1);
    expect(await request(db, stranger, after(3000))).toHaveLength(0);
    expect(await subscriptionsOf(carmen.id)).toEqual(before);
    expect(await known('carmen@example.org')).toMatchObject({ name: null, language: 'en' });
    const kinds = (await lettersTo(carmen.id)).map((letter) => letter.kind);
    expect(kinds).toEqual(['confirmation', 'welcome', 'notice']);
    expect(await request(db, stranger, after(DAY + 2000))).toHaveLength(1);
  });

  test('of a suppressed address stores no address and sends nothing', async () => {
    await db
      .insertInto('suppressions')
      .values({ addressHash: hashAddress('gone@example.org'), reason: 'complaint' })
      .execute();
    const answer = await request(db, asks('gone@example.org', [daily]), monday);
    expect(answer).toEqual([]);
    expect(await subscriberOf('gone@example.org')).toBeUndefined();
  });

  test('that nobody confirms is forgotten after 7 days, address and all', async () => {
    await request(db, asks('never@example.org', [daily, diario]), monday);
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
    await request(db, asks('back@example.org', [daily]), monday);
    const back = await known('back@example.org');
    await confirm(db, back.id, after(1));
    await endSubscriptions(
      db,
      [{ subscriber: back.id, newsletter: undefined, evidence }],
      after(2),
    );
    await request(db, asks('back@example.org', [daily]), after(DAY));
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
    await request(db, asks('dora@example.org', [daily, diario]), monday);
    const { id } = await known('dora@example.org');
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => confirm(db, id, after(5))),
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
    await request(db, asks('eva@example.org', [daily, diario]), monday);
    const { id } = await known('eva@example.org');
    const first = await confirm(db, id, after(1), [diario.id]);
    expect(first.confirmed).toEqual([diario.id]);
    await endSubscriptions(db, [{ subscriber: id, newsletter: diario.id, evidence }], after(2));
    const again = await confirm(db, id, after(3), [diario.id]);
    expect(again).toEqual({ confirmed: [], letters: [] });
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'pending' },
      { state: 'unsubscribed' },
    ]);
  });
});

describe('a confirmation', () => {
  test('says yes for the address it was sent to, and for no later one', async () => {
    await request(db, asks('first@example.org', [daily]), monday);
    const { id, addressHash } = await known('first@example.org');
    const sentTo = addressMark(addressHash ?? Buffer.alloc(0));
    const other = readAddress('second@example.org');
    await changeAddress(db, id, other, hashAddress(other.key));
    const click = () => confirmSubscriptions(db, id, { sentTo, evidence }, after(1));
    expect(await click()).toEqual({ confirmed: [], letters: [] });
    expect(await subscriptionsOf(id)).toMatchObject([{ state: 'pending' }]);
    const first = readAddress('first@example.org');
    await changeAddress(db, id, first, hashAddress(first.key));
    expect((await click()).confirmed).toEqual([daily.id]);
  });
});

describe('a recorded consent', () => {
  const record = (
    subscriberId: string,
    consentAt: Date,
    choices: { frequency?: 'weekly' } = {},
  ) => {
    const consent = {
      action: 'operator' as const,
      at: consentAt,
      ...evidence,
      detail: { source: 'fair' },
    };
    const given = {
      state: 'active' as const,
      consentAt,
      unsubscribedAt: null,
      consents: [consent],
    };
    const { frequency = null } = choices;
    const chosen = { frequency, hour: null, sections: null, format: null, pausedUntil: null };
    const one = { subscriberId, newsletterId: daily.id, ...given, ...chosen };
    return recordSubscriptions(db, [one], after(DAY));
  };

  test('makes active, changes what is given, and says when it changed nothing', async () => {
    await request(db, asks('fair@example.org', [daily], { hour: '18:00' }), monday);
    const { id } = await known('fair@example.org');
    expect(await record(id, after(1), { frequency: 'weekly' })).toEqual(['added']);
    expect(await record(id, after(1))).toEqual(['same']);
    expect(await record(id, after(2), { frequency: 'weekly' })).toEqual(['same']);
    await db
      .updateTable('subscriptions')
      .set({ frequency: 'weekdays' })
      .where('subscriberId', '=', id)
      .execute();
    expect(await record(id, after(2))).toEqual(['same']);
    expect(await record(id, after(2), { frequency: 'weekly' })).toEqual(['changed']);
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'active', frequency: 'weekly', hour: '18:00', confirmedAt: after(1) },
    ]);
    expect((await consentsOf(id)).map((one) => one.action)).toEqual([
      'request',
      'operator',
      'operator',
    ]);
  });

  test('from before the reader unsubscribed brings nobody back; one from after leaves no old reason', async () => {
    await request(db, asks('gone-since@example.org', [daily]), monday);
    const { id } = await known('gone-since@example.org');
    await confirm(db, id, after(1));
    await endSubscriptions(db, [{ subscriber: id, newsletter: daily.id, evidence }], after(5));
    await saveUnsubscribeReason(db, id, after(5), 'too often');
    expect(await record(id, after(4))).toEqual(['unsubscribed']);
    expect(await subscriptionsOf(id)).toMatchObject([{ state: 'unsubscribed' }]);
    expect(await record(id, after(6))).toEqual(['added']);
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'active', leftAt: null, leaveReason: null },
    ]);
  });
});

describe('unsubscribing', () => {
  const joined = async (email: string) => {
    await request(db, asks(email, [daily, diario]), monday);
    const { id } = await known(email);
    await confirm(db, id, after(1));
    return id;
  };

  test('a thousand times at once is one change and one withdrawal', async () => {
    const id = await joined('fay@example.org');
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        endSubscriptions(db, [{ subscriber: id, newsletter: daily.id, evidence }], after(10 + i)),
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
    await endSubscriptions(db, leavings, after(20));
    const states = async (id: string) => (await subscriptionsOf(id)).map((one) => one.state);
    expect(await states(ivy)).toEqual(['unsubscribed', 'active']);
    expect(await states(jon)).toEqual(['unsubscribed', 'unsubscribed']);
    expect(await states(kim)).toEqual(['active', 'active']);
    expect((await consentsOf(ivy)).filter((c) => c.action === 'withdraw')).toHaveLength(1);
  });

  test('can be undone for an hour, as if it had not been', async () => {
    const id = await joined('gus@example.org');
    const before = await subscriptionsOf(id);
    await endSubscriptions(db, [{ subscriber: id, newsletter: undefined, evidence }], after(HOUR));
    await saveUnsubscribeReason(db, id, after(HOUR), 'too many mails');
    expect(await subscriptionsOf(id)).toMatchObject([
      { state: 'unsubscribed', leaveReason: 'too many mails' },
      { state: 'unsubscribed', leaveReason: 'too many mails' },
    ]);
    const late = await undoUnsubscribing(
      db,
      id,
      { endedAt: after(HOUR), evidence },
      after(2 * HOUR),
    );
    expect(late).toEqual([]);
    const back = await undoUnsubscribing(
      db,
      id,
      { endedAt: after(HOUR), evidence },
      after(2 * HOUR - 1),
    );
    expect(back.sort()).toEqual([daily.id, diario.id].sort());
    expect(await subscriptionsOf(id)).toEqual(before);
  });

  test('what was never confirmed stays ended when it is undone', async () => {
    await request(db, asks('hal@example.org', [daily]), monday);
    const { id } = await known('hal@example.org');
    await endSubscriptions(db, [{ subscriber: id, newsletter: undefined, evidence }], after(5));
    expect(await undoUnsubscribing(db, id, { endedAt: after(5), evidence }, after(6))).toEqual([]);
  });
});
