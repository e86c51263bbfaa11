import { beforeAll, describe, expect, test } from 'vitest';
import { changeSubscriber } from '../../src/actions/subscribers.ts';
import { addSubscriber } from '../../src/letters/added-by-operator.ts';
import {
  AddressSuppressed,
  AddressTaken,
  InvalidSubscriber,
  SubscriberNotFound,
} from '../../src/subscribers/errors.ts';
import { getSubscriber, listSubscribers } from '../../src/subscribers/subscribers.ts';
import {
  listSuppressions,
  removeSuppression,
  suppress,
} from '../../src/subscribers/suppression.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { hashAddress, makeNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-24T12:00:00Z');
beforeAll(async () => {
  await makeNewsletter(db, 'daily');
  await makeNewsletter(db, 'weekend');
});
const add = (input: unknown) =>
  db.transaction().execute((tx) => addSubscriber(tx, input, { hashAddress, origin: 'x', now }));
const update = (id: string, input: object) =>
  db
    .transaction()
    .execute((tx) =>
      changeSubscriber(tx, { kind: 'cli' }, id, input, { hashAddress, origin: 'x', now }),
    );
const consent = { source: 'fair', at: '2026-11-01T10:00:00Z' };

describe('a subscriber whom an operator adds', () => {
  test('with a recorded consent is active at once and gets no letter', async () => {
    const { id, letters } = await add({
      email: 'ana@example.org',
      newsletter: ['daily', 'weekend'],
      sections: ['news'],
      hour: '08:30',
      consent,
    });
    expect(letters).toEqual([]);
    expect(await getSubscriber(db, id)).toMatchObject({
      email: 'ana@example.org',
      subscriptions: [
        {
          newsletter: 'daily',
          state: 'active',
          hour: '08:30',
          sections: ['news'],
          confirmedAt: '2026-11-01T10:00:00.000Z',
          unsubscribedAt: null,
        },
        { newsletter: 'weekend', state: 'active' },
      ],
    });
  });

  test('without one is asked first', async () => {
    const { id, letters } = await add({ email: 'ben@example.org', newsletter: 'daily' });
    expect(letters).toHaveLength(1);
    expect((await getSubscriber(db, id)).subscriptions).toMatchObject([{ state: 'pending' }]);
  });

  test.each([
    [{ newsletter: 'daily' }, '/email'],
    [{ email: 'a@b@c', newsletter: 'daily' }, '/email'],
    [{ email: 'x@example.org', newsletter: 'nope' }, '/newsletter'],
    [{ email: 'x@example.org', newsletter: [] }, '/newsletter'],
    [{ email: 'x@example.org', newsletter: 'daily', sections: ['sport'] }, '/sections'],
    [{ email: 'x@example.org', newsletter: 'daily', hour: '25:00' }, '/hour'],
    [{ email: 'x@example.org', newsletter: 'daily', timezone: '+02:00' }, '/timezone'],
    [{ email: 'x@example.org', newsletter: 'daily', age: 7 }, '/age'],
    [
      {
        email: 'x@example.org',
        newsletter: 'daily',
        consent: { source: 'f', at: '2027-01-01T00:00:00Z' },
      },
      '/consent/at',
    ],
  ])('is refused when something is wrong (%#)', async (input, pointer) => {
    const error: unknown = await add(input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidSubscriber);
    expect((error as InvalidSubscriber).errors[0]?.pointer).toBe(pointer);
  });

  test('is refused while suppressed', async () => {
    const hash = hashAddress('never@example.org');
    expect(await suppress(db, hash, { reason: 'operator' })).toBe(true);
    expect(await suppress(db, hash, { reason: 'bounce' })).toBe(false);
    await expect(add({ email: 'Never@Example.org', newsletter: 'daily' })).rejects.toThrow(
      AddressSuppressed,
    );
    const { data } = await listSuppressions(db, { limit: 10 });
    expect(data).toMatchObject([{ reason: 'operator', held: false }]);
    expect(await removeSuppression(db, hash)).toMatchObject({ reason: 'operator' });
    await add({ email: 'never@example.org', newsletter: 'daily' });
  });
});

describe('a change', () => {
  test('of choices and of the address is made as asked, and ending keeps the withdrawal', async () => {
    const { id } = await add({ email: 'cleo@example.org', newsletter: 'daily', consent });
    await update(id, {
      email: 'Cleo@New.Example',
      name: 'Cleo',
      subscriptions: [
        {
          newsletter: 'daily',
          frequency: 'weekly',
          sections: null,
          pausedUntil: '2026-12-24T00:00:00+01:00',
        },
      ],
    });
    expect(await getSubscriber(db, id)).toMatchObject({
      email: 'Cleo@New.Example',
      name: 'Cleo',
      subscriptions: [
        { state: 'active', frequency: 'weekly', pausedUntil: '2026-12-23T23:00:00.000Z' },
      ],
    });
    await update(id, { subscriptions: [{ newsletter: 'daily', state: 'unsubscribed' }] });
    expect((await getSubscriber(db, id)).subscriptions).toMatchObject([
      { state: 'unsubscribed', unsubscribedAt: now.toISOString() },
    ]);
    const actions = await db
      .selectFrom('consents')
      .select('action')
      .where('subscriberId', '=', id)
      .orderBy('id')
      .execute();
    expect(actions.map((row) => row.action)).toEqual(['operator', 'withdraw']);
  });

  test('to an address of somebody else, of nobody, or to active is refused', async () => {
    const { id } = await add({ email: 'dan@example.org', newsletter: 'daily', consent });
    await expect(update(id, { email: 'ana@example.org' })).rejects.toThrow(AddressTaken);
    await expect(update('999999', { name: 'x' })).rejects.toThrow(SubscriberNotFound);
    await expect(
      update(id, { subscriptions: [{ newsletter: 'daily', state: 'active' }] }),
    ).rejects.toThrow(InvalidSubscriber);
    await expect(
      update(id, { subscriptions: [{ newsletter: 'weekend', frequency: 'daily' }] }),
    ).rejects.toThrow(InvalidSubscriber);
  });
});

test('a list goes page by page and can be narrowed', async () => {
  const first = await listSubscribers(db, { limit: 2 });
  expect(first.data).toHaveLength(2);
  const rest = await listSubscribers(db, { limit: 100, after: first.next ?? undefined });
  expect(rest.next).toBeNull();
  expect(first.data.concat(rest.data).map((one) => one.email)).toEqual([
    'ana@example.org',
    'ben@example.org',
    'never@example.org',
    'Cleo@New.Example',
    'dan@example.org',
  ]);
  const active = await listSubscribers(db, { limit: 9, newsletter: 'daily', state: 'active' });
  expect(active.data.map((one) => one.email)).toEqual(['ana@example.org', 'dan@example.org']);
  const one = await listSubscribers(db, { limit: 9, emailKey: 'cleo@new.example' });
  expect(one.data).toHaveLength(1);
});
