import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { sendConfirmationTo, sendLinksTo } from '../actions/subscriber-letters.ts';
import { changeSubscriber, subscriberWork } from '../actions/subscribers.ts';
import { suppressSubscriber } from '../actions/suppressions.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { getSubscriber } from '../subscribers/subscribers.ts';
import type { Open } from './open.ts';
import { chooseSubscriber, several } from './options.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface UpdateOptions {
  json?: boolean;
  email?: string;
  name?: string;
  language?: string;
  timezone?: string;
  newsletter?: string;
  unsubscribe?: boolean;
  frequency?: string;
  hour?: string;
  section?: string[];
  allSections?: boolean;
  content?: string;
  pauseUntil?: string;
}

/** `subscribers show|update|suppress|send-confirmation|send-links`: one subscriber, by id or address. */
export function registerSubscriberChanges(noun: Command, open: Open): void {
  noun
    .command('show <id-or-address>')
    .description('show a subscriber')
    .option('--json', 'print JSON')
    .action((who: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const subscriber = await getSubscriber(db, await chooseSubscriber(db, who));
        print(json, subscriber, inFull(subscriber));
      }),
    );
  noun
    .command('update <id-or-address>')
    .description('change a subscriber; "" empties a name, language or time zone')
    .option('--email <address>', 'another address; the old one is told')
    .option('--name <name>', 'name')
    .option('--language <tag>', 'such as en or es-VE')
    .option('--timezone <zone>', 'IANA name, such as Europe/Madrid')
    .option('--newsletter <slug>', 'the subscription that what follows is about')
    .option('--frequency <how-often>', 'daily, weekdays, weekly or special')
    .option('--hour <hh:mm>', 'delivery time; "" is the newsletter\'s')
    .option('--section <slug>', 'repeat for several', several)
    .option('--all-sections', 'all sections, also later ones')
    .option('--content <how-much>', 'full, headlines or text (no pictures)')
    .option('--pause-until <time>', 'such as 2026-12-24T06:00:00Z; "" ends a pause')
    .option('--unsubscribe', 'end the subscription')
    .option('--json', 'print JSON')
    .action((who: string, { json, ...options }: UpdateOptions) => {
      const changes = changesOf(options);
      return open(async (context) => {
        const id = await chooseSubscriber(context.db, who);
        const subscriber = await commit(context, (tx) =>
          changeSubscriber(tx, actorOf(), id, changes, subscriberWork(context)),
        );
        print(json, subscriber, inFull(subscriber));
      });
    });
  noun
    .command('suppress <id-or-address>')
    .description('send nothing to a subscriber’s address any more')
    .option('--detail <text>', 'why, for colleagues')
    .option('--json', 'print JSON')
    .action((who: string, { json, detail }: { json?: boolean; detail?: string }) =>
      open(async (context) => {
        const id = await chooseSubscriber(context.db, who);
        const made = await commit(context, async (tx) => ({
          value: await suppressSubscriber(tx, actorOf(), id, detail ?? null),
        }));
        const text = `subscriber ${id} ${made ? 'is suppressed' : 'was suppressed before'}`;
        print(json, await getSubscriber(context.db, id), text);
      }),
    );
  const sends = (name: string, description: string, work: typeof sendLinksTo) =>
    noun
      .command(`${name} <id-or-address>`)
      .description(description)
      .option('--json', 'print JSON')
      .action((who: string, { json }: { json?: boolean }) =>
        open(async (context) => {
          const id = await chooseSubscriber(context.db, who);
          await commit(context, (tx) => work(tx, actorOf(), id, subscriberWork(context)));
          print(json, { state: 'queued' }, `a letter to subscriber ${id} is queued`);
        }),
      );
  sends('send-confirmation', 'ask a subscriber again to confirm', sendConfirmationTo);
  sends('send-links', 'send a subscriber the links to their preferences', sendLinksTo);
}

function changesOf({ newsletter, email, name, language, timezone, ...place }: UpdateOptions) {
  const emptied = (text: string) => (text === '' ? null : text);
  const subscription = {
    ...(place.unsubscribe ? { state: 'unsubscribed' } : {}),
    ...(place.frequency === undefined ? {} : { frequency: place.frequency }),
    ...(place.hour === undefined ? {} : { hour: emptied(place.hour) }),
    ...(place.section === undefined ? {} : { sections: place.section }),
    ...(place.allSections ? { sections: null } : {}),
    ...(place.content === undefined ? {} : { format: place.content }),
    ...(place.pauseUntil === undefined ? {} : { pausedUntil: emptied(place.pauseUntil) }),
  };
  const isAboutOne = Object.keys(subscription).length > 0;
  if (isAboutOne !== (newsletter !== undefined))
    throw new WrongUse(
      isAboutOne
        ? 'Name the newsletter: --newsletter <slug>'
        : '--newsletter goes with a change of that subscription.',
    );
  const changes = {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name: emptied(name) }),
    ...(language === undefined ? {} : { language: emptied(language) }),
    ...(timezone === undefined ? {} : { timezone: emptied(timezone) }),
    ...(isAboutOne ? { subscriptions: [{ newsletter, ...subscription }] } : {}),
  };
  if (Object.keys(changes).length === 0) throw new WrongUse('Say what to change.');
  return changes;
}

function inFull({ id, email, name, language, timezone, subscriptions }: Subscriber): string {
  const person = table(
    ['ID', 'ADDRESS', 'NAME', 'LANGUAGE', 'TIME ZONE'],
    [[id, email, name, language, timezone]],
  );
  const places = subscriptions.map((one) => [
    one.newsletter,
    one.state,
    one.frequency,
    one.hour,
    one.sections?.join(', ') ?? 'all',
    one.format,
    one.pausedUntil,
    one.confirmedAt,
    one.unsubscribedAt,
  ]);
  const heads = [
    'NEWSLETTER',
    'STATE',
    'FREQUENCY',
    'HOUR',
    'SECTIONS',
    'CONTENT',
    'PAUSED UNTIL',
    'CONFIRMED',
    'UNSUBSCRIBED',
  ];
  return places.length === 0 ? person : `${person}\n\n${table(heads, places)}`;
}
