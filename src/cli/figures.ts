import type { Command } from 'commander';
import { figuresQuery, showFigures } from '../actions/figures.ts';
import { invalid } from '../problems/to-problem.ts';
import type { Open } from './open.ts';
import { print, table } from './output.ts';

interface Options {
  json?: boolean;
  newsletter?: string;
  from?: string;
  to?: string;
}

export function registerFigures(program: Command, open: Open): void {
  program
    .command('figures')
    .description('readers by day: how many there were, came and left')
    .option('--newsletter <slug>', 'only this newsletter')
    .option('--from <date>', 'first day, such as 2026-11-01; otherwise 90 days ago')
    .option('--to <date>', 'last day; otherwise today')
    .option('--json', 'print JSON')
    .action(({ json, ...given }: Options) =>
      open(async ({ db, now }) => {
        const asked = figuresQuery.safeParse(given);
        if (!asked.success) throw invalid(asked.error, 'query');
        const figures = await showFigures(db, asked.data, null, now());
        const rows = figures.days.map(({ day, newsletter, readers, came, left }) => [
          day,
          newsletter,
          ...[readers, came, left].map(String),
        ]);
        print(json, figures, table(['DAY', 'NEWSLETTER', 'READERS', 'CAME', 'LEFT'], rows));
      }),
    );
}
