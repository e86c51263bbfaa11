import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { addSubscriber } from '../letters/added-by-operator.ts';
import { readAddress } from '../mail/address.ts';
import { audit } from '../operators/audit.ts';
import { eraseSubscriber } from '../privacy/erase.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { importSubscribers } from '../subscribers/import/import.ts';
import { getSubscriber, listSubscribers } from '../subscribers/subscribers.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, chooseSubscriber, idArgument, readLimit, several } from './options.ts';
import { counted, note, print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';
import { registerSubscriberExport } from './subscribers-export.ts';

interface ListOptions {
  json?: boolean;
  newsletter?: string;
  state?: 'pending' | 'active' | 'unsubscribed';
  email?: string;
  limit: number;
  after?: string;
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
  noun
    .command('list')
    .description('list subscribers')
    .option('--newsletter <slug>', 'only this newsletter')
    .addOption(
      new Option('--state <state>', 'only this state of the subscription').choices([
        'pending',
        'active',
        'unsubscribed',
      ]),
    )
    .option('--email <address>', 'only this address')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', idArgument)
    .option('--json', 'print JSON')
    .action(({ json, email, ...filter }: ListOptions) =>
      open(async ({ db }) => {
        const emailKey = email === undefined ? undefined : readAddress(email).key;
        const list = await listSubscribers(db, { ...filter, emailKey });
        print(json, list, list.data.length > 0 ? overview(list.data) : 'no subscribers');
      }),
    );
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
        const { db, config, hashAddress } = context;
        const input = {
          email,
          ...person,
          newsletter: newsletter ?? (await chooseNewsletter(db, undefined)),
          ...(section ? { sections: section } : {}),
          ...(consentAt ? { consent: { source: consentSource, at: consentAt } } : {}),
        };
        const origin = new URL(config.publicUrl).host;
        const id = await commit(context, async (tx) => {
          const added = await addSubscriber(tx, input, { hashAddress, origin, now: context.now() });
          await audit(tx, actorOf(), 'add', `subscriber ${added.id}`);
          const { letters } = added;
          return { value: added.id, enqueue: (queues) => queues.enqueueLetters(letters) };
        });
        const subscriber = await getSubscriber(db, id);
        print(json, subscriber, overview([subscriber]));
      });
    });
  noun
    .command('import <file>')
    .description('import subscribers from CSV; - reads stdin')
    .option(
      '--newsletter <slug>',
      'newsletter; optional if there is only one, or if each line names its own',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, { json, newsletter }: { json?: boolean; newsletter?: string }) => {
      if (file !== '-')
        await access(file, constants.R_OK).catch(() => {
          throw new WrongUse(`Cannot read ${file}.`);
        });
      return open(async ({ db, hashAddress, now }) => {
        const slug = newsletter ?? null;
        const object = slug === null ? 'subscribers' : `newsletter ${slug}`;
        await audit(db, actorOf(), 'import', object);
        let told = performance.now();
        const done = await importSubscribers(
          db,
          file === '-' ? process.stdin : createReadStream(file),
          {
            newsletter: slug,
            hashAddress,
            now: now(),
            onLines(lines) {
              if (performance.now() - told < 2000) return;
              told = performance.now();
              note(counted(lines, 'line'));
            },
          },
        );
        for (const text of done.notes) note(text);
        for (const { line, reason } of done.errors.slice(0, 20)) note(`line ${line}: ${reason}`);
        if (done.skipped > 20) note(`${done.skipped - 20} more lines skipped; --json names them`);
        const { lines, added, updated, skipped } = done;
        print(
          json,
          done,
          `${counted(lines, 'line')}: ${added} added, ${updated} updated, ${skipped} skipped`,
        );
      });
    });
  registerSubscriberExport(noun, open);
  noun
    .command('erase <id-or-address>')
    .description('erase all data of a subscriber; only an id and a hash remain')
    .option('--yes', 'confirm; this cannot be undone')
    .option('--json', 'print JSON')
    .action((who: string, { json, yes }: { json?: boolean; yes?: boolean }) => {
      if (!yes) throw new WrongUse('This cannot be undone. Add --yes to confirm.');
      return open(async (context) => {
        const id = await chooseSubscriber(context.db, who);
        await commit(context, async (tx) => {
          const { letters } = await eraseSubscriber(tx, id, context.now());
          await audit(tx, actorOf(), 'erase', `subscriber ${id}`);
          return { value: undefined, enqueue: (queues) => queues.enqueueLetters(letters) };
        });
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
