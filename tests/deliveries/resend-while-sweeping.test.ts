import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { resendMissed } from '../../src/deliveries/control.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { cancelEdition } from '../../src/editions/transitions.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';

test('resending while the sweep of a cancel ends a range takes that range up again', async () => {
  const { db } = await openFreshDatabase();
  const edition = await freezeEdition(db, await makeReaders(db, 10));
  for await (const _ of planEdition(db, edition, { groups: [] }));
  await cancelEdition(db, edition);
  let resent: Promise<unknown> | undefined;
  // what the sweep does, with an operator who presses just before it is written down
  await db.transaction().execute(async (tx) => {
    await sql`select from ranges where edition_id = ${edition} for update`.execute(tx);
    resent = resendMissed(db, edition);
    await eventually(async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        db,
      );
      expect(rows).toHaveLength(1);
    });
    await sql`update deliveries set state = 'skipped', reason = 'cancelled' where edition_id = ${edition}`.execute(
      tx,
    );
    await sql`update ranges set state = 'done', queued = 0, skipped = size where edition_id = ${edition}`.execute(
      tx,
    );
  });
  await resent;
  const ranges = await db.selectFrom('ranges').select(['state', 'missed']).execute();
  expect(ranges).toEqual([{ state: 'planned', missed: true }]);
});
