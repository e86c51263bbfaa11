import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { composeAndSend } from '../actions/compose.ts';
import { type PreviewFormat, previewEdition, previewFormats } from '../actions/preview.ts';
import { type ShownEdition, showEdition, showEditions } from '../actions/show-editions.ts';
import { type Steer, steerEdition } from '../actions/steer.ts';
import { sendTest } from '../actions/test-send.ts';
import type { EditionState, Kind } from '../database/tables.ts';
import { chooseNewsletter, readId, readLimit, readTime, several } from './choices.ts';
import { registerSend } from './editions-send.ts';
import type { Open } from './open.ts';
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
  sendAt?: Date;
}
interface Choice {
  json?: boolean;
  format: PreviewFormat;
  to: string;
  language?: string;
  section?: string[];
}

const kinds = ['daily', 'weekly', 'special'] as const;

export function registerEditions(program: Command, open: Open): void {
  const noun = program.command('editions').description('composed numbers of a newsletter');
  noun
    .command('list')
    .description('list editions, newest first')
    .option('--newsletter <slug>', 'of one newsletter')
    .addOption(new Option('--kind <kind>', 'of one kind').choices(kinds))
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
    .option('--limit <number>', 'so many', readLimit, 20)
    .option('--after <next>', 'go on after the page before', readId)
    .option('--json', 'print JSON')
    .action(({ json, ...page }: Options) =>
      open(async ({ db, now }) => {
        const list = await showEditions(db, page, now());
        print(json, list, list.data.length > 0 ? overview(list.data) : 'no editions yet');
      }),
    );
  noun
    .command('show <id>')
    .description('show an edition with its ledger')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Options) =>
      open(async ({ db, now }) => {
        const edition = await showEdition(db, id, now());
        print(json, edition, details(edition));
      }),
    );
  noun
    .command('compose')
    .description('compose an edition; of a daily or weekly there is one a date')
    .option('--newsletter <slug>', 'of which newsletter; may be left out where there is one')
    .addOption(new Option('--kind <kind>', 'what it is').choices(kinds).default('daily'))
    .option('--article <id>', 'chosen articles in their order; left out: all that is new', several)
    .option('--introduction <markdown>', 'words of its own')
    .option('--send-at <time>', 'when it goes by itself, such as 2026-11-24T18:00:00Z', readTime)
    .option('--json', 'print JSON')
    .action(({ json, newsletter, kind, article, introduction, sendAt }: Composition) =>
      open(async (context) => {
        const composing = {
          newsletter: await chooseNewsletter(context.db, newsletter),
          kind,
          now: context.now(),
          send: false,
          ...(article ? { articles: article } : {}),
          ...(introduction ? { introduction } : {}),
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
    .description('print an edition as a reader gets it')
    .addOption(
      new Option('--format <format>', 'which form').choices(previewFormats).default('text'),
    )
    .option('--language <tag>', "of the reader; left out: the newsletter's")
    .option('--section <slug>', 'that the reader chose; left out: all', several)
    .option('--json', 'print JSON')
    .action((id: string, { json, format, language, section }: Choice) =>
      open(async (context) => {
        const { subject, body } = await previewEdition(context, id, format, {
          language: language ?? null,
          sections: section ?? null,
        });
        const text = body.toString();
        print(json, { subject, format, body: text }, text);
      }),
    );
  noun
    .command('test <id>')
    .description('send an edition to one address, to look at')
    .requiredOption('--to <address>', 'where to')
    .option('--language <tag>', "of the reader; left out: the newsletter's")
    .option('--section <slug>', 'that the reader chose; left out: all', several)
    .option('--json', 'print JSON')
    .action((id: string, { json, to, language, section }: Choice) =>
      open(async (context) => {
        const test = { email: to, language: language ?? null, sections: section ?? null };
        const sent = await commit(context, (tx) =>
          sendTest(tx, actorOf(), id, test, context.now()),
        );
        noteMailbox(context);
        if (!(await anyWorker(context.db))) note(NO_WORKER);
        print(json, sent, `on its way to ${to}`);
      }),
    );
  registerSend(noun, open);
  steering(noun, open, 'pause', 'let what has started finish, and start nothing more');
  steering(noun, open, 'resume', 'go on with a paused edition');
  steering(noun, open, 'cancel', 'end an edition for good; readers without it are skipped');
  steering(noun, open, 'resend-missed', 'send a sent or cancelled edition to those it missed');
}

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
  const { id, newsletter, number, kind, state, reason, articles, audience } = edition;
  return [
    `edition ${id}: ${newsletter} no. ${number} (${kind}), ${state}${reason ? `: ${reason}` : ''}`,
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
