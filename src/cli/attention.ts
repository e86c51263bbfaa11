import type { Command } from 'commander';
import { listAttention } from '../actions/attention/list.ts';
import { attentionInWords } from '../actions/attention/words.ts';
import type { Open } from './open.ts';
import { print, table } from './output.ts';

export function registerAttention(program: Command, open: Open): void {
  program
    .command('attention')
    .description('list what needs a person, and what to do about it')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const data = (await listAttention(db, null)).map((one) => {
          const { detail, fix } = attentionInWords(one, 'en', { unmasked: true });
          const { cause, subject, newsletter, since } = one;
          return { cause, subject, newsletter, since, detail, fix };
        });
        const rows = data.map((one) => [
          one.cause,
          one.subject,
          one.since.toISOString(),
          `${one.detail} ${one.fix}`,
        ]);
        const text = table(['CAUSE', 'SUBJECT', 'SINCE', 'DETAIL'], rows);
        print(json, { data }, rows.length > 0 ? text : 'nothing needs a person');
      }),
    );
}
