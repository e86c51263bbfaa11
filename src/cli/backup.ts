import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { backUp } from '../database/backup/backup.ts';
import { restore } from '../database/backup/restore.ts';
import type { Open } from './open.ts';
import { counted, note, print, WrongUse } from './output.ts';

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
      return open(async ({ databaseUrl, db }) => {
        const { rows, madeAt } = await restore(databaseUrl, path, {
          replace: options.replace ?? false,
        });
        print(
          options.json,
          { file: path, rows, madeAt },
          `restored ${counted(rows, 'row')} from ${madeAt}`,
        );
        const paused = await db
          .selectFrom('editions')
          .select('id')
          .where('state', '=', 'paused')
          .execute();
        if (paused.length > 0)
          note(
            `Paused: edition ${paused.map((row) => row.id).join(', ')}. Look at each before you resume it.`,
          );
      });
    });
}
