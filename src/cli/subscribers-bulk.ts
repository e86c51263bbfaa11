import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import { type AskedAction, bulkAction, prepareBulk, shownJob, startBulk } from '../actions/bulk.ts';
import { commit } from '../actions/commit.ts';
import { getJob } from '../bulk/jobs.ts';
import { runChunk } from '../bulk/run.ts';
import type { Context } from '../context.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { addressesInChunks } from '../subscribers/address-list.ts';
import type { Open } from './open.ts';
import { counted, note, print, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';
import { type FilterOptions, filterOf, withFilter } from './subscriber-filter.ts';

interface BulkOptions extends FilterOptions {
  json?: boolean;
  file?: string;
  of?: string;
  to?: string;
  addSection?: string;
  yes?: boolean;
}

/** `subscribers bulk <action>`: the same for all of a filter or of a file, after a count. */
export function registerSubscriberBulk(noun: Command, open: Open): void {
  withFilter(noun.command('bulk'))
    .addArgument(
      new Argument('<action>', 'what to do').choices(['unsubscribe', 'move', 'section', 'erase']),
    )
    .description('do the same to many subscribers: those of a filter, or of a file of addresses')
    .option('--file <file>', 'addresses, one a line or the column email; - reads stdin')
    .option('--of <slug>', 'the newsletter that is unsubscribed, left or given a section')
    .option('--to <slug>', 'move: the newsletter they receive instead')
    .option('--add-section <slug>', 'section: which one')
    .option('--yes', 'confirm; without it subscribers are only counted')
    .option('--json', 'print JSON')
    .action(
      async (action: string, { json, file, of, to, addSection, yes, ...options }: BulkOptions) => {
        const asked = bulkAction.safeParse({
          action,
          ...(of === undefined ? {} : { newsletter: of }),
          ...(to === undefined ? {} : { to }),
          ...(addSection === undefined ? {} : { section: addSection }),
        });
        if (!asked.success) throw new WrongUse(uses[action as AskedAction['action']]);
        const filter = filterOf(options);
        const isFiltered = Object.values(filter).some((value) => value !== undefined);
        if ((file !== undefined) === isFiltered)
          throw new WrongUse('Say which subscribers: a filter such as --newsletter, or --file.');
        if (file !== undefined && file !== '-')
          await access(file, constants.R_OK).catch(() => {
            throw new WrongUse(`Cannot read ${file}.`);
          });
        return open(async (context) => {
          const by = { actor: actorOf(), scope: null };
          let faults = 0;
          const whom =
            file === undefined
              ? { filter }
              : {
                  addresses: addressesInChunks(
                    file === '-' ? process.stdin : createReadStream(file),
                    () => faults++,
                  ),
                };
          const prepared = await prepareBulk(context.db, by, asked.data, whom);
          if (faults > 0) note(`lines that are no address: ${faults}`);
          if (prepared.unknown > 0) note(`addresses of nobody here: ${prepared.unknown}`);
          if (!yes)
            throw new WrongUse(
              `This is about ${counted(prepared.size, 'subscriber')}; nothing was done. Add --yes to do it.`,
            );
          await commit(context, async (tx) => ({ value: await startBulk(tx, by, prepared.id) }));
          await finish(context, prepared.id);
          const job = await getJob(context.db, prepared.id);
          print(
            json,
            shownJob(job, await listNewsletters(context.db)),
            `${counted(job.done, 'subscriber')}: ${job.changed} changed`,
          );
        });
      },
    );
}

const uses: Record<AskedAction['action'], string> = {
  unsubscribe: 'unsubscribe takes --of <slug>, or nothing for all newsletters.',
  move: 'move takes --of <slug> and --to <slug>.',
  section: 'section takes --of <slug> and --add-section <slug>.',
  erase: 'erase takes a filter or a file alone.',
};

const LOOK_MS = 200;

/** Does it here; a worker that runs takes its turns. */
async function finish({ db, queues, now }: Context, job: string): Promise<void> {
  for (;;) {
    const chunk = await runChunk(db, { now: now(), job });
    if (chunk) await queues.enqueueLetters(chunk.letters);
    if (chunk?.isLast) return;
    if (chunk) continue;
    if ((await getJob(db, job)).state !== 'running') return;
    await wait(LOOK_MS);
  }
}
