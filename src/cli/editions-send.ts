import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { commit } from '../actions/commit.ts';
import { composeAndSend } from '../actions/compose.ts';
import { type ShownEdition, showEdition } from '../actions/show-editions.ts';
import { steerEdition } from '../actions/steer.ts';
import type { Context } from '../context.ts';
import { aboutCopy, copyOf } from '../database/embedded/copied.ts';
import type { Kind } from '../database/tables.ts';
import { Problem } from '../problems/problem.ts';
import type { Open } from './open.ts';
import { chooseNewsletter } from './options.ts';
import { note, print, WrongUse } from './output.ts';
import { openProgress, progressLine } from './progress.ts';
import { actorOf } from './roles.ts';
import { anyWorker, NO_WORKER, noteMailbox } from './workers.ts';

interface Options {
  json?: boolean;
  newsletter?: string;
  kind?: Kind;
  wait?: boolean;
  work?: boolean;
}

/** `editions send`: starts an edition, or composes today's and starts that; waits for its end if asked to. */
export function registerSend(noun: Command, open: Open): void {
  noun
    .command('send [id]')
    .description('send an edition now; without an id, prepare today’s and send it')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .addOption(
      new Option('--kind <kind>', 'default: daily').choices(['daily', 'weekly', 'special']),
    )
    .option('--wait', 'wait until it is sent, and show progress')
    .option('--work', 'send from this process, if no worker runs')
    .option('--json', 'print JSON')
    .action((id: string | undefined, options: Options) => {
      if (id !== undefined && (options.newsletter || options.kind))
        throw new WrongUse('Give the id of an edition, or --newsletter and --kind to prepare one.');
      return open((context, onStop) => send(context, id, options, onStop));
    });
}

async function send(
  context: Context,
  id: string | undefined,
  options: Options,
  onStop: (stop: () => Promise<void>) => void,
): Promise<void> {
  const { json, work = false } = options;
  const waits = options.wait === true || work;
  noteMailbox(context);
  if (work && context.relays.length === 0)
    throw new Problem(409, 'There is no relay to send to: set SMTP_URL, or run "npm start".');
  const copy = work && (await copyOf(context.db));
  if (copy) throw new Problem(409, aboutCopy(copy));
  if (waits && !work && !(await anyWorker(context.db)))
    throw new Problem(409, `${NO_WORKER} Or add --work, to send from here.`);

  // ended with everything else, in order: what has started is finished
  if (work) {
    // a worker is half of the program: no other command waits for it to load
    const { startWorker } = await import('../../workers/main.ts');
    onStop((await startWorker(context)).stop);
  }
  const edition = await begin(context, id, options);
  if (!waits) {
    if (!(await anyWorker(context.db))) note(NO_WORKER);
    return print(json, edition, `edition ${edition.id} is ${edition.state}`);
  }
  const end = await watch(context, edition.id);
  print(json, end, `edition ${end.id} is ${end.state}: ${progressLine(end)}`);
  if (end.state === 'sent') return undefined;
  note(`It is ${end.state}${end.reason ? `: ${end.reason}` : '.'}`);
  if (end.state === 'paused') note(`Once that is fixed: npx gaceta editions resume ${end.id}`);
  process.exitCode = 1;
}

async function begin(
  context: Context,
  id: string | undefined,
  { newsletter, kind = 'daily' }: Options,
): Promise<ShownEdition> {
  const now = context.now();
  if (id !== undefined) {
    // an id that cannot be one is an edition that is not there
    await showEdition(context.db, id, now);
    const { changed } = await commit(context, (tx) => steerEdition(tx, actorOf(), id, 'send', now));
    if (!changed) note('It was started before: nothing is sent twice.');
    return showEdition(context.db, id, now);
  }
  const composing = {
    newsletter: await chooseNewsletter(context.db, newsletter),
    kind,
    now,
    send: true,
  };
  const { id: made, started } = await commit(context, (tx) =>
    composeAndSend(tx, actorOf(), composing),
  );
  const edition = await showEdition(context.db, made, now);
  if (edition.state === 'cancelled')
    throw new Problem(
      409,
      `Edition ${made} of this date was cancelled: nothing is sent. For another one today, use --kind special.`,
    );
  if (!started) note('It was started before: nothing is sent twice.');
  return edition;
}

/** Shows how far it is, and what holds it up, until it is over, or paused. */
async function watch({ db, now }: Context, id: string): Promise<ShownEdition> {
  const progress = openProgress();
  let told: string | null = null;
  try {
    for (;;) {
      const edition = await showEdition(db, id, now());
      progress.show(edition);
      if (edition.state === 'sending' && edition.reason !== told) {
        told = edition.reason;
        note(told === null ? 'It goes on.' : `It waits: ${told}`);
      }
      if (edition.state !== 'sending') return edition;
      await wait(250);
    }
  } finally {
    progress.end();
  }
}
