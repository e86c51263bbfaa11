import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Db } from '../database/connection.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter } from '../newsletters/newsletters.ts';
import { audit } from '../operators/audit.ts';
import { personalData } from '../privacy/export.ts';
import { exportSubscribers } from '../subscribers/export.ts';
import { listSubscribers } from '../subscribers/subscribers.ts';
import type { Open } from './open.ts';
import { chooseSubscriber } from './options.ts';
import { print } from './output.ts';
import { actorOf } from './roles.ts';

/** `subscribers export`: all as CSV or JSON a page at a time, or everything that is held about one person. */
export function registerSubscriberExport(noun: Command, open: Open): void {
  noun
    .command('export [id-or-address]')
    .description('export all subscriptions as CSV, or all data of one subscriber as JSON')
    .option('--newsletter <slug>', 'only this newsletter')
    .option('--json', 'print JSON')
    .action(
      (who: string | undefined, { json, newsletter }: { json?: boolean; newsletter?: string }) =>
        open(async ({ db }) => {
          if (who !== undefined) {
            const id = await chooseSubscriber(db, who);
            const data = await personalData(db, id);
            await audit(db, actorOf(), 'export', `subscriber ${id}`);
            return print(json, data, JSON.stringify(data, null, 2));
          }
          if (newsletter !== undefined && !(await getNewsletter(db, newsletter)))
            throw new NewsletterNotFound(newsletter);
          await audit(
            db,
            actorOf(),
            'export',
            newsletter ? `newsletter ${newsletter}` : 'subscribers',
          );
          const lines = json ? asJson(db, newsletter) : exportSubscribers(db, { newsletter });
          await pipeline(Readable.from(lines), process.stdout, { end: false });
        }),
    );
}

/** The API's list of all subscribers, a thousand in memory. */
async function* asJson(db: Db, newsletter: string | undefined): AsyncGenerator<string> {
  yield '{"data":[';
  let first = true;
  for (let after: string | undefined; ; ) {
    const { data, next } = await listSubscribers(db, { limit: 1000, after, newsletter });
    for (const subscriber of data) {
      yield `${first ? '' : ','}${JSON.stringify(subscriber)}`;
      first = false;
    }
    if (next === null) break;
    after = next;
  }
  yield '],"next":null}\n';
}
