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
import { chooseNewsletter, chooseSubscriber, readId, readLimit, several } from './choices.ts';
import type { Open } from './open.ts';
import { note, print, table, WrongUse } from './output.ts';
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
  const noun = program.command('subscribers').description('the people who get editions');
  noun
    .command('list')
    .description('list subscribers')
    .option('--newsletter <slug>', 'of one newsletter')
    .addOption(
      new Option('--state <state>', 'of their subscription').choices([
        'pending',
        'active',
        'unsubscribed',
      ]),
    )
    .option('--email <address>', 'of one address')
    .option('--limit <number>', 'so many', readLimit, 100)
    .option('--after <next>', 'go on after the page before', readId)
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
    .description('add a subscriber: asked first, unless a consent is recorded')
    .option(
      '--newsletter <slug>',
      'repeat for several; may be left out where there is one',
      several,
    )
    .option('--name <name>', 'their name')
    .option('--language <tag>', 'such as en or es-VE')
    .option('--timezone <zone>', 'IANA name, such as Europe/Madrid')
    .option('--section <slug>', 'repeat for several; left out: all', several)
    .option('--frequency <how-often>', 'daily, weekdays, weekly or special')
    .option('--hour <hh:mm>', "left out: the newsletter's")
    .option('--consent-source <text>', 'where the person agreed: then active at once')
    .option('--consent-at <time>', 'when, such as 2026-11-01T10:00:00Z')
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
    .description('import CSV; - reads from stdin')
    .option('--newsletter <slug>', 'for which newsletter; may be left out where there is one')
    .option('--json', 'print JSON')
    .action(async (file: string, { json, newsletter }: { json?: boolean; newsletter?: string }) => {
      if (file !== '-')
        await access(file, constants.R_OK).catch(() => {
          throw new WrongUse(`Cannot read ${file}.`);
        });
      return open(async ({ db, hashAddress, now }) => {
        const slug = await chooseNewsletter(db, newsletter);
        await audit(db, actorOf(), 'import', `newsletter ${slug}`);
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
              note(`${lines} lines`);
            },
          },
        );
        for (const { line, reason } of done.errors.slice(0, 20)) note(`line ${line}: ${reason}`);
        const { lines, added, updated, skipped } = done;
        print(json, done, `${lines} lines: ${added} added, ${updated} updated, ${skipped} skipped`);
      });
    });
  registerSubscriberExport(noun, open);
  noun
    .command('erase <id-or-address>')
    .description('erase a person; what is left is an id for the ledgers, and a hash')
    .option('--yes', 'this cannot be undone: say that you mean it')
    .option('--json', 'print JSON')
    .action((who: string, { json, yes }: { json?: boolean; yes?: boolean }) => {
      if (!yes) throw new WrongUse('This cannot be undone. If you mean it, add --yes.');
      return open(async (context) => {
        const id = await chooseSubscriber(context.db, who);
        await commit(context, async (tx) => {
          const { letters } = await eraseSubscriber(tx, id, context.now());
          await audit(tx, actorOf(), 'erase', `subscriber ${id}`);
          return { value: undefined, enqueue: (queues) => queues.enqueueLetters(letters) };
        });
        print(json, await getSubscriber(context.db, id), `subscriber ${id} is erased`);
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
