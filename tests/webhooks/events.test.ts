import { beforeEach, expect, it } from 'vitest';
import { openSealing } from '../../src/database/sealing.ts';
import * as transitions from '../../src/editions/transitions.ts';
import { eraseSubscriber } from '../../src/privacy/erase.ts';
import { updateSubscriber } from '../../src/subscribers/change.ts';
import { endSubscriptions, undoUnsubscribing } from '../../src/subscribers/subscriptions/end.ts';
import { addWebhook, webhookEvents } from '../../src/webhooks/webhooks.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  confirm,
  evidence,
  makeNewsletter,
  request,
} from '../subscribers/fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const daily = await makeNewsletter(db, 'daily');
const sports = await makeNewsletter(db, 'sports');
const url = 'https://cms.example.org/hook';
const all = { url, events: [...webhookEvents] };
const now = new Date();
const sealing = openSealing(['a secret']);

beforeEach(async () => {
  await db.deleteFrom('webhooks').execute();
});

/** Somebody asks for the newsletter `daily`. */
async function signUp(email: string): Promise<string> {
  await request(db, asks(email, [daily]), now);
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  return id;
}

/** What a webhook is to be told, in its order. */
async function told(webhookId: string) {
  const rows = await db
    .selectFrom('webhookMessages')
    .select(['type', 'data'])
    .where('webhookId', '=', webhookId)
    .orderBy('id')
    .execute();
  return rows.map(({ type, data }) => [type, data['newsletter'] ?? null]);
}

it('tells each step of a subscription, in the transaction that takes it', async () => {
  const { id: webhook } = await addWebhook(db, sealing, all, null);
  const { id: bound } = await addWebhook(db, sealing, all, [sports.id]);
  const { id: choosy } = await addWebhook(db, sealing, { url, events: ['unsubscribed'] }, null);
  const id = await signUp('ana@example.org');
  await confirm(db, id, now);
  await updateSubscriber(db, id, { name: 'Ana' }, { now });
  const choices = { subscriptions: [{ newsletter: 'daily', frequency: 'weekly' as const }] };
  await updateSubscriber(db, id, choices, { now });
  await expect(
    db.transaction().execute(async (tx) => {
      await updateSubscriber(tx, id, { name: 'Never' }, { now });
      throw new Error('taken back');
    }),
  ).rejects.toThrow('taken back');
  const ended = new Date();
  await endSubscriptions(db, [{ subscriber: id, newsletter: daily.id, evidence }], ended);
  await undoUnsubscribing(db, id, { endedAt: ended, evidence }, new Date());
  expect(await told(webhook)).toEqual([
    ['subscribed', 'daily'],
    ['confirmed', 'daily'],
    ['changed', null],
    ['changed', 'daily'],
    ['unsubscribed', 'daily'],
    ['confirmed', 'daily'],
  ]);
  expect(await told(bound)).toEqual([]);
  expect(await told(choosy)).toEqual([['unsubscribed', 'daily']]);
  await db.transaction().execute((tx) => eraseSubscriber(tx, id, now));
  expect((await told(webhook)).at(-1)).toEqual(['unsubscribed', 'daily']);
  const kept = await db.selectFrom('webhookMessages').select('data').execute();
  expect(JSON.stringify(kept)).not.toMatch(/ana@|Ana/);
});

it('tells nothing of what stays as it is, and nothing to one that is off', async () => {
  const { id: webhook } = await addWebhook(db, sealing, all, null);
  const { id: off } = await addWebhook(db, sealing, all, null);
  await db.updateTable('webhooks').set({ disabledAt: now }).where('id', '=', off).execute();
  const id = await signUp('bea@example.org');
  await confirm(db, id, now);
  await confirm(db, id, now);
  await updateSubscriber(db, id, { name: null }, { now });
  expect(await told(webhook)).toEqual([
    ['subscribed', 'daily'],
    ['confirmed', 'daily'],
  ]);
  expect(await told(off)).toEqual([]);
});

it('tells when an edition begins, is paused and is sent', async () => {
  const { id: webhook } = await addWebhook(db, sealing, all, [daily.id]);
  for (const [number, { id: newsletterId }] of [daily, sports].entries()) {
    const { id } = await db
      .insertInto('editions')
      .values({
        newsletterId,
        number,
        kind: 'special',
        localDate: '2026-11-24',
        state: 'sending',
        frozenAt: now,
        plannedAt: now,
        revision: 1,
        createdAt: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await transitions.pauseEdition(db, id);
    await transitions.pauseEdition(db, id);
    await transitions.continueEdition(db, id);
    await transitions.finishEditions(db, id);
  }
  expect(await told(webhook)).toEqual([
    ['edition.paused', 'daily'],
    ['edition.sending', 'daily'],
    ['edition.sent', 'daily'],
  ]);
});
