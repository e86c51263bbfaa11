import { expect, test } from 'vitest';
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
