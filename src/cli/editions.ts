import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { composeAndSend } from '../actions/compose.ts';
import { type PreviewFormat, previewEdition, previewFormats } from '../actions/preview.ts';
import { type ShownEdition, showEdition, showEditions } from '../actions/show-editions.ts';
import { type Steer, steerEdition } from '../actions/steer.ts';
import { sendTest } from '../actions/test-send.ts';
import type { EditionState, Format, Kind, Layout } from '../database/tables.ts';
import { layoutSchema } from '../newsletters/settings.ts';
import { formatSchema } from '../subscribers/choices.ts';
import { registerEditionReaders } from './editions-readers.ts';
import { registerSend } from './editions-send.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, idArgument, readLimit, readTime, several } from './options.ts';
import { note, print, table } from './output.ts';
import { progressLine } from './progress.ts';
import { actorOf } from './roles.ts';
import { anyWorker, NO_WORKER, noteMailbox } from './workers.ts';

interface Options {
  json?: boolean;
  newsletter?: string;
  kind?: Kind;
  state?: EditionState;
  limit: number;
  after?: string;
}
interface Composition {
  json?: boolean;
  newsletter?: string;
  kind: Kind;
  article?: string[];
  introduction?: string;
  subject?: string;
  preheader?: string;
  layout?: Layout;
  again?: boolean;
  sendAt?: Date;
}
interface Choice {
  json?: boolean;
  format: PreviewFormat;
  to: string;
  language?: string;
  section?: string[];
  content?: Format;
  layout?: Layout;
}

const kinds = ['daily', 'weekly', 'special'] as const;

export function registerEditions(program: Command, open: Open): void {
  const noun = program.command('editions').description('the issues of a newsletter');
  noun
    .command('list')
    .description('list editions, newest first')
    .option('--newsletter <slug>', 'only this newsletter')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(kinds))
    .addOption(
      new Option('--state <state>', 'in one state').choices([
        'draft',
        'scheduled',
        'sending',
        'paused',
        'sent',
        'cancelled',
      ]),
    )
    .option('--limit <number>', 'maximum number of rows', readLimit, 20)
    .option('--after <next>', '“next” of the previous page', idArgument)
    .option('--json', 'print JSON')
    .action(({ json, ...page }: Options) =>
      open(async ({ db, now }) => {
        const list = await showEditions(db, page, now());
        print(json, list, list.data.length > 0 ? overview(list.data) : 'no editions yet');
      }),
    );
  noun
    .command('show <id>')
    .description('show an edition and its counts')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Options) =>
      open(async ({ db, now }) => {
        const edition = await showEdition(db, id, now());
        print(json, edition, details(edition));
      }),
    );
  noun
    .command('compose')
    .description('prepare an edition; there is one daily and one weekly per date')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .addOption(new Option('--kind <kind>', 'kind of edition').choices(kinds).default('daily'))
    .option('--article <id>', 'article to include, in order; default: all new ones', several)
    .option('--subject <text>', 'subject; default: the top story')
    .option('--preheader <text>', 'preheader; default: the next headlines')
    .option(
      '--introduction <markdown>',
      'introduction; a special with one and no --article is a letter from the editor',
    )
    .addOption(layoutOption('newsletter'))
    .option('--again', 'also make a special that was made within the last hour')
    .option('--send-at <time>', 'when to send it, such as 2026-11-24T18:00:00Z', readTime)
    .option('--json', 'print JSON')
    .action(({ json, newsletter, kind, article, sendAt, ...more }: Composition) =>
      open(async (context) => {
        const composing = {
          newsletter: await chooseNewsletter(context.db, newsletter),
          kind,
          now: context.now(),
          send: false,
          ...(article ? { articles: article } : {}),
          ...more,
          ...(sendAt ? { sendAt } : {}),
        };
        const { id, made } = await commit(context, (tx) =>
          composeAndSend(tx, actorOf(), composing),
        );
        if (!made) note('That edition was there already.');
        const edition = await showEdition(context.db, id, context.now());
        print(json, edition, details(edition));
      }),
    );
  noun
    .command('preview <id>')
    .description('print an edition as a reader receives it')
    .addOption(
      new Option('--format <format>', 'output format').choices(previewFormats).default('text'),
    )
    .option('--language <tag>', "language of the reader; default: the newsletter's")
    .option('--section <slug>', 'section the reader chose; default: all', several)
    .addOption(contentOption())
    .addOption(layoutOption('edition'))
    .option('--json', 'print JSON')
    .action((id: string, { json, format, language, section, content, layout }: Choice) =>
      open(async (context) => {
        const { subject, body } = await previewEdition(context, id, format, {
          language: language ?? null,
          sections: section ?? null,
          format: content,
          layout,
        });
        const text = body.toString();
        print(json, { subject, format, body: text }, text);
      }),
    );
  noun
    .command('test <id>')
    .description('send a test of an edition to one address')
    .requiredOption('--to <address>', 'address to send it to')
    .option('--language <tag>', "language of the reader; default: the newsletter's")
    .option('--section <slug>', 'section the reader chose; default: all', several)
    .addOption(contentOption())
    .addOption(layoutOption('edition'))
    .option('--json', 'print JSON')
    .action((id: string, { json, to, language, section, content, layout }: Choice) =>
      open(async (context) => {
        const test = {
          email: to,
          language: language ?? null,
          sections: section ?? null,
          format: content,
          layout,
        };
        const sent = await commit(context, (tx) =>
          sendTest(tx, actorOf(), id, test, context.now()),
        );
        noteMailbox(context);
        if (!(await anyWorker(context.db))) note(NO_WORKER);
        print(json, sent, `test queued for ${to}`);
      }),
    );
  registerEditionReaders(noun, open);
  registerSend(noun, open);
  steering(noun, open, 'pause', 'finish the emails already started, and start no more');
  steering(noun, open, 'resume', 'go on with a paused edition');
  steering(noun, open, 'cancel', 'end an edition for good; readers without it are skipped');
  steering(noun, open, 'resend-missed', 'send a sent or cancelled edition to those it missed');
}

const contentOption = () =>
  new Option('--content <content>', 'how much of it the reader wants; default: full').choices(
    formatSchema.options,
  );

const layoutOption = (whose: 'newsletter' | 'edition') =>
  new Option('--layout <layout>', `layout; default: the ${whose}’s`).choices(layoutSchema.options);

function steering(noun: Command, open: Open, steer: Steer, description: string): void {
  noun
    .command(`${steer} <id>`)
    .description(description)
    .option('--json', 'print JSON')
    .action((id: string, { json }: Options) =>
      open(async (context) => {
        // an id that cannot be one is an edition that is not there
        await showEdition(context.db, id, context.now());
        await commit(context, (tx) => steerEdition(tx, actorOf(), id, steer, context.now()));
        const edition = await showEdition(context.db, id, context.now());
        print(json, edition, details(edition));
      }),
    );
}

/** An edition for a person. */
export function details(edition: ShownEdition): string {
  const { id, newsletter, number, kind, state, reason, warnings, articles, audience } = edition;
  return [
    `edition ${id}: ${newsletter} no. ${number} (${kind}), ${state}${reason ? `: ${reason}` : ''}`,
    ...warnings.map((warning) => `  ! ${warning}`),
    ...articles.map((article) => `  ${article.section ?? '–'}: ${article.title}`),
    ...(audience === null ? [] : [progressLine(edition)]),
  ].join('\n');
}

function overview(editions: ShownEdition[]): string {
  return table(
    ['ID', 'NEWSLETTER', 'NO.', 'KIND', 'DATE', 'STATE', 'READERS', 'SENT', 'FAILED', 'HEADLINE'],
    editions.map((one) => [
      one.id,
      one.newsletter,
      one.number,
      one.kind,
      one.localDate,
      one.state,
      one.audience,
      one.ledger.sent,
      one.ledger.failed,
      (one.subject || one.articles[0]?.title || '').slice(0, 60),
    ]),
  );
}
