import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { ensurePartitions } from './partitions.ts';
import type { Database } from './tables.ts';

/** The database was made by a version before the first release, whose schema no migration starts from. */
export class SchemaBeforeRelease extends Error {
  constructor() {
    super(
      'This database was made by a Gaceta from before its first release, which cannot be brought up to date: ' +
        'start with an empty DATA_DIR or database, and import your readers from an export.',
    );
    this.name = 'SchemaBeforeRelease';
  }
}

/**
 * Brings the database to the newest schema and makes the ledger's next partitions. Safe from several
 * processes at once (kysely holds an advisory lock). Throws what the first failing step threw, and
 * SchemaBeforeRelease.
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  await appliedMigrations(db);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  await ensurePartitions(db);
  return (results ?? []).map((result) => result.migrationName);
}

/**
 * The migrations that this program knows and the database has not had; empty when it is up to date. Throws
 * SchemaBeforeRelease.
 */
export async function pendingMigrations(db: Kysely<Database>): Promise<string[]> {
  const applied = await appliedMigrations(db);
  return Object.keys(migrations).filter((name) => !applied.has(name));
}

async function appliedMigrations(db: Kysely<Database>): Promise<Set<string>> {
  const { rows } = await sql<{ done: boolean }>`
    select to_regclass('kysely_migration') is not null as done`.execute(db);
  if (!rows[0]?.done) return new Set();
  const { rows: applied } = await sql<{ name: string }>`
    select name from kysely_migration`.execute(db);
  const names = new Set(applied.map((row) => row.name));
  if (names.has('0001-house')) throw new SchemaBeforeRelease();
  return names;
}
