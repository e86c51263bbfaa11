import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { auditExport } from '../actions/export-subscribers.ts';
import type { Db } from '../database/connection.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter } from '../newsletters/newsletters.ts';
import { audit } from '../operators/audit.ts';
import { personalData } from '../privacy/export.ts';
import { type ExportFormat, exportAs, exportFormats } from '../subscribers/export-formats.ts';
import type { SubscriberFilter } from '../subscribers/filter.ts';
import { listSubscribers } from '../subscribers/subscribers.ts';
import { countWithoutReader } from '../subscribers/suppression.ts';
import type { Open } from './open.ts';
import { chooseSubscriber } from './options.ts';
import { note, print, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';
import { type FilterOptions, filterOf, withFilter } from './subscriber-filter.ts';

interface ExportOptions extends FilterOptions {
  json?: boolean;
  format?: ExportFormat;
}

/** `subscribers export`: all as CSV or JSON a page at a time, or everything that is held about one person. */
export function registerSubscriberExport(noun: Command, open: Open): void {
  withFilter(noun.command('export [id-or-address]'))
    .description('export subscriptions as CSV, or all data of one subscriber as JSON')
    .addOption(
      new Option('--format <name>', 'what the importer of that name reads').choices(exportFormats),
    )
    .option('--json', 'print JSON')
    .action((who: string | undefined, { json, format, ...options }: ExportOptions) => {
      if (json && format !== undefined) throw new WrongUse('Choose --json or --format.');
      const filter = filterOf(options);
      const { newsletter } = filter;
      return open(async ({ db }) => {
        if (who !== undefined) {
          const id = await chooseSubscriber(db, who);
          const data = await personalData(db, id);
          await audit(db, actorOf(), 'export', `subscriber ${id}`);
          return print(json, data, JSON.stringify(data, null, 2));
        }
        if (newsletter !== undefined && !(await getNewsletter(db, newsletter)))
          throw new NewsletterNotFound(newsletter);
        await auditExport(db, actorOf(), filter);
        const lines = json ? asJson(db, filter) : exportAs(db, filter, format);
        await pipeline(Readable.from(lines), process.stdout, { end: false });
        const left = json ? 0 : await countWithoutReader(db);
        if (left > 0)
          note(
            `suppressed addresses that no subscriber has: ${left}. Only their hashes are stored, so that they are in no export; a backup holds them.`,
          );
      });
    });
}

/** The API's list of all subscribers, a thousand in memory. */
async function* asJson(db: Db, filter: SubscriberFilter): AsyncGenerator<string> {
  yield '{"data":[';
  let first = true;
  for (let after: string | undefined; ; ) {
    const { data, next } = await listSubscribers(db, { ...filter, limit: 1000, after });
    for (const subscriber of data) {
      yield `${first ? '' : ','}${JSON.stringify(subscriber)}`;
      first = false;
    }
    if (next === null) break;
    after = next;
  }
  yield '],"next":null}\n';
}
