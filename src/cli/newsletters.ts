import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { releaseNewsletter } from '../actions/complaints.ts';
import {
  archiveNewsletter,
  changeNewsletter,
  makeNewsletter,
  putNewsletterLogo,
  unarchiveNewsletter,
} from '../actions/newsletters.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter, listNewsletters, type Newsletter } from '../newsletters/newsletters.ts';
import type { Open } from './open.ts';
import { several } from './options.ts';
import { print, table, WrongUse } from './output.ts';
import { readPicture } from './picture.ts';
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
  colour?: string;
  logo?: string;
  layout?: string;
  typeface?: string;
  welcome?: string;
  wording?: string[];
  sectionLimit?: string[];
  reviewMinutes?: string;
  reviewRequired?: boolean;
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
      open(async (context) => {
        const made = await commit(context, async (tx) => ({
          value: await makeNewsletter(tx, actorOf(), { slug, ...named(options) }),
        }));
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
      return open(async (context) => {
        const changed = await commit(context, async (tx) => {
          const before = await existing(tx, slug);
          return { value: await changeNewsletter(tx, actorOf(), slug, named(options, before)) };
        });
        print(options.json, changed, `changed ${Object.keys(changes).join(', ')} of ${slug}`);
      });
    });
  noun
    .command('show <slug>')
    .description('show a newsletter and all its settings')
    .option('--json', 'print JSON')
    .action((slug: string, { json }: Settings) =>
      open(async ({ db }) => {
        const newsletter = await existing(db, slug);
        const lines = Object.entries(newsletter).map(([field, value]) => [
          field,
          typeof value === 'object' && value !== null && !(value instanceof Date)
            ? JSON.stringify(value)
            : String(value ?? ''),
        ]);
        print(json, newsletter, table(['SETTING', 'VALUE'], lines));
      }),
    );
  noun
    .command('logo <slug> <file>')
    .description('give a newsletter a logo of its own: PNG, JPEG, GIF or WebP')
    .option('--json', 'print JSON')
    .action((slug: string, file: string, { json }: Settings) =>
      open(async (context) => {
        const picture = await readPicture(file);
        const newsletter = await commit(context, async (tx) => ({
          value: await putNewsletterLogo(tx, actorOf(), slug, picture),
        }));
        print(json, newsletter, `${slug} has the logo ${newsletter.logo}`);
      }),
    );
  noun
    .command('archive <slug>')
    .description('end a newsletter: nothing goes out any more; readers and past editions stay')
    .option('--json', 'print JSON')
    .action((slug: string, { json }: Settings) =>
      open(async (context) => {
        const newsletter = await commit(context, async (tx) => ({
          value: await archiveNewsletter(tx, actorOf(), slug, context.now()),
        }));
        print(json, newsletter, `archived ${slug}`);
      }),
    );
  noun
    .command('unarchive <slug>')
    .description('bring an archived newsletter back')
    .option('--json', 'print JSON')
    .action((slug: string, { json }: Settings) =>
      open(async (context) => {
        const newsletter = await commit(context, async (tx) => ({
          value: await unarchiveNewsletter(tx, actorOf(), slug),
        }));
        print(json, newsletter, `${slug} goes out again`);
      }),
    );
  registerRelease(noun, open);
}

function registerRelease(noun: Command, open: Open): void {
  noun
    .command('release <slug>')
    .description('let a newsletter go out again that complaints held')
    .requiredOption('--reason <text>', 'what was decided, for colleagues')
    .option('--resume', 'go on with the editions that had begun')
    .option('--json', 'print JSON')
    .action((slug: string, options: { json?: boolean; reason: string; resume?: boolean }) =>
      open(async (context) => {
        const { reason, resume = false, json } = options;
        const { newsletter, editions } = await commit(context, (tx) =>
          releaseNewsletter(tx, actorOf(), slug, { reason, resume }),
        );
        const begun = resume ? 'go on' : 'stay paused';
        const said =
          editions.length > 0 ? `; editions that had begun ${begun}: ${editions.join(', ')}` : '';
        print(json, newsletter, `${slug} goes out again${said}`);
      }),
    );
}

async function existing(db: DbOrTransaction, slug: string): Promise<Newsletter> {
  const newsletter = await getNewsletter(db, slug);
  if (!newsletter) throw new NewsletterNotFound(slug);
  return newsletter;
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
    .option(
      '--section-limit <slug=number>',
      'most articles of a section in one edition; repeat for several',
      several,
    )
    .option('--review-minutes <number>', 'minutes before its time at which editors see the draft')
    .option('--review-required', 'hold a draft that no one has saved')
    .option('--no-review-required', 'send a draft that no one has saved')
    .option('--colour <#rrggbb>', 'colour of its own; an empty text: the newsroom’s')
    .option('--logo <address>', 'web address of a logo of its own; an empty text: the newsroom’s')
    .option('--layout <name>', 'broadsheet (stories by weight) or compact (headline and line)')
    .option('--typeface <name>', 'of its headlines: georgia, palatino, times or helvetica')
    .option('--welcome <text>', 'what its welcome email says first')
    .option('--wording <language=text>', 'consent text of its own; repeat for several', several)
    .addOption(new Option('--json', 'print JSON'));
}

/** The settings that were named, as the API takes them; what a list leaves out of `before` is kept. */
function named(options: Settings, before?: Newsletter): Record<string, unknown> {
  const { json: _, section, sectionLimit, origin, kinds, days, wording, ...rest } = options;
  const { weeklyDay, reviewMinutes, colour, logo, ...words } = rest;
  const list = (text: string) => text.split(',').map((part) => part.trim());
  const given = {
    kinds: kinds && list(kinds),
    days: days && list(days).map(Number),
    weeklyDay: weeklyDay && Number(weeklyDay),
    reviewMinutes: reviewMinutes && Number(reviewMinutes),
    origins: origin,
    colour: colour === '' ? null : colour,
    logo: logo === '' ? null : logo,
    wording: wording && { ...before?.wording, ...Object.fromEntries(wording.map(pair)) },
    sections: (section ?? sectionLimit) && sections(section, sectionLimit ?? [], before),
  };
  return {
    ...words,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** `daily=The Daily` in two. */
function pair(text: string): [string, string] {
  const [name = '', value] = text.split(/=(.*)/s);
  return [name, value ?? name];
}

function sections(wanted: string[] | undefined, limits: string[], before: Newsletter | undefined) {
  const known = new Map(before?.sections.map((one) => [one.slug, one]));
  const most = new Map(limits.map(pair));
  const kept = [...known.values()].map(({ slug, title }): [string, string] => [slug, title]);
  const listed = wanted?.map(pair) ?? kept;
  return listed.map(([slug, title]) => {
    const articleLimit = most.has(slug) ? Number(most.get(slug)) : known.get(slug)?.articleLimit;
    return { slug, title, ...(articleLimit === undefined ? {} : { articleLimit }) };
  });
}

function overview(newsletters: Newsletter[]): string {
  return table(
    ['SLUG', 'TITLE', 'LANGUAGE', 'SENT AT', 'TIME ZONE', 'KINDS', 'SECTIONS'],
    newsletters.map((one) => [
      one.slug,
      one.title,
      one.language,
      one.archivedAt ? 'archived' : one.active ? one.sendAt : 'not active',
      one.timezone,
      one.kinds.join(','),
      one.sections.map((section) => section.slug).join(','),
    ]),
  );
}
