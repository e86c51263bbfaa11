import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';

const { db } = await openFreshDatabase();

test('a connection that is ended within a transaction, between two queries, ends neither process nor pool', async () => {
  const broken = db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0})`.execute(db);
    // the server's last word comes while nothing is asked
    const left = () =>
      sql`select 1 from pg_stat_activity where pid = ${rows[0]?.pid ?? 0}`.execute(db);
    await eventually(async () => expect((await left()).rows).toEqual([]));
    await sql`select 1`.execute(tx);
  });
  await expect(broken).rejects.toThrow();
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db);
  expect(rows).toEqual([{ one: 1 }]);
});
