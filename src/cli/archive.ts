import { access, constants } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { importEarlierEditions, removeEarlier } from '../actions/earlier-editions.ts';
import { listEarlierEditions } from '../earlier-editions/earlier-editions.ts';
import type { LeftOutReason } from '../earlier-editions/found.ts';
import { type ArchiveFormat, archiveFormats } from '../earlier-editions/read-export.ts';
import { requireNewsletter } from '../newsletters/newsletters.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, idArgument, readLimit } from './options.ts';
import { counted, note, print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface ImportOptions {
  json?: boolean;
  newsletter?: string;
  format?: ArchiveFormat;
  site?: string;
  dryRun?: boolean;
}

const reasons: Record<LeftOutReason, string> = {
  draft: 'was never published',
  members: 'was for members alone',
  empty: 'has no text',
  undated: 'has no date',
  large: 'is larger than 2 MB',
  damaged: 'is damaged',
  twice: 'stands there twice: the first was taken',
  many: 'is one too many: 20,000 are read at once',
};

/** `archive import|list|remove`: editions that were sent elsewhere. */
export function registerArchive(program: Command, open: Open): void {
  const noun = program.command('archive').description('editions that were sent elsewhere');
  noun
    .command('import <file>')
    .description('import old editions: an export of another service, a folder or a ZIP of HTML')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .addOption(new Option('--format <name>', 'default: recognised').choices(archiveFormats))
    .option('--site <url>', 'where they were found, for relative links')
    .option('--dry-run', 'count, and change nothing')
    .option('--json', 'print JSON')
    .action(async (file: string, { json, newsletter, ...options }: ImportOptions) => {
      await access(file, constants.R_OK).catch(() => {
        throw new WrongUse(`Cannot read ${file}.`);
      });
      if (options.site !== undefined && !/^https?:\/\/[^/]/.test(options.site))
        throw new WrongUse('--site is an address such as https://news.example.org.');
      return open(async ({ db, now }) => {
        const by = { actor: actorOf(), scope: null };
        const slug = await chooseNewsletter(db, newsletter);
        const done = await importEarlierEditions(db, by, slug, file, { ...options, now: now() });
        for (const { name, reason } of done.leftOut.slice(0, 20))
          note(`${name}: ${reasons[reason]}`);
        if (done.leftOutCount > 20)
          note(`${done.leftOutCount - 20} more left out; --json names them`);
        const { format, added, changed, same, leftOutCount } = done;
        print(
          json,
          done,
          `${format}: ${counted(added, 'edition')} added, ${changed} changed, ${same} the same, ${leftOutCount} left out${options.dryRun ? '; nothing was changed' : ''}`,
        );
      });
    });
  noun
    .command('list')
    .description('list them, newest first')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--json', 'print JSON')
    .action(({ json, newsletter, limit }: { json?: boolean; newsletter?: string; limit: number }) =>
      open(async ({ db }) => {
        const { slug } = await requireNewsletter(db, await chooseNewsletter(db, newsletter), null);
        const data = await listEarlierEditions(db, slug, { limit });
        const rows = data.map((one) => [one.id, one.publishedAt.toISOString(), one.title]);
        const text = rows.length > 0 ? table(['ID', 'DATE', 'TITLE'], rows) : 'no earlier editions';
        print(json, { data, next: null }, text);
      }),
    );
  noun
    .command('remove <id>')
    .description('take one out of the archive')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async (context) => {
        idArgument(id);
        await commit(context, async (tx) => ({
          value: await removeEarlier(tx, { actor: actorOf(), scope: null }, id),
        }));
        print(json, { id }, `earlier edition ${id} removed`);
      }),
    );
}
