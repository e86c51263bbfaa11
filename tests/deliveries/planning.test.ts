import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/connection.ts';
import { countAudience } from '../../src/deliveries/audience.ts';
import { emptyLedger, ledger, recount } from '../../src/deliveries/ledger.ts';
import { planEdition, unplannedEditions } from '../../src/deliveries/plan.ts';
import type { RangeTicket } from '../../src/deliveries/tickets.ts';
import { cancelEdition } from '../../src/editions/transitions.ts';
import { freshDatabase, openFreshDatabase } from '../harness/database.ts';
import { addReaders, freezeEdition, makeReaders } from './fixtures/edition.ts';
import { editionOf } from './fixtures/rows.ts';

const { db } = await openFreshDatabase();
const groups = ['google', 'rest'];

async function planAll(edition: string): Promise<RangeTicket[]> {
  const tickets: RangeTicket[] = [];
  for await (const planned of planEdition(db, edition, { groups })) tickets.push(...planned);
  return tickets;
}

test('ranges of a thousand, each planned in its own tickets, the first ones early', async () => {
  const newsletter = await makeReaders(db, 7_300);
  const edition = await freezeEdition(db, newsletter);
  const batches: number[] = [];
  for await (const tickets of planEdition(db, edition, { groups })) {
    batches.push(tickets.length);
    const { rows } = await sql<{ sum: string }>`
      select sum(size) from ranges where edition_id = ${edition}`.execute(db);
    expect(Number(rows[0]?.sum)).toBe((await ledger(db, edition)).queued);
  }
  expect(batches).toEqual([1, 4, 3]);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), queued: 7_300 });
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), queued: 7_300 });
  const { rows } = await sql<{ audience: number; plannedAt: Date | null }>`
    select audience, planned_at from editions where id = ${edition}`.execute(db);
  expect(rows[0]?.audience).toBe(7_300);
  expect(rows[0]?.plannedAt).toBeInstanceOf(Date);
  expect(await planAll(edition)).toEqual([]);
});

test('two planners at once plan each reader once, and both name only what they committed', async () => {
  const edition = await freezeEdition(db, await makeReaders(db, 9_000));
  const [one, two] = await Promise.all([planAll(edition), planAll(edition)]);
  const ranges = [...one, ...two].map((ticket) => ticket.range);
  expect(new Set(ranges).size).toBe(ranges.length);
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), queued: 9_000 });
  const { rows } = await sql<{ ranges: string; readers: string }>`
    select count(*) as ranges, sum(size) as readers from ranges where edition_id = ${edition}`.execute(
    db,
  );
  expect(rows).toEqual([{ ranges: String(ranges.length), readers: '9000' }]);
});

test('a chunk reads what it plans, and not all readers that are left', async () => {
  // One connection, whose counters are told at the moment they are asked for.
  const { db: alone, close } = openDatabase(await freshDatabase(), { max: 1 });
  try {
    const newsletter = await makeReaders(alone, 45_000);
    const edition = await freezeEdition(alone, newsletter);
    const read = async () => {
      await sql`select pg_stat_force_next_flush()`.execute(alone);
      const { rows } = await sql<{ rows: string }>`
        select seq_tup_read + idx_tup_fetch as rows from pg_stat_user_tables where relname = 'subscriptions'`.execute(
        alone,
      );
      return Number(rows[0]?.rows);
    };
    const before = await read();
    const chunks: number[] = [];
    for await (const tickets of planEdition(alone, edition, { groups }))
      chunks.push(tickets.length);
    expect(chunks).toEqual([1, 4, 20, 20]);
    // Once to plan it, and once to count the audience by a query of its own.
    expect((await read()) - before).toBeLessThanOrEqual(2 * 45_000);
  } finally {
    await close();
  }
});

test('the ledger has one index, and a new edition adds to its end', async () => {
  // One by subscriber is written to at every leaf: planning takes four times as long after forty editions.
  const { rows } = await sql<{ indexdef: string }>`
    select indexdef from pg_indexes where tablename = 'deliveries'`.execute(db);
  expect(rows.map(({ indexdef }) => indexdef.replace(/^.* USING /, ''))).toEqual([
    'btree (edition_id, subscriber_id)',
  ]);
});

test('readers who left in thousands, before others, hide nobody', async () => {
  const newsletter = await makeReaders(db, 6_000);
  await sql`update subscriptions set state = 'unsubscribed', left_at = now() - interval '1 hour'
    where newsletter_id = ${newsletter}`.execute(db);
  await addReaders(db, newsletter, 20);
  const edition = await freezeEdition(db, newsletter);
  await planAll(edition);
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), queued: 20 });
  expect(await unplannedEditions(db)).not.toContain(edition);
});

test('a planner that was killed is taken up where it was', async () => {
  const edition = await freezeEdition(db, await makeReaders(db, 6_000));
  for await (const _ of planEdition(db, edition, { groups })) break;
  expect(await unplannedEditions(db)).toContain(edition);
  await planAll(edition);
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), queued: 6_000 });
  expect(await unplannedEditions(db)).not.toContain(edition);
});

test('belonging is decided by the time of the freeze, whatever happens until planning', async () => {
  const newsletter = await makeReaders(db, 10);
  const edition = await freezeEdition(db, newsletter);
  const { rows } = await sql<{ id: string }>`
    select subscriber_id as id from subscriptions where newsletter_id = ${newsletter} order by 1`.execute(
    db,
  );
  const [left, erased, weekly, leftBefore] = rows.map((row) => row.id);
  const leave = (id: string | undefined, at: string) =>
    sql`update subscriptions set state = 'unsubscribed', left_at = now() - ${at}::interval
      where subscriber_id = ${id}`.execute(db);
  await leave(left, '0');
  await leave(leftBefore, '1 hour');
  await sql`update subscribers set email = null, email_key = null, address_hash = null, erased_at = now()
    where id = ${erased}`.execute(db);
  await sql`update subscriptions set frequency = 'weekly' where subscriber_id = ${weekly}`.execute(
    db,
  );
  await addReaders(db, newsletter, 3);
  await sql`update subscriptions set active_from = now() where newsletter_id = ${newsletter}
    and subscriber_id > ${rows.at(-1)?.id ?? '0'}`.execute(db);
  await sql`update revisions set content = jsonb_set(content, '{frequencies}', '["daily"]')
    where edition_id = ${edition}`.execute(db);
  await planAll(edition);
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), queued: 7, skipped: 2 });
  expect(await countAudience(db, edition)).toBe(9);
  const { rows: skipped } = await sql<{ subscriberId: string; reason: string }>`
    select subscriber_id, reason from deliveries where edition_id = ${edition} and state = 'skipped'
    order by 1`.execute(db);
  expect(skipped).toEqual([
    { subscriberId: left, reason: 'unsubscribed' },
    { subscriberId: erased, reason: 'erased' },
  ]);
});

test('each range has one due time and one receiver group; each reader their own hour', async () => {
  const newsletter = await makeReaders(db, 40);
  await sql`update subscribers set timezone = 'America/New_York' where id % 2 = 0 and id in
    (select subscriber_id from subscriptions where newsletter_id = ${newsletter})`.execute(db);
  await sql`update subscribers set receiver_group = 'google' where id % 4 < 2 and id in
    (select subscriber_id from subscriptions where newsletter_id = ${newsletter})`.execute(db);
  const edition = await freezeEdition(db, newsletter, { due: 'hour' });
  await sql`update editions set frozen_at = '2026-06-10T05:00:00Z' where id = ${edition}`.execute(
    db,
  );
  await sql`update subscriptions set active_from = '2026-01-01' where newsletter_id = ${newsletter}`.execute(
    db,
  );
  const tickets = await planAll(edition);
  const { rows } = await sql<{
    timezone: string | null;
    group: string;
    dueAt: Date;
    range: string;
  }>`
    select distinct u.timezone, u.receiver_group as group, d.due_at, d.range_id as range
    from deliveries d join subscribers u on u.id = d.subscriber_id where d.edition_id = ${edition}`.execute(
    db,
  );
  expect(rows).toHaveLength(4);
  expect(new Set(rows.map((row) => row.range)).size).toBe(4);
  for (const row of rows) {
    const due = row.timezone ? '2026-06-10T11:00:00.000Z' : '2026-06-10T05:00:00.000Z';
    expect(row.dueAt.toISOString()).toBe(due);
    expect(tickets.find((ticket) => ticket.range === row.range)?.dueAt.toISOString()).toBe(due);
  }
});

test('an edition cancelled while it is planned keeps all its readers in the ledger, skipped', async () => {
  const edition = await freezeEdition(db, await makeReaders(db, 5_000));
  for await (const _ of planEdition(db, edition, { groups })) break;
  await cancelEdition(db, edition);
  await planAll(edition);
  const counts = await recount(db, edition);
  expect(counts.queued + counts.skipped).toBe(5_000);
  expect(counts.queued).toBe(1_000);
  expect(await ledger(db, edition)).toEqual(counts);
});

test('an edition that nobody is to get is sent at once', async () => {
  const edition = await freezeEdition(db, await makeReaders(db, 0));
  await planAll(edition);
  expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
});
