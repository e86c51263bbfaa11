import type { Command } from 'commander';
import { LEAVING_CURSOR, listLeavingReasons } from '../subscribers/leaving-reasons.ts';
import type { Open } from './open.ts';
import { readLimit } from './options.ts';
import { print, table, WrongUse } from './output.ts';

interface Options {
  json?: boolean;
  newsletter?: string;
  limit: number;
  after?: string;
}

/** `subscribers leaving-reasons`: why readers unsubscribed. */
export function registerLeavingReasons(noun: Command, open: Open): void {
  noun
    .command('leaving-reasons')
    .description('list why readers unsubscribed, the newest first')
    .option('--newsletter <slug>', 'only this newsletter')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page')
    .option('--json', 'print JSON')
    .action(({ json, after, ...page }: Options) => {
      if (after !== undefined && !LEAVING_CURSOR.test(after))
        throw new WrongUse('--after takes the “next” of the previous page.');
      return open(async ({ db }) => {
        const list = await listLeavingReasons(db, { ...page, cursor: after });
        const rows = list.data.map((one) => [
          one.at.toISOString(),
          one.newsletter,
          one.reason,
          one.words,
        ]);
        const text = table(['UNSUBSCRIBED', 'NEWSLETTER', 'REASON', 'WORDS'], rows);
        print(json, list, rows.length > 0 ? text : 'no reasons');
      });
    });
}
