import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { ensurePartitions } from './partitions.ts';
import type { Database } from './tables.ts';

/**
 * Brings the database to the newest schema and makes the ledger's next partitions. Safe from several
 * processes at once (kysely holds an advisory lock). Throws what the first failing step threw.
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  await ensurePartitions(db);
  return (results ?? []).map((result) => result.migrationName);
}

/** The migrations that this program knows and the database has not had; empty when it is up to date. */
export async function pendingMigrations(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ done: boolean }>`
    select to_regclass('kysely_migration') is not null as done`.execute(db);
  if (!rows[0]?.done) return Object.keys(migrations);
  const { rows: applied } = await sql<{ name: string }>`
    select name from kysely_migration`.execute(db);
  const names = new Set(applied.map((row) => row.name));
  return Object.keys(migrations).filter((name) => !names.has(name));
}
