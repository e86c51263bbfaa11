import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { importSuppressions, liftSuppression, suppressAddress } from '../actions/suppressions.ts';
import { readAddress } from '../mail/address.ts';
import { reasonInWords } from '../subscribers/import/reporting/words.ts';
import type { SuppressedList } from '../subscribers/suppress-list.ts';
import { findSuppression, listSuppressions, suppressionShape } from '../subscribers/suppression.ts';
import type { Open } from './open.ts';
import { readLimit } from './options.ts';
import { counted, note, print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface ImportOptions {
  json?: boolean;
  reason: 'bounce' | 'complaint' | 'operator';
  detail?: string;
}

const whyNone = (fault: SuppressedList['refused'][number]['fault']) =>
  fault === 'line'
    ? 'The line cannot be read: it is broken, or too long.'
    : reasonInWords({ code: `address-${fault}`, values: {} });

export function registerSuppressions(program: Command, open: Open): void {
  const noun = program.command('suppressions').description('addresses that no email is sent to');
  noun
    .command('list')
    .description('list suppressions; addresses are stored as hashes')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page')
    .option('--json', 'print JSON')
    .action(({ json, ...page }: { json?: boolean; limit: number; after?: string }) => {
      if (page.after !== undefined && !/^[0-9a-f]{64}$/.test(page.after))
        throw new WrongUse('--after takes the “next” of the previous page.');
      return open(async ({ db }) => {
        const { data, next } = await listSuppressions(db, page);
        const shown = data.map(suppressionShape);
        const rows = shown.map((one) => [
          one.hash,
          one.held ? `${one.reason} (held)` : one.reason,
          one.createdAt.toISOString(),
          one.detail,
        ]);
        const text = table(['HASH', 'REASON', 'SINCE', 'DETAIL'], rows);
        print(json, { data: shown, next }, rows.length > 0 ? text : 'no suppressions');
      });
    });
  noun
    .command('add <email>')
    .description('block an address: no more email is sent to it')
    .option('--detail <text>', 'why, for colleagues')
    .option('--json', 'print JSON')
    .action((email: string, { json, detail }: { json?: boolean; detail?: string }) =>
      open(async (context) => {
        const hash = context.hashAddress(readAddress(email).key);
        const made = await commit(context, async (tx) => ({
          value: await suppressAddress(tx, actorOf(), hash, detail ?? null),
        }));
        const suppression = await findSuppression(context.db, hash);
        const text = made ? `${email} is suppressed` : `${email} was suppressed before`;
        print(json, suppression && suppressionShape(suppression), text);
      }),
    );
  noun
    .command('import <file>')
    .description('block a list of addresses: one a line, or the column email; - reads stdin')
    .addOption(
      new Option('--reason <reason>', 'of lines that name none')
        .choices(['bounce', 'complaint', 'operator'])
        .default('operator'),
    )
    .option('--detail <text>', 'why, for colleagues')
    .option('--json', 'print JSON')
    .action(async (file: string, { json, reason, detail }: ImportOptions) => {
      if (file !== '-')
        await access(file, constants.R_OK).catch(() => {
          throw new WrongUse(`Cannot read ${file}.`);
        });
      return open(async (context) => {
        const source = file === '-' ? process.stdin : createReadStream(file);
        const options = { reason, detail: detail ?? null };
        const done = await importSuppressions(context, actorOf(), source, options);
        for (const { line, fault } of done.refused.slice(0, 20))
          note(`line ${line}: ${whyNone(fault)}`);
        const { lines, suppressed, known, refusedCount } = done;
        const text = `${counted(lines, 'line')}: ${suppressed} suppressed, ${known} suppressed before, ${refusedCount} no address`;
        print(json, done, text);
      });
    });
  noun
    .command('remove <email>')
    .description('unblock an address, unless a complaint blocked it')
    .option('--reason <text>', 'why, for colleagues')
    .option('--json', 'print JSON')
    .action((email: string, { json, reason }: { json?: boolean; reason?: string }) =>
      open(async (context) => {
        const hash = context.hashAddress(readAddress(email).key);
        const removed = await commit(context, async (tx) => ({
          value: await liftSuppression(tx, actorOf(), hash, reason ?? null),
        }));
        print(json, suppressionShape(removed), `${email} unblocked`);
      }),
    );
}
