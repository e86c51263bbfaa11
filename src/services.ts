import type { Config } from './config.ts';
import { openDatabase } from './database/connection.ts';
import { createDatabase } from './database/create.ts';
import { aboutCopy, noteCopy } from './database/embedded/copied.ts';
import { attachEmbedded, type Embedded, startEmbedded } from './database/embedded/embedded.ts';
import { ownDataDir } from './database/embedded/owner.ts';
import { migrate, noteVersion, pendingMigrations } from './database/migrate.ts';
import type { Logger } from './process/log.ts';
import { ownVersion } from './process/version.ts';
import { migrateQueues } from './queue/engines.ts';

/** The database is older than this program, and it is not ours to change. */
export class MigrationsPending extends Error {
  constructor(names: string[]) {
    super(
      `The database has not had the migration${names.length > 1 ? 's' : ''} ${names.join(', ')}: run "npx gaceta migrate".`,
    );
    this.name = 'MigrationsPending';
  }
}

/** A process that only attaches found nothing to attach to. */
export class NothingRuns extends Error {
  constructor(dataDir: string) {
    super(
      `No "gaceta start" runs for ${dataDir}: start it (npm start), or set DATABASE_URL to a PostgreSQL of your own.`,
    );
    this.name = 'NothingRuns';
  }
}

/** Where the database is, and what must be ended afterwards. */
export interface Services {
  databaseUrl: string;
  /** True when this process runs the embedded PostgreSQL itself. */
  own: boolean;
  close(): Promise<void>;
}

/** Attaches to the database of DATABASE_URL or of a running `start`; starts nothing. */
export async function attachServices(config: Config): Promise<Services> {
  const databaseUrl = config.databaseUrl ?? (await attachEmbedded(config.dataDir))?.url();
  if (!databaseUrl) throw new NothingRuns(config.dataDir);
  await refusePending(databaseUrl);
  return { databaseUrl, own: false, close: async () => undefined };
}

/**
 * Attaches as `attachServices` does, or runs the embedded PostgreSQL for as long as this command takes.
 */
export async function borrowServices(config: Config, log: Logger): Promise<Services> {
  if (config.databaseUrl || (await attachEmbedded(config.dataDir))) return attachServices(config);
  return ownServices(config, log);
}

/**
 * Owns DATA_DIR, runs the embedded PostgreSQL where DATABASE_URL is unset, and brings the schema up to
 * date. Throws DataDirBusy when another process owns the folder.
 */
export async function ownServices(config: Config, log: Logger): Promise<Services> {
  const owner = await ownDataDir(config.dataDir);
  let embedded: Embedded | undefined;
  try {
    if (!config.databaseUrl)
      embedded = await startEmbedded(config.dataDir, { log: (line) => log.info(line) });
    if (embedded) await createDatabase(embedded.url('postgres'), 'gaceta');
    const databaseUrl = config.databaseUrl ?? embedded?.url() ?? '';
    await migrateAll(databaseUrl);
    const copy = embedded && (await noteCopy(databaseUrl, config.dataDir));
    if (copy) log.error(aboutCopy(copy));
    return {
      databaseUrl,
      own: true,
      async close() {
        await embedded?.stop();
        await owner.close();
      },
    };
  } catch (error) {
    await embedded?.stop();
    await owner.close();
    throw error;
  }
}

/** Brings the schema and the queue's tables up to date; answers the migrations that ran. */
export async function migrateAll(databaseUrl: string): Promise<string[]> {
  const { db, close } = openDatabase(databaseUrl, { max: 2 });
  try {
    const names = await migrate(db);
    await migrateQueues(databaseUrl);
    await noteVersion(db, ownVersion());
    return names;
  } finally {
    await close();
  }
}

async function refusePending(databaseUrl: string): Promise<void> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 });
  try {
    const pending = await pendingMigrations(db);
    if (pending.length > 0) throw new MigrationsPending(pending);
  } finally {
    await close();
  }
}
