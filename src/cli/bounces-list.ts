import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { showBounces } from '../actions/bounces.ts';
import { type BounceFilter, kinds } from '../bounces/list.ts';
import { reasons } from '../bounces/reasons.ts';
import { ID_FORM } from '../text/id.ts';
import type { Open } from './open.ts';
import { readLimit } from './options.ts';
import { note, print, table } from './output.ts';
import { roleOf } from './roles.ts';

interface Options extends Omit<BounceFilter, 'hard'> {
  json?: boolean;
  hard?: true;
  soft?: true;
  limit: number;
  after?: string;
}

/** `bounces list`: what came back. */
export function registerBouncesList(noun: Command, open: Open): void {
  noun
    .command('list')
    .description('list bounces and complaints, the newest first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(kinds))
    .addOption(new Option('--hard', 'only bounces for good').conflicts('soft'))
    .option('--soft', 'only bounces for now')
    .option('--reason <reason>', `only for this reason: ${reasons.join(', ')}`)
    .option('--newsletter <slug>', 'only of this newsletter')
    .option('--edition <id>', 'only of this edition', readId)
    .option('--since <time>', 'only from this time on, such as 2026-11-01', readTime)
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', readId)
    .option('--json', 'print JSON')
    .action(({ json, hard, soft, ...asked }: Options) =>
      open(async ({ db }) => {
        const list = await showBounces(
          db,
          { role: roleOf(), scope: null },
          { ...asked, hard: hard ? true : soft ? false : undefined },
        );
        const rows = list.data.map((one) => [
          one.at.toISOString(),
          one.kind,
          one.hard ? 'hard' : 'soft',
          one.reason,
          one.status,
          one.email ?? `subscriber ${one.subscriber}`,
          one.newsletter,
          one.source,
        ]);
        const heads = ['AT', 'KIND', '', 'REASON', 'STATUS', 'READER', 'NEWSLETTER', 'BY'];
        print(json, list, rows.length > 0 ? table(heads, rows) : 'nothing came back');
        if (!json && list.next) note(`There are more: --after ${list.next}`);
      }),
    );
}

function readId(text: string): string {
  if (!ID_FORM.test(text)) throw new InvalidArgumentError('It must be a number.');
  return text;
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2026-11-01T10:00:00Z.');
  return time;
}
