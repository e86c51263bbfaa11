import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Db } from '../../src/database/connection.ts';
import { resendMissed } from '../../src/deliveries/control.ts';
import { sweepCancelled } from '../../src/deliveries/finish.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { cancelEdition, finishEditions } from '../../src/editions/transitions.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';
import { editionOf } from './fixtures/rows.ts';

/** An edition of ten readers, cancelled while all of them are queued. */
async function cancelled(db: Db): Promise<string> {
  const edition = await freezeEdition(db, await makeReaders(db, 10));
  for await (const _ of planEdition(db, edition, { groups: [] }));
  await cancelEdition(db, edition);
  return edition;
}

const waiting = (db: Db, connections: number) =>
  eventually(async () => {
    const { rows } = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    expect(rows).toHaveLength(connections);
  });

const ranges = (db: Db) => db.selectFrom('ranges').select(['state', 'missed', 'queued']).execute();

test('a resend that comes while the sweep of a cancel ends a range takes that range up again', async () => {
  const { db } = await openFreshDatabase();
  const edition = await cancelled(db);
  let both: Promise<unknown> | undefined;
  await db.transaction().execute(async (tx) => {
    await sql`select from deliveries where edition_id = ${edition} limit 1 for update`.execute(tx);
    const sweep = sweepCancelled(db);
    await waiting(db, 1);
    both = Promise.all([sweep, resendMissed(db, edition)]);
    await waiting(db, 2);
  });
  await both;
  expect(await ranges(db)).toEqual([{ state: 'planned', missed: true, queued: 0 }]);
});

test('a sweep that comes while a resend is under way ends nothing', async () => {
  const { db } = await openFreshDatabase();
  const edition = await cancelled(db);
  let sweep: Promise<void> | undefined;
  await db.transaction().execute(async (tx) => {
    await resendMissed(tx, edition);
    sweep = sweepCancelled(db);
    await waiting(db, 1);
  });
  await sweep;
  expect(await ranges(db)).toEqual([{ state: 'planned', missed: true, queued: 10 }]);
});

test('an edition that is being resent is not ended by what its ranges were before', async () => {
  const { db } = await openFreshDatabase();
  const edition = await cancelled(db);
  await sweepCancelled(db);
  let finished: Promise<string[]> | undefined;
  await db.transaction().execute(async (tx) => {
    await resendMissed(tx, edition);
    finished = finishEditions(db);
    await waiting(db, 1);
  });
  expect(await finished).toEqual([]);
  expect((await editionOf(db, edition)).state).toBe('sending');
});
