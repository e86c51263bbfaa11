import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { z } from 'zod';
import { migrations } from './migrations/index.ts';
import { ensurePartitions } from './partitions.ts';
import { getSetting, putSetting } from './settings.ts';
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

/** The database has been brought to a schema that this program does not know. */
export class SchemaNewer extends Error {
  constructor(migration: string, version: string | undefined) {
    super(
      `This database has the schema of a newer Gaceta (${version ? `version ${version}, ` : ''}migration ${migration}): run that version or a later one.`,
    );
    this.name = 'SchemaNewer';
  }
}

const VERSION_SETTING = 'version';

/** Notes which version brought the schema to where it is, for one that does not know it. */
export const noteVersion = (db: Kysely<Database>, version: string): Promise<void> =>
  putSetting(db, VERSION_SETTING, version);

/**
 * Brings the database to the newest schema and makes the ledger's next partitions. Safe from several
 * processes at once (kysely holds an advisory lock). Throws what the first failing step threw,
 * SchemaBeforeRelease and SchemaNewer.
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
 * SchemaBeforeRelease, SchemaNewer.
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
  const [unknown] = [...names].filter((name) => !(name in migrations));
  if (unknown) throw new SchemaNewer(unknown, await getSetting(db, VERSION_SETTING, z.string()));
  return names;
}
