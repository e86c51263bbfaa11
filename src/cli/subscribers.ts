import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { addReader, eraseAndTell, subscriberWork } from '../actions/subscribers.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { countSubscribers, getSubscriber, listSubscribers } from '../subscribers/subscribers.ts';
import { registerLeavingReasons } from './leaving-reasons.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, chooseSubscriber, idArgument, readLimit, several } from './options.ts';
import { counted, note, print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';
import { type FilterOptions, filterOf, withFilter } from './subscriber-filter.ts';
import { registerSubscriberBulk } from './subscribers-bulk.ts';
import { registerSubscriberChanges } from './subscribers-change.ts';
import { registerSubscriberExport } from './subscribers-export.ts';
import { registerSubscriberImport } from './subscribers-import.ts';

interface ListOptions extends FilterOptions {
  json?: boolean;
  limit: number;
  after?: string;
  count?: boolean;
}
interface AddOptions {
  json?: boolean;
  newsletter?: string[];
  section?: string[];
  consentSource?: string;
  consentAt?: string;
}

export function registerSubscribers(program: Command, open: Open): void {
  const noun = program.command('subscribers').description('readers and their subscriptions');
  withFilter(noun.command('list'))
    .description('list subscribers')
    .option('--count', 'say how many there are, up to 10,000')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', idArgument)
    .option('--json', 'print JSON')
    .action(({ json, limit, after, count, ...options }: ListOptions) => {
      const filter = filterOf(options);
      return open(async ({ db }) => {
        const [list, total] = await Promise.all([
          listSubscribers(db, { ...filter, limit, after }),
          count ? countSubscribers(db, filter) : undefined,
        ]);
        if (total && !json)
          note(`${total.exact ? '' : 'more than '}${counted(total.count, 'subscriber')}`);
        const text = list.data.length > 0 ? overview(list.data) : 'no subscribers';
        print(json, { ...list, ...(total ? { total } : {}) }, text);
      });
    });
  noun
    .command('add <email>')
    .description('add a subscriber; they are asked to confirm, unless a consent is given')
    .option('--newsletter <slug>', 'repeat for several; optional if there is only one', several)
    .option('--name <name>', 'name')
    .option('--language <tag>', 'such as en or es-VE')
    .option('--timezone <zone>', 'IANA name, such as Europe/Madrid')
    .option('--section <slug>', 'repeat for several; default: all', several)
    .option('--frequency <how-often>', 'daily, weekdays, weekly or special')
    .option('--hour <hh:mm>', "delivery time; default: the newsletter's")
    .option(
      '--consent-source <text>',
      'where they consented; the subscription is then active at once',
    )
    .option('--consent-at <time>', 'when they consented, such as 2026-11-01T10:00:00Z')
    .option('--json', 'print JSON')
    .action((email: string, options: AddOptions) => {
      const { json, newsletter, section, consentSource, consentAt, ...person } = options;
      if ((consentSource === undefined) !== (consentAt === undefined))
        throw new WrongUse('--consent-source and --consent-at go together.');
      return open(async (context) => {
        const { db } = context;
        const input = {
          email,
          ...person,
          newsletter: newsletter ?? (await chooseNewsletter(db, undefined)),
          ...(section ? { sections: section } : {}),
          ...(consentAt ? { consent: { source: consentSource, at: consentAt } } : {}),
        };
        const { subscriber } = await commit(context, (tx) =>
          addReader(tx, actorOf(), input, subscriberWork(context)),
        );
        print(json, subscriber, overview([subscriber]));
      });
    });
  registerSubscriberImport(noun, open);
  registerSubscriberExport(noun, open);
  registerSubscriberChanges(noun, open);
  registerSubscriberBulk(noun, open);
  registerLeavingReasons(noun, open);
  noun
    .command('erase <id-or-address>')
    .description('erase all data of a subscriber; only an id and a hash remain')
    .option('--yes', 'confirm; this cannot be undone')
    .option('--json', 'print JSON')
    .action((who: string, { json, yes }: { json?: boolean; yes?: boolean }) => {
      if (!yes) throw new WrongUse('This cannot be undone. Add --yes to confirm.');
      return open(async (context) => {
        const id = await chooseSubscriber(context.db, who);
        await commit(context, (tx) => eraseAndTell(tx, actorOf(), id, context.now()));
        print(json, await getSubscriber(context.db, id), `subscriber ${id} erased`);
      });
    });
}

function overview(subscribers: Subscriber[]): string {
  return table(
    ['ID', 'ADDRESS', 'NAME', 'LANGUAGE', 'SUBSCRIPTIONS'],
    subscribers.map((one) => [
      one.id,
      one.email,
      one.name,
      one.language,
      one.subscriptions.map((place) => `${place.newsletter} (${place.state})`).join(', '),
    ]),
  );
}
