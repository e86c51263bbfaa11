import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { keepReaderDays, readerDays } from '../../src/subscribers/reader-days.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { makeNewsletter } from './fixtures/newsroom.ts';

describe('the readers of each day', async () => {
  const { db } = await openFreshDatabase();
  const daily = await makeNewsletter(db, 'daily');
  const late = await makeNewsletter(db, 'late');
  // there it is already tomorrow for most of the day
  await sql`update newsletters set timezone = 'UTC' where slug = 'daily'`.execute(db);
  await sql`update newsletters set timezone = 'Pacific/Kiritimati' where slug = 'late'`.execute(db);
  const today = new Date().toISOString().slice(0, 10);
  const before = (days: number) =>
    new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
  const age = () => sql`update reader_days set updated_at = now() - interval '1 hour'`.execute(db);
  const days = (newsletter = 'daily', scope: string[] | null = null) =>
    readerDays(db, { newsletter, from: before(400), to: before(-2), scope });

  /** A reader who came so many days ago at noon, and may have left. */
  async function reader(
    newsletter: string,
    came: number | null,
    left: number | null = null,
    reason: string | null = null,
  ) {
    const noon = (ago: number | null) =>
      ago === null ? null : new Date(Date.parse(before(ago)) + 1_000);
    const { id } = await db
      .insertInto('subscribers')
      .values({ email: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('subscriptions')
      .values({
        newsletterId: newsletter,
        subscriberId: id,
        state: came === null ? 'pending' : left === null ? 'active' : 'unsubscribed',
        activeFrom: noon(came),
        leftAt: noon(left),
        leaveReason: reason,
      })
      .execute();
    return id;
  }

  it('are counted back as far as there were any, in the zone of the newsletter', async () => {
    for (const [came, left, reason] of [
      [9, null, null],
      [9, 3, 'often: <b>'],
      [4, 3, 'often'],
      [4, 0, 'I moved'],
      [0, null, null],
      [null, null, null],
    ] as const)
      await reader(daily.id, came, left, reason);
    await reader(late.id, 2);
    await keepReaderDays(db);
    const found = await days();
    expect(found.map(({ day }) => day)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(before));
    expect(found.map(({ readers }) => readers)).toEqual([2, 2, 2, 2, 2, 4, 2, 2, 2, 2]);
    expect(found.map(({ came }) => came)).toEqual([2, 0, 0, 0, 0, 2, 0, 0, 0, 1]);
    expect(found.map(({ left }) => left)).toEqual([0, 0, 0, 0, 0, 0, 2, 0, 0, 1]);
    expect(found[6]?.reasons).toMatchObject({ often: 2, written: 0 });
    expect(found[9]?.reasons).toMatchObject({ often: 0, written: 1 });
    const elsewhere = await days('late');
    expect(elsewhere.find(({ came }) => came === 1)?.day).toBe(before(2));
  });

  it('are counted again after a while, of today and of days on which nobody counted', async () => {
    await sql`delete from reader_days where day > ${before(3)}`.execute(db);
    await reader(daily.id, 1);
    await keepReaderDays(db);
    // it is too early: they were counted a moment ago
    expect((await days()).at(-1)?.day).toBe(before(3));
    await age();
    await keepReaderDays(db);
    const found = (await days()).slice(-4);
    expect(found.map(({ day }) => day)).toEqual([3, 2, 1, 0].map(before));
    expect(found.map(({ readers }) => readers)).toEqual([2, 2, 3, 3]);
    expect(found.map(({ came }) => came)).toEqual([0, 0, 1, 1]);
  });

  it('are shown within a scope', async () => {
    expect(await days('daily', [late.id])).toEqual([]);
    expect((await days('late', [late.id])).length).toBeGreaterThan(0);
  });
});
