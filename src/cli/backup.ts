import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, configFromEnvironment } from '../config.ts';
import { backUp } from '../database/backup/backup.ts';
import { restore } from '../database/backup/restore.ts';
import { type Db, openDatabase } from '../database/connection.ts';
import { releaseCopy } from '../database/embedded/copied.ts';
import { audit } from '../operators/audit.ts';
import { migrateAll } from '../services.ts';
import type { Open } from './open.ts';
import { counted, note, print, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

export function registerBackup(program: Command, open: Open): void {
  program
    .command('backup <file>')
    .description('write all data to one file; keep it safe, it holds addresses and keys')
    .option('--json', 'print JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const path = resolve(file);
      await access(dirname(path), constants.W_OK).catch(() => {
        throw new WrongUse(`Cannot write into ${dirname(path)}.`);
      });
      return open(async ({ databaseUrl, now }) => {
        const rows = await backUp(databaseUrl, path, now());
        print(json, { file: path, rows }, `backed up ${counted(rows, 'row')} to ${path}`);
      });
    });
  program
    .command('restore <file>')
    .description('restore a backup')
    .option('--replace', 'even if the database is not empty; its data is deleted')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { replace?: boolean; json?: boolean }) => {
      const path = resolve(file);
      await access(path, constants.R_OK).catch(() => {
        throw new WrongUse(`Cannot read ${path}.`);
      });
      await prepareEmpty(configFromEnvironment());
      return open(async ({ databaseUrl }) => {
        const done = await restore(databaseUrl, path, { replace: options.replace ?? false });
        const { rows, madeAt, held } = done;
        print(options.json, { file: path, ...done }, `${rows} rows as of ${madeAt} are back`);
        if (held.editions.length > 0)
          note(
            `Held: edition ${held.editions.join(', ')}. It may have been sent after the backup was made: look at each before you send or resume it.`,
          );
        if (held.letters > 0) note(`Not sent: ${held.letters} letters that were under way.`);
        note(
          'Today’s editions, and those whose hour passed since the backup, may have been sent as well: they are prepared and held.',
        );
      });
    });
  program
    .command('release')
    .description('let a copy of a DATA_DIR send, once the one it was copied from no longer runs')
    .action(() => open(async ({ db }) => note((await release(db)) ? RELEASED : NO_COPY)));
}

const RELEASED =
  'This copy sends from now on. What was due before is held: look at each edition before you send it.';
const NO_COPY = 'Nothing is held: this DATA_DIR is no copy.';

const release = (db: Db) =>
  db.transaction().execute(async (tx) => {
    const released = await releaseCopy(tx);
    if (released) await audit(tx, actorOf(), 'release', 'database');
    return released;
  });

/** A database of one's own with nothing in it gets its schema first. */
async function prepareEmpty({ databaseUrl }: Config): Promise<void> {
  if (databaseUrl && (await isEmpty(databaseUrl))) await migrateAll(databaseUrl);
}

async function isEmpty(databaseUrl: string): Promise<boolean> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 });
  try {
    return (await db.introspection.getTables()).length === 0;
  } finally {
    await close();
  }
}
