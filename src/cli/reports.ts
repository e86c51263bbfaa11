import type { Command } from 'commander';
import { mondayOf, sendersOf, tlsOf } from '../reports/weeks.ts';
import type { Open } from './open.ts';
import { print, table, WrongUse } from './output.ts';

interface Options {
  week?: string;
  json?: boolean;
}

export function registerReports(program: Command, open: Open): void {
  const noun = program
    .command('reports')
    .description('what receivers report about mail in our name, by week');
  noun
    .command('dmarc')
    .description('list who sent in our name within a week')
    .option('--week <day>', 'a day of that week (YYYY-MM-DD, UTC); left out: this week')
    .option('--json', 'print JSON')
    .action((options: Options) =>
      open(async ({ db, now }) => {
        const data = await sendersOf(db, weekIn(options, now()));
        const rows = data.map((one) => [
          one.domain,
          one.source,
          one.name ?? '-',
          ...[one.messages, one.dkimAligned, one.spfAligned, one.unaligned, one.doubtful].map(
            String,
          ),
        ]);
        const heads = ['DOMAIN', 'SOURCE', 'NAME', 'SENT', 'DKIM', 'SPF', 'NEITHER', 'UNPROVEN'];
        print(
          options.json,
          { data, next: null },
          rows.length > 0 ? table(heads, rows) : 'no reports',
        );
      }),
    );
  noun
    .command('tls')
    .description('list what failed in encrypting mail to us within a week')
    .option('--week <day>', 'a day of that week (YYYY-MM-DD, UTC); left out: this week')
    .option('--json', 'print JSON')
    .action((options: Options) =>
      open(async ({ db, now }) => {
        const data = await tlsOf(db, weekIn(options, now()));
        const rows = data.map((one) => [
          one.domain,
          one.reporter,
          one.policyType,
          String(one.sessions),
          String(one.failed),
          one.failures.map(({ type, sessions }) => `${type} ${sessions}`).join(', '),
        ]);
        const heads = ['DOMAIN', 'REPORTER', 'POLICY', 'SESSIONS', 'FAILED', 'WHY'];
        print(
          options.json,
          { data, next: null },
          rows.length > 0 ? table(heads, rows) : 'no reports',
        );
      }),
    );
}

function weekIn({ week }: Options, now: Date): string {
  if (week === undefined) return mondayOf(now);
  const day = new Date(`${week}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(week) || Number.isNaN(day.getTime()))
    throw new WrongUse('--week takes a day, such as 2026-11-23.');
  return mondayOf(day);
}
