import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { DbOrTransaction } from '../../src/database/connection.ts';
import { prepared } from '../../src/database/prepared.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();

const plus = prepared<{ theSum: number }>(
  'test-plus',
  'select $1::integer + $2::integer as the_sum',
);

async function namesIn(tx: DbOrTransaction): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from pg_prepared_statements order by name`.execute(tx);
  return rows.map((row) => row.name);
}

test('a prepared statement is planned once by its name, in a transaction too', async () => {
  await db.transaction().execute(async (tx) => {
    expect(await namesIn(tx)).toEqual([]);
    expect(await plus(tx, [1, 2])).toEqual([{ theSum: 3 }]);
    expect(await plus(tx, [40, 2])).toEqual([{ theSum: 42 }]);
    expect(await namesIn(tx)).toEqual(['test-plus']);
  });
});

test('it is there again on another connection, and after an error', async () => {
  await expect(plus(db, [2 ** 31 - 1, 1])).rejects.toThrow('integer out of range');
  const sums = await Promise.all(Array.from({ length: 30 }, (_, n) => plus(db, [n, 1])));
  expect(sums.map(([row]) => row?.theSum)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
});
