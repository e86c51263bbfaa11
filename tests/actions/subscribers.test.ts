import { beforeAll, describe, expect, test } from 'vitest';
import { sendConfirmationTo, sendLinksTo } from '../../src/actions/subscriber-letters.ts';
import { addReader, changeSubscriber, type SubscriberWork } from '../../src/actions/subscribers.ts';
import {
  liftSubscriber,
  liftSuppression,
  suppressSubscriber,
} from '../../src/actions/suppressions.ts';
import type { DbOrTransaction } from '../../src/database/connection.ts';
import { LetterRefused, NothingToConfirm } from '../../src/letters/errors.ts';
import type { Actor } from '../../src/operators/audit.ts';
import {
  AddressSuppressed,
  ComplaintStays,
  SubscriberNotFound,
  SubscriberShared,
  SuppressionNotFound,
} from '../../src/subscribers/errors.ts';
import { getSubscriber } from '../../src/subscribers/subscribers.ts';
import { suppress } from '../../src/subscribers/suppression.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { hashAddress, makeNewsletter } from '../subscribers/fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const actor: Actor = { kind: 'cli' };
const consent = { source: 'fair', at: '2026-11-01T10:00:00Z' };
const newsletters: Record<string, string> = {};
const work = (more: Partial<SubscriberWork> = {}): SubscriberWork => ({
  hashAddress,
  origin: 'news.example',
  now: new Date(),
  ...more,
});

beforeAll(async () => {
  for (const slug of ['daily', 'weekend']) newsletters[slug] = (await makeNewsletter(db, slug)).id;
});
const act = <T>(work: (tx: DbOrTransaction) => Promise<T>) => db.transaction().execute(work);
const add = async (input: object) =>
  (await act((tx) => addReader(tx, actor, { newsletter: 'daily', ...input }, work()))).value
    .subscriber.id;
const lettersTo = (id: string) =>
  db
    .selectFrom('letters')
    .select(['kind', 'email', 'content'])
    .where('subscriberId', '=', id)
    .orderBy('id')
    .execute();
const auditOf = (object: string) =>
  db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('object', '=', object)
    .orderBy('id')
    .execute();

describe('another address', () => {
  test('is told to the old one, whose links end', async () => {
    const id = await add({ email: 'ana@example.org', consent });
    await act((tx) => changeSubscriber(tx, actor, id, { email: 'ana@example.net' }, work()));
    expect(await lettersTo(id)).toMatchObject([
      { kind: 'moved', email: 'ana@example.org', content: { newAddress: 'a•••@example.net' } },
    ]);
    const row = await db
      .selectFrom('subscribers')
      .select(['email', 'addressChanges'])
      .where('id', '=', id)
      .executeTakeFirst();
    expect(row).toEqual({ email: 'ana@example.net', addressChanges: 1 });
    expect(await auditOf(`subscriber ${id}`)).toMatchObject([
      { action: 'add' },
      { action: 'change', detail: { fields: ['email'] } },
    ]);
  });

  test('that is the same written otherwise is told to nobody', async () => {
    const id = await add({ email: 'bea@example.org', consent });
    await act((tx) => changeSubscriber(tx, actor, id, { email: 'Bea@Example.ORG' }, work()));
    expect(await lettersTo(id)).toEqual([]);
    expect((await getSubscriber(db, id)).email).toBe('Bea@Example.ORG');
  });

  test('of a sign-up that waits is asked there, and the old one, which never agreed, is not told', async () => {
    const id = await add({ email: 'typo@example.org' });
    await act((tx) => changeSubscriber(tx, actor, id, { email: 'right@example.org' }, work()));
    const letters = await lettersTo(id);
    expect(letters.map(({ kind }) => kind)).toEqual(['confirmation', 'confirmation']);
    expect(letters[1]?.email).toBeNull();
  });

  test('that is suppressed is refused', async () => {
    const id = await add({ email: 'cleo@example.org', consent });
    await suppress(db, hashAddress('gone@example.org'), { reason: 'bounce' });
    await expect(
      act((tx) => changeSubscriber(tx, actor, id, { email: 'gone@example.org' }, work())),
    ).rejects.toThrow(AddressSuppressed);
    expect((await getSubscriber(db, id)).email).toBe('cleo@example.org');
    expect(await lettersTo(id)).toEqual([]);
  });
});

describe('a letter again', () => {
  test('asks what waits for it, once in ten minutes', async () => {
    const id = await add({ email: 'dan@example.org' });
    const later = work({ now: new Date(Date.now() + 11 * 60_000) });
    await act((tx) => sendConfirmationTo(tx, actor, id, later));
    await expect(act((tx) => sendConfirmationTo(tx, actor, id, later))).rejects.toThrow(
      LetterRefused,
    );
    expect((await lettersTo(id)).map(({ kind }) => kind)).toEqual(['confirmation', 'confirmation']);
    expect((await auditOf(`subscriber ${id}`)).map(({ action }) => action)).toEqual([
      'add',
      'send confirmation',
    ]);
  });

  test('is not sent where nothing waits', async () => {
    const id = await add({ email: 'eva@example.org', consent });
    await expect(act((tx) => sendConfirmationTo(tx, actor, id, work()))).rejects.toThrow(
      NothingToConfirm,
    );
    await expect(act((tx) => sendConfirmationTo(tx, actor, '999999', work()))).rejects.toThrow(
      SubscriberNotFound,
    );
  });

  test('brings their links, of what they receive', async () => {
    const id = await add({ email: 'fay@example.org', consent, newsletter: ['daily', 'weekend'] });
    const ended = { subscriptions: [{ newsletter: 'weekend', state: 'unsubscribed' }] };
    await act((tx) => changeSubscriber(tx, actor, id, ended, work()));
    await act((tx) => sendLinksTo(tx, actor, id, work()));
    expect(await lettersTo(id)).toMatchObject([
      { kind: 'links', email: null, content: { newsletters: [{ slug: 'daily' }] } },
    ]);
    await expect(act((tx) => sendLinksTo(tx, actor, id, work()))).rejects.toThrow(LetterRefused);
  });

  test('goes to no suppressed address', async () => {
    const id = await add({ email: 'gus@example.org', consent });
    await act((tx) => suppressSubscriber(tx, actor, id, 'asked by telephone'));
    await expect(act((tx) => sendLinksTo(tx, actor, id, work()))).rejects.toThrow(
      AddressSuppressed,
    );
  });
});

describe('a suppression', () => {
  test('is lifted with a reason, which the audit keeps', async () => {
    const id = await add({ email: 'hal@example.org', consent });
    const object = `address ${hashAddress('hal@example.org').toString('hex')}`;
    expect(await act((tx) => suppressSubscriber(tx, actor, id, null))).toBe(true);
    expect(await act((tx) => suppressSubscriber(tx, actor, id, null))).toBe(false);
    await act((tx) => liftSubscriber(tx, actor, id, 'he wants it back'));
    await expect(act((tx) => liftSubscriber(tx, actor, id, 'again'))).rejects.toThrow(
      SuppressionNotFound,
    );
    expect(await auditOf(object)).toEqual([
      { action: 'suppress', detail: null },
      { action: 'unsuppress', detail: { was: 'operator', reason: 'he wants it back' } },
    ]);
  });

  test('that a complaint made stays, unless it is only held', async () => {
    const hash = hashAddress('spam@example.org');
    await suppress(db, hash, { reason: 'complaint' });
    await expect(act((tx) => liftSuppression(tx, actor, hash, 'please'))).rejects.toThrow(
      ComplaintStays,
    );
    const held = hashAddress('held@example.org');
    await suppress(db, held, { reason: 'complaint', held: true });
    await act((tx) => liftSuppression(tx, actor, held, 'a mistake of the provider'));
  });
});

test('who is bound to a newsletter changes the subscription there, and not the person', async () => {
  const id = await add({ email: 'ivy@example.org', consent, newsletter: ['daily', 'weekend'] });
  const bound = work({ scope: [newsletters['daily'] ?? ''] });
  const paused = { subscriptions: [{ newsletter: 'daily', frequency: 'weekly' }] };
  const { value } = await act((tx) => changeSubscriber(tx, actor, id, paused, bound));
  expect(value.subscriptions).toMatchObject([{ newsletter: 'daily', frequency: 'weekly' }]);
  for (const change of [{ name: 'Ivy' }, { email: 'ivy@example.net' }])
    await expect(act((tx) => changeSubscriber(tx, actor, id, change, bound))).rejects.toThrow(
      SubscriberShared,
    );
  const other = await add({ email: 'joe@example.org', consent, newsletter: 'weekend' });
  await expect(act((tx) => sendLinksTo(tx, actor, other, bound))).rejects.toThrow(
    SubscriberNotFound,
  );
});
