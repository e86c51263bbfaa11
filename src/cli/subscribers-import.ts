import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { endImport, type ImportRequest, makeImport, restart } from '../actions/imports.ts';
import type { Context } from '../context.ts';
import { boundNursery } from '../process/gc-tuning.ts';
import { stepFarBehind } from '../process/nice.ts';
import { spool } from '../subscribers/import/reading/spool.ts';
import { importOf } from '../subscribers/import/reporting/api-shape.ts';
import {
  failureInWords,
  noteInWords,
  reasonInWords,
} from '../subscribers/import/reporting/words.ts';
import { getImport, type Import } from '../subscribers/import/rows.ts';
import { NotOurs } from '../subscribers/import/run.ts';
import {
  type Field,
  fields,
  formats,
  type ListState,
  listStates,
} from '../subscribers/import/understanding/understood.ts';
import type { Open } from './open.ts';
import { idArgument } from './options.ts';
import { counted, note, print, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface ImportCommand {
  json?: boolean;
  newsletter?: string;
  format?: (typeof formats)[number];
  map?: Record<string, Field | ''>;
  state?: Record<string, ListState>;
  consentSource?: string;
  consentAt?: string;
  dryRun?: boolean;
  continue?: string;
}

/** `subscribers import`: a file as another service exports it, or as Gaceta does. */
export function registerSubscriberImport(noun: Command, open: Open): void {
  noun
    .command('import [file]')
    .description('import subscribers from CSV, XLSX, ZIP or JSON lines; - reads stdin')
    .option(
      '--newsletter <slug>',
      'newsletter; optional if there is only one, or if each line names its own',
    )
    .addOption(
      new Option('--format <name>', 'whose export it is; default: what it looks like').choices(
        formats,
      ),
    )
    .option(
      '--map <column=field>',
      'what a column holds, such as Correo=email; repeat for several',
      pairs(['', ...fields]),
    )
    .option(
      '--state <value=state>',
      'what a value in the column of states means, such as paused=unsubscribed; repeat for several',
      pairs(listStates),
    )
    .option('--consent-source <text>', 'where those agreed of whom the file does not say it')
    .option('--consent-at <time>', 'when they did, such as 2026-11-01', readTime)
    .option('--dry-run', 'say what would become of the lines, and store nothing')
    .option(
      '--continue <id>',
      'go on with an import that was stopped, or start one that was looked at',
      idArgument,
    )
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: ImportCommand) => {
      const { json, continue: id } = options;
      if ((file === undefined) === (id === undefined))
        throw new WrongUse('Name a file, or the import to go on with: --continue ID.');
      if ((options.consentSource === undefined) !== (options.consentAt === undefined))
        throw new WrongUse('--consent-source and --consent-at go together.');
      if (file !== undefined && file !== '-')
        await access(file, constants.R_OK).catch(() => {
          throw new WrongUse(`Cannot read ${file}.`);
        });
      boundNursery();
      stepFarBehind();
      return open(async (context, onStop) => {
        const begun = await begin(context, file, id, requestOf(options));
        const done = await follow(context, begun, onStop);
        tell(done);
        print(json, importOf(done), summary(done));
        if (done.state === 'failed') process.exitCode = 1;
      });
    });
}

function requestOf(options: ImportCommand): ImportRequest {
  const { newsletter, format, map, state: states, consentSource, consentAt, dryRun } = options;
  return {
    ...(newsletter === undefined ? {} : { newsletter }),
    ...(format ? { format } : {}),
    ...(map ? { map } : {}),
    ...(states ? { states } : {}),
    ...(dryRun ? { dryRun } : {}),
    ...(consentSource && consentAt ? { consent: { source: consentSource, at: consentAt } } : {}),
  };
}

async function begin(
  context: Context,
  file: string | undefined,
  id: string | undefined,
  request: ImportRequest,
): Promise<string> {
  const by = { actor: actorOf(), scope: null };
  if (id !== undefined) {
    // one whose process was killed runs, and nobody works on it
    if ((await getImport(context.db, id)).state === 'running') return id;
    await restart(context, by, id, Object.keys(request).length > 0 ? request : undefined);
    return id;
  }
  const made = await makeImport(context, by, request, async () =>
    file === '-' || file === undefined
      ? spool(process.stdin, context.imports.folder)
      : spool(createReadStream(file), context.imports.folder, { bytes: (await stat(file)).size }),
  );
  return made.id;
}

/** Works on it, or looks on as long as another process of this machine does. Ctrl-C stops it behind what is being stored. */
async function follow(
  context: Context,
  id: string,
  onStop: (stop: () => Promise<void>) => void,
): Promise<Import> {
  const { db, imports } = context;
  const stopper = new AbortController();
  const bar = openBar();
  const work = (async () => {
    for (;;) {
      try {
        return await imports.work(id, { signal: stopper.signal, onProgress: bar.show });
      } catch (error) {
        if (!(error instanceof NotOurs)) throw error;
      }
      const { state, lines, progress } = await getImport(db, id);
      if (state !== 'running' || stopper.signal.aborted) return;
      bar.show(lines, progress);
      await delay(1000);
    }
  })();
  let over = false;
  onStop(async () => {
    if (over) return;
    stopper.abort();
    await work.catch(() => undefined);
    bar.end();
    await endImport(context, { actor: actorOf(), scope: null }, id).catch(() => undefined);
    const { lines } = await getImport(db, id);
    note(
      `stopped after ${counted(lines, 'line')}. Go on with: gaceta subscribers import --continue ${id}`,
    );
  });
  try {
    await work;
  } finally {
    over = !stopper.signal.aborted;
    bar.end();
  }
  return getImport(db, id);
}

function tell(done: Import): void {
  for (const one of done.notes) note(noteInWords(one));
  for (const one of done.errors.slice(0, 20)) note(`line ${one.line}: ${reasonInWords(one)}`);
  if (done.skipped > 20) note(`${done.skipped - 20} more lines left out; the report tells of each`);
  if (done.state === 'ready')
    note(`Nothing is stored yet. Import it with: gaceta subscribers import --continue ${done.id}`);
  const failure = failureInWords(done);
  if (failure) note(failure);
}

function summary({ id, lines, counts }: Import): string {
  const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return `import ${id}: ${counted(lines, 'line')}: ${told.join(', ')}`;
}

const WIDTH = 30;

/** A bar on a terminal; elsewhere a line every two seconds. */
function openBar() {
  let told = performance.now();
  let drawn = false;
  return {
    show(lines: number, progress: number) {
      const { isTTY } = process.stderr;
      if (performance.now() - told < (isTTY ? 100 : 2000)) return;
      told = performance.now();
      const percent = `${Math.floor(progress * 100)} %`;
      if (!isTTY) return note(`${percent}, ${counted(lines, 'line')}`);
      drawn = true;
      const full = Math.round(progress * WIDTH);
      process.stderr.write(
        `\r[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${percent.padStart(5)}  ${counted(lines, 'line')} `,
      );
    },
    end() {
      if (drawn) process.stderr.write('\n');
      drawn = false;
    },
  };
}

/** Reads `column=field`, the value behind the last sign. */
function pairs<T extends string>(known: readonly T[]) {
  return (text: string, before: Record<string, T> = {}): Record<string, T> => {
    const sign = text.lastIndexOf('=');
    const value = known.find((one) => one === text.slice(sign + 1));
    if (sign < 1 || value === undefined)
      throw new InvalidArgumentError(
        `Write it as name=value; values: ${known.filter(Boolean).join(', ')}.`,
      );
    return { ...before, [text.slice(0, sign)]: value };
  };
}

function readTime(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Write a time such as 2026-11-01 or 2026-11-01T10:00:00Z.');
  return at.toISOString();
}
