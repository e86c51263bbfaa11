import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { planEdition } from '../../src/deliveries/plan.ts';
import { takeRange } from '../../src/deliveries/ranges.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';

test('one range is taken at a time, also while the database has no figures of any', async () => {
  const { db } = await openFreshDatabase();
  const edition = await freezeEdition(db, await makeReaders(db, 3_500));
  // As the database knows it before the first edition: the planner then takes either side of a join for the inner one.
  await sql`vacuum analyze ranges`.execute(db);
  await sql`vacuum analyze editions`.execute(db);
  await sql`vacuum analyze workers`.execute(db);
  for await (const _ of planEdition(db, edition, { groups: [] }));
  const { id: worker } = await db
    .insertInto('workers')
    .values({ host: 'here', pid: 1, connections: 1, leaseUntil: sql`now() + interval '1 hour'` })
    .returning('id')
    .executeTakeFirstOrThrow();
  const held = async () => {
    const { rows } = await sql`select from ranges where worker = ${worker}`.execute(db);
    return rows.length;
  };
  for (let taken = 1; taken <= 4; taken++) {
    expect(await takeRange(db, { edition }, { worker })).toBeDefined();
    expect(await held()).toBe(taken);
  }
});
