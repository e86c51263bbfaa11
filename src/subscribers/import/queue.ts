import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../../database/connection.ts';
import { TooManyImports } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { isHere, removeOrphans, removeSpool, type Spool } from './reading/spool.ts';
import { addImport, getImport, type Import, type ImportOptions, withoutExamples } from './rows.ts';
import { type ImportWork, NotOurs, workOn } from './run.ts';
import { holdsAddresses, requireReadable, understandList } from './understanding/understand.ts';

/** So many at once for a process: each takes two connections, and much of a processor. */
const AT_ONCE = 1;
/** So many wait for their turn, or run, each with its file on the disk. */
const MOST_RUNNING = 22;
/** How long an import that nobody starts keeps its file, and one whose file nobody has is waited for. */
const UNSTARTED = sql`interval '1 day'`;
/** How long is kept what became of each line. */
const REPORTS = sql`interval '30 days'`;

/** What is wanted of an import, and what notes who wanted it, in the transaction that makes its row. */
export interface ImportOrder {
  newsletterId: string | null;
  options: ImportOptions;
  dryRun: boolean;
  /** A file of which nothing says where its addresses are waits, ready, until somebody says it; else it is refused. */
  waitsForMap?: boolean;
  /** Who brings the file, as `operator 5`. */
  statedBy: string;
  audit(tx: DbOrTransaction): Promise<unknown>;
}

/** The imports whose files are on this machine, which go on behind the answers to those who began them. */
export interface ImportQueue {
  /** Where their files are. */
  folder: string;
  /**
   * Makes the row of an import and answers it; nothing runs before `look`. The file is the queue's from here on. Throws
   * InvalidImport, TooManyImports: the file is then removed.
   */
  begin(file: Spool, order: ImportOrder): Promise<Import>;
  /** Goes on with those that nobody works on, as many at once as may be. */
  look(): Promise<void>;
  /** Works on one here, whatever else runs, to its end. Throws NotOurs where another process does. */
  work(id: string, how: Pick<ImportWork, 'signal' | 'onProgress'>): Promise<void>;
  /** Ends what nobody started or can go on with, and removes files and reports that were kept long enough. */
  tidy(): Promise<void>;
  /** Lets those that run store what they hold; the next process goes on with them. */
  stop(): Promise<void>;
}

/** Opens it; nothing runs yet. `report` is told what broke an import off. */
export function openImportQueue({
  db,
  databaseUrl,
  folder,
  hashAddress,
  now,
  report,
  apart,
}: {
  db: Db;
  databaseUrl: string;
  folder: string;
  hashAddress: HashAddress;
  now: () => Date;
  report: (err: unknown, id: string) => void;
  /** Works on what `look` finds in another process; left out: it is done in this one. */
  apart?: (id: string, signal: AbortSignal) => Promise<void>;
}): ImportQueue {
  const stopper = new AbortController();
  const { signal } = stopper;
  const running = new Map<string, Promise<void>>();
  const work = { db, databaseUrl, folder, hashAddress, now };

  const run = (id: string) => {
    const one = (apart ? apart(id, signal) : workOn(id, { ...work, signal }))
      .catch((error) => {
        if (!signal.aborted && !(error instanceof NotOurs)) report(error, id);
      })
      .finally(() => running.delete(id));
    running.set(id, one);
    return one;
  };

  async function look(): Promise<void> {
    for (const { id, file } of await waitingIn(db)) {
      if (signal.aborted || running.size >= AT_ONCE) return;
      if (running.has(id) || !(await isHere(folder, file))) continue;
      void run(id).then(look, () => undefined);
    }
  }

  async function begin(file: Spool, order: ImportOrder): Promise<Import> {
    const { newsletterId, options, dryRun, waitsForMap = false, statedBy } = order;
    if (signal.aborted || (await waitingIn(db)).length >= MOST_RUNNING) throw new TooManyImports();
    const understood = await understandList(file, options);
    const waits = waitsForMap && !holdsAddresses(understood);
    if (!waits) requireReadable(understood);
    return db.transaction().execute(async (tx) => {
      await order.audit(tx);
      const row = { file: file.name, newsletterId, options, understood, dryRun, statedBy, waits };
      return getImport(tx, await addImport(tx, row));
    });
  }

  return {
    folder,
    async begin(file, order) {
      await using _file = file;
      const begun = await begin(file, order);
      file.keep();
      return begun;
    },
    look,
    work: (id, how) => workOn(id, { ...work, ...how }),
    async tidy() {
      await giveUp(db);
      const { rows } = await sql<{ id: string; file: string }>`
        select id, file from imports where state in ('done', 'failed') and file is not null
          and (failure is distinct from 'fault' or finished_at < now() - ${UNSTARTED})`.execute(db);
      for (const { id, file } of rows) {
        if (!(await isHere(folder, file))) continue;
        await removeSpool(folder, file);
        await db.updateTable('imports').set({ file: null }).where('id', '=', id).execute();
      }
      await sql`
        delete from import_batches b using imports i
        where i.id = b.import_id and i.state <> 'running' and i.finished_at < now() - ${REPORTS}`.execute(
        db,
      );
      const named = await db
        .selectFrom('imports')
        .select('file')
        .where('file', 'is not', null)
        .execute();
      await removeOrphans(folder, new Set(named.map(({ file }) => file ?? '')), now());
    },
    async stop() {
      stopper.abort();
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

/** Those that run, or should, the oldest first. */
const waitingIn = async (db: Db): Promise<{ id: string; file: string }[]> => {
  const { rows } = await sql<{ id: string; file: string }>`
    select id, file from imports where state = 'running' and file is not null order by id`.execute(
    db,
  );
  return rows;
};

/** What waited for a day ends; so does what ran with a file that is gone with its machine. */
async function giveUp(db: Db): Promise<void> {
  await sql`
    update imports set state = 'failed', failure = 'expired', finished_at = now(), understood = ${withoutExamples}
    where state in ('ready', 'stopped') and finished_at < now() - ${UNSTARTED}`.execute(db);
  await sql`
    update imports set state = 'failed', failure = 'lost', finished_at = now(), understood = ${withoutExamples}
    where state = 'running' and touched_at < now() - case when file is null then interval '2 minutes' else ${UNSTARTED} end`.execute(
    db,
  );
}
