import type { Command } from 'commander';
import { auditCsv } from '../actions/audit-csv.ts';
import { type AuditFilter, listAudit } from '../operators/audit-log.ts';
import type { Open } from './open.ts';
import { idArgument, readDay, readLimit } from './options.ts';
import { print, table } from './output.ts';

interface Options extends AuditFilter {
  json?: boolean;
  csv?: boolean;
  limit: number;
  after?: string;
}

export function registerAudit(program: Command, open: Open): void {
  program
    .command('audit')
    .description('show who did what, newest first')
    .option('--actor <who>', 'operator 3, token 4, or a kind alone: operator, token, cli, system')
    .option('--action <action>', 'such as send')
    .option('--object <object>', 'such as "edition 12", or all of a kind: edition')
    .option('--from <day>', 'from this day on (UTC)', readDay)
    .option('--to <day>', 'until this day (UTC), included', readDay)
    .option('--limit <n>', 'at most so many', readLimit, 50)
    .option('--after <id>', 'the `next` of the page before', idArgument)
    .option('--csv', 'print all of it as CSV')
    .option('--json', 'print JSON')
    .action(({ json, csv, ...page }: Options) =>
      open(async ({ db }) => {
        if (csv) {
          for await (const lines of auditCsv(db, page)) process.stdout.write(lines);
          return;
        }
        const list = await listAudit(db, page);
        const rows = list.data.map(({ at, actor, action, object, origin }) => [
          at.toISOString(),
          actor.name ?? actor.kind,
          action,
          object,
          origin,
        ]);
        print(json, list, table(['AT', 'WHO', 'ACTION', 'OBJECT', 'FROM'], rows));
      }),
    );
}
