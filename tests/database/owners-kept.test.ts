import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Db } from '../../src/database/connection.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();

test('a subscription or consent is of a newsletter that there is, and stays so', async () => {
  const daily = await createNewsletter(db, { slug: 'daily', title: 'The Daily', language: 'en' });
  const other = await createNewsletter(db, { slug: 'other', title: 'Other', language: 'en' });
  const { id: subscriberId } = await db
    .insertInto('subscribers')
    .values({ email: 'ana@of.example', emailKey: 'ana@of.example', addressHash: Buffer.alloc(32) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const rowOf = (newsletterId: string) => ({ newsletterId, subscriberId });
  const subscribe = (...ids: string[]) =>
    db
      .insertInto('subscriptions')
      .values(ids.map((id) => ({ ...rowOf(id), state: 'pending' as const })))
      .execute();
  const consent = (...ids: string[]) =>
    db
      .insertInto('consents')
      .values(ids.map((id) => ({ ...rowOf(id), action: 'request' as const })))
      .execute();
  for (const add of [subscribe, consent]) {
    await expect(add(daily.id, '999')).rejects.toMatchObject({ code: '23503' });
    await add(daily.id);
  }
  for (const table of ['subscriptions', 'consents'] as const) {
    await expect(
      db.updateTable(table).set({ newsletterId: other.id }).execute(),
    ).rejects.toMatchObject({ code: '23503' });
    await db.updateTable(table).set({ newsletterId: daily.id }).execute();
    expect(await db.selectFrom(table).select('newsletterId').execute()).toEqual([
      { newsletterId: daily.id },
    ]);
  }
  await expect(db.deleteFrom('newsletters').execute()).rejects.toMatchObject({ code: '23503' });
  await expect(
    db.deleteFrom('subscribers').where('id', '=', subscriberId).execute(),
  ).rejects.toMatchObject({ code: '23503' });
});

test('a subscription is of a subscriber that there is, also of one that goes at the same time', async () => {
  const { id: newsletterId } = await createNewsletter(db, {
    slug: 'kept',
    title: 'Kept',
    language: 'en',
  });
  const add = (email: string) =>
    db
      .insertInto('subscribers')
      .values({ email, emailKey: email, addressHash: Buffer.alloc(32) })
      .returning('id')
      .executeTakeFirstOrThrow();
  const subscribe = (on: Db, ...ids: string[]) =>
    on
      .insertInto('subscriptions')
      .values(
        ids.map((subscriberId) => ({ newsletterId, subscriberId, state: 'pending' as const })),
      )
      .execute();
  const remove = (on: Db, id: string) =>
    on.deleteFrom('subscribers').where('id', '=', id).execute();
  const waits = () =>
    vi.waitUntil(async () => {
      const { rows } = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      return rows.length > 0;
    });
  const [ana, ben] = [await add('ana@kept.example'), await add('ben@kept.example')];
  await expect(subscribe(db, ana.id, '999999')).rejects.toMatchObject({ code: '23503' });

  const first = await db.startTransaction().execute();
  await subscribe(first, ana.id);
  const removed = expect(remove(db, ana.id)).rejects.toMatchObject({ code: '23503' });
  await waits();
  await first.commit().execute();
  await removed;

  const second = await db.startTransaction().execute();
  await remove(second, ben.id);
  const subscribed = expect(subscribe(db, ben.id)).rejects.toMatchObject({ code: '23503' });
  await waits();
  await second.commit().execute();
  await subscribed;

  await expect(
    db.updateTable('subscriptions').set({ subscriberId: '999999' }).execute(),
  ).rejects.toMatchObject({ code: '23503' });
});
