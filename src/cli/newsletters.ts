import { type Command, Option } from 'commander';
import {
  createNewsletter,
  listNewsletters,
  type Newsletter,
  updateNewsletter,
} from '../newsletters/newsletters.ts';
import { audit } from '../operators/audit.ts';
import type { Open } from './open.ts';
import { several } from './options.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface Settings {
  json?: boolean;
  title?: string;
  description?: string;
  active?: boolean;
  language?: string;
  timezone?: string;
  sendAt?: string;
  kinds?: string;
  days?: string;
  weeklyDay?: string;
  section?: string[];
  from?: string;
  replyTo?: string;
  private?: boolean;
  origin?: string[];
  linkParameters?: string;
}

export function registerNewsletters(program: Command, open: Open): void {
  const noun = program.command('newsletters').description('newsletters, their times and sections');
  noun
    .command('list')
    .description('list newsletters')
    .option('--json', 'print JSON')
    .action(({ json }: Settings) =>
      open(async ({ db }) => {
        const data = await listNewsletters(db);
        print(json, { data, next: null }, data.length > 0 ? overview(data) : 'no newsletters yet');
      }),
    );
  settings(noun.command('create <slug>').description('create a newsletter'))
    .requiredOption('--title <text>', 'title')
    .action((slug: string, options: Settings) =>
      open(async ({ db }) => {
        const made = await db.transaction().execute(async (tx) => {
          const newsletter = await createNewsletter(tx, { slug, ...named(options) });
          await audit(tx, actorOf(), 'create', `newsletter ${slug}`);
          return newsletter;
        });
        print(options.json, made, `created ${made.slug} (${made.title})`);
      }),
    );
  settings(
    noun.command('update <slug>').description('change a newsletter; other settings are kept'),
  )
    .option('--title <text>', 'title')
    .action((slug: string, options: Settings) => {
      const changes = named(options);
      if (Object.keys(changes).length === 0)
        throw new WrongUse('Name what to change, for example --send-at 06:30.');
      return open(async ({ db }) => {
        const changed = await db.transaction().execute(async (tx) => {
          const newsletter = await updateNewsletter(tx, slug, changes);
          const fields = Object.keys(changes);
          await audit(tx, actorOf(), 'change', `newsletter ${slug}`, { fields });
          return newsletter;
        });
        print(options.json, changed, `changed ${Object.keys(changes).join(', ')} of ${slug}`);
      });
    });
}

function settings(command: Command): Command {
  return command
    .option('--description <text>', 'description shown on the sign-up page')
    .option('--active', 'prepare and send it at its times')
    .option('--no-active', 'stop preparing and sending it')
    .option('--language <tag>', 'language tag, such as en or es-VE')
    .option('--timezone <zone>', 'IANA name, such as Europe/Madrid')
    .option('--send-at <hh:mm>', 'time to send, in its time zone')
    .option('--kinds <list>', 'any of daily,weekly,special')
    .option('--days <list>', 'days of the daily, 1 (Monday) to 7')
    .option('--weekly-day <day>', 'day of the weekly, 1 to 7')
    .option('--section <slug=title>', 'a section; repeat for several, in order', several)
    .option('--from <address>', 'From address of its emails, instead of MAIL_FROM')
    .option('--reply-to <address>', 'address for replies')
    .option('--private', 'hide it from the public archive')
    .option('--no-private', 'show it in the public archive')
    .option('--origin <origin>', 'a site that may show its form; repeat for several', several)
    .option('--link-parameters <query>', 'query parameters added to every article link')
    .addOption(new Option('--json', 'print JSON'));
}

/** The settings that were named, as the API takes them. */
function named(options: Settings): Record<string, unknown> {
  const { json: _, section, origin, kinds, days, weeklyDay, ...rest } = options;
  const list = (text: string) => text.split(',').map((part) => part.trim());
  return {
    ...rest,
    ...(kinds === undefined ? {} : { kinds: list(kinds) }),
    ...(days === undefined ? {} : { days: list(days).map(Number) }),
    ...(weeklyDay === undefined ? {} : { weeklyDay: Number(weeklyDay) }),
    ...(origin === undefined ? {} : { origins: origin }),
    ...(section === undefined
      ? {}
      : {
          sections: section.map((pair) => {
            const [slug = '', title] = pair.split(/=(.*)/s);
            return { slug, title: title ?? slug };
          }),
        }),
  };
}

function overview(newsletters: Newsletter[]): string {
  return table(
    ['SLUG', 'TITLE', 'LANGUAGE', 'SENT AT', 'TIME ZONE', 'KINDS', 'SECTIONS'],
    newsletters.map((one) => [
      one.slug,
      one.title,
      one.language,
      one.active ? one.sendAt : 'not active',
      one.timezone,
      one.kinds.join(','),
      one.sections.map((section) => section.slug).join(','),
    ]),
  );
}
