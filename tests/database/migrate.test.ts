import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { openDatabase } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';
import { migrate, pendingMigrations } from '../../src/database/migrate.ts';

test('several processes may migrate an empty database at once', async () => {
  const url = inject('postgres').replace('__db__', 'empty_for_migration');
  await createDatabase(inject('postgres').replace('__db__', 'postgres'), 'empty_for_migration');
  const opened = Array.from({ length: 4 }, () => openDatabase(url, { max: 2 }));
  const [first] = opened;
  if (!first) throw new Error('none opened');
  expect(await pendingMigrations(first.db)).toContain('0001-house');
  await Promise.all(opened.map(({ db }) => migrate(db)));
  expect(await pendingMigrations(first.db)).toEqual([]);
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from pg_class where relname ~ '^deliveries_[0-9]+$'`.execute(first.db);
  expect(rows[0]?.n).toBe('3');
  await Promise.all(opened.map(({ close }) => close()));
});
