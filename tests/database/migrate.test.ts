import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { openDatabase } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';
import { migrate, pendingMigrations, SchemaBeforeRelease } from '../../src/database/migrate.ts';

test('several processes may migrate an empty database at once', async () => {
  const url = inject('postgres').replace('__db__', 'empty_for_migration');
  await createDatabase(inject('postgres').replace('__db__', 'postgres'), 'empty_for_migration');
  const opened = Array.from({ length: 4 }, () => openDatabase(url, { max: 2 }));
  const [first] = opened;
  if (!first) throw new Error('none opened');
  expect(await pendingMigrations(first.db)).toContain('0001-initial-schema');
  await Promise.all(opened.map(({ db }) => migrate(db)));
  expect(await pendingMigrations(first.db)).toEqual([]);
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from pg_class where relname ~ '^deliveries_[0-9]+$'`.execute(first.db);
  expect(rows[0]?.n).toBe('3');
  await Promise.all(opened.map(({ close }) => close()));
});

test('a database from before the first release is left alone, and says so', async () => {
  const url = inject('postgres').replace('__db__', 'from_before_release');
  await createDatabase(inject('postgres').replace('__db__', 'postgres'), 'from_before_release');
  const { db, close } = openDatabase(url, { max: 2 });
  await sql`create table kysely_migration (name text primary key, timestamp text not null)`.execute(
    db,
  );
  await sql`insert into kysely_migration values ('0001-house', '2026-11-01')`.execute(db);
  await expect(migrate(db)).rejects.toThrow(SchemaBeforeRelease);
  await expect(pendingMigrations(db)).rejects.toThrow('empty DATA_DIR');
  await close();
});
