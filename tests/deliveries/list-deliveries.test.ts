import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { showDeliveries } from '../../src/actions/deliveries.ts';
import { resendMissed } from '../../src/deliveries/control.ts';
import {
  type DeliveryFilter,
  listDeliveries,
  missedStates,
} from '../../src/deliveries/list-deliveries.ts';
import { missedReasons } from '../../src/deliveries/missed.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';

const { db } = await openFreshDatabase();
const origin = { domain: 'news.test', installation: 'test' };

/** An edition for 3,000 readers in ranges of a thousand, of whom some did not get it. */
async function ended() {
  const newsletter = await makeReaders(db, 3000);
  const edition = await freezeEdition(db, newsletter);
  for await (const _ of planEdition(db, edition, { groups: [] }));
  const { rows } = await sql<{ id: string }>`
    select subscriber_id as id from deliveries where edition_id = ${edition}
    order by subscriber_id`.execute(db);
  const at = (n: number) => rows[n]?.id ?? '';
  await sql`update deliveries set state = 'sent', sent_at = now(), answer = '250 ok'
    where edition_id = ${edition}`.execute(db);
  for (const [n, state, reason, answer] of [
    [3, 'failed', 'refused', '550 5.1.1 <reader@news.test> is unknown here'],
    [1700, 'failed', 'expired', '451 4.7.1 try again later'],
    [1701, 'skipped', 'unsubscribed', null],
    [2999, 'skipped', 'cancelled', null],
  ] as const)
    await sql`update deliveries set state = ${state}, reason = ${reason}, answer = ${answer}
      where edition_id = ${edition} and subscriber_id = ${at(n)}`.execute(db);
  await sql`
    update ranges r set queued = 0, sent = c.sent, failed = c.failed, skipped = c.skipped, state = 'done'
    from (select range_id, count(*) filter (where state = 'sent') as sent,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'skipped') as skipped
      from deliveries where edition_id = ${edition} group by range_id) c
    where r.id = c.range_id`.execute(db);
  await sql`update editions set state = 'sent', finished_at = now() where id = ${edition}`.execute(
    db,
  );
  await sql`insert into delivery_events (edition_id, subscriber_id, phase, code, reply)
    values (${edition}, ${at(10)}, 'rcpt', 451, '451 busy')`.execute(db);
  return { edition, at };
}

const { edition, at } = await ended();

async function all(filter: DeliveryFilter, limit = 1000): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const { data, next } = await listDeliveries(db, edition, { ...filter, limit, after, origin });
    found.push(...data.map(({ subscriber }) => subscriber));
    if (next === null) return found;
    after = next;
  }
}

test('lists every row once, page by page', async () => {
  const found = await all({}, 700);
  expect(found).toHaveLength(3000);
  expect(new Set(found).size).toBe(3000);
});

test('lists those who did not get it, by state, reason and words', async () => {
  const missed = [3, 1700, 1701, 2999].map(at);
  expect(await all({ states: missedStates }, 1)).toEqual(missed);
  expect(await all({ states: ['failed'] })).toEqual([3, 1700].map(at));
  expect(await all({ states: ['uncertain'] })).toEqual([]);
  expect(await all({ reason: 'cancelled' })).toEqual([at(2999)]);
  expect(await all({ search: 'TRY AGAIN' })).toEqual([at(1700)]);
  expect(await all({ search: '%' })).toEqual([]);
  expect(await all({ retried: true })).toEqual([at(10)]);
  const { email } = await db
    .selectFrom('subscribers')
    .select('email')
    .where('id', '=', at(1701))
    .executeTakeFirstOrThrow();
  expect(await all({ search: email ?? '', byAddress: true })).toEqual([at(1701)]);
  expect(await all({ search: email ?? '' })).toEqual([]);
});

test('masks addresses for roles below admin, and looks at none for them', async () => {
  const asked = { states: ['failed' as const], limit: 1, origin };
  const [admins] = (await showDeliveries(db, edition, 'admin', asked)).data;
  expect(admins?.email).toMatch(/^reader-4\./);
  expect(admins?.answer).toContain('<reader@news.test>');
  const [viewers] = (await showDeliveries(db, edition, 'viewer', asked)).data;
  expect([viewers?.email, viewers?.answer]).toEqual([
    'r•••@news.test',
    '550 5.1.1 <r•••@news.test> is unknown here',
  ]);
  const search = { ...asked, search: 'reader-4.' };
  expect((await showDeliveries(db, edition, 'viewer', search)).data).toEqual([]);
  expect((await showDeliveries(db, edition, 'admin', search)).data).toHaveLength(1);
});

test('counts the reasons, and says which of them are sent again', async () => {
  const reasons = await missedReasons(db, edition);
  expect(Object.fromEntries(reasons.map(({ reason, resent }) => [reason, resent]))).toEqual({
    cancelled: true,
    expired: true,
    refused: false,
    unsubscribed: false,
  });
  expect(reasons.every(({ readers }) => readers === 1)).toBe(true);
  const { tickets } = await resendMissed(db, edition);
  expect(tickets).toHaveLength(2);
});
