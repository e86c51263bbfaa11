import type { Db, DbOrTransaction } from '../../database/connection.ts';
import type { Scope } from '../../database/scope.ts';
import { TooManyImports } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { beginImport, failLostImports, getImport, type Import, keepAlive } from './rows.ts';
import { runImport } from './run.ts';
import type { Spool } from './spool.ts';
import { requireReadable, understandList } from './understand.ts';

/** So many at once in a process: each takes a connection, and much of the one thread there is. */
const AT_ONCE = 2;
/** So many more wait for their turn, each with its file on the disk. */
const MOST_WAITING = 20;

/** What is wanted of an import, and what notes who wanted it, in the transaction that makes its row. */
export interface ImportOrder {
  newsletter: { id: string; slug: string } | null;
  scope: Scope;
  audit(tx: DbOrTransaction): Promise<unknown>;
}

/** The imports that go on in this process behind the answers to those who began them. */
export interface ImportQueue {
  /**
   * Begins one and answers its row at once. `newsletter` null: each line names its own, within the scope. The file is
   * the queue's from here on. Throws InvalidImport, TooManyImports.
   */
  begin(file: Spool, order: ImportOrder): Promise<Import>;
  /** Marks those whose process ended without a word as failed. */
  failLost(): Promise<void>;
  /** Lets those that run store what they have read; they, and those that wait, have failed then. */
  stop(): Promise<void>;
}

/** Opens it; nothing runs yet. `report` is told what broke an import off. */
export function openImportQueue({
  db,
  hashAddress,
  now,
  report,
}: {
  db: Db;
  hashAddress: HashAddress;
  now: () => Date;
  report: (err: unknown, id: string) => void;
}): ImportQueue {
  const stopper = new AbortController();
  const { signal } = stopper;
  const waiting: (() => Promise<void>)[] = [];
  const running = new Set<Promise<void>>();
  // files whose rows are just being made
  let arriving = 0;
  const next = () => {
    while (running.size < AT_ONCE) {
      const work = waiting.shift();
      if (!work) return;
      const run = work().finally(() => {
        running.delete(run);
        next();
      });
      running.add(run);
    }
  };

  async function begin(file: Spool, order: ImportOrder): Promise<Import> {
    const { newsletter, scope } = order;
    const place = {
      newsletterId: newsletter?.id ?? null,
      newsletters: newsletter ? [newsletter.id] : scope,
    };
    if (signal.aborted || waiting.length + arriving >= MOST_WAITING) throw new TooManyImports();
    arriving++;
    try {
      requireReadable(await understandList(file, {}));
      const row = await db.transaction().execute(async (tx) => {
        await order.audit(tx);
        return getImport(tx, await beginImport(tx, place));
      });
      const { id } = row;
      const alive = keepAlive(db, id);
      waiting.push(async () => {
        const options = { newsletter: newsletter?.slug ?? null, scope, hashAddress, now: now() };
        try {
          await runImport(db, id, file, { ...options, signal });
        } catch (error) {
          if (!signal.aborted) report(error, id);
        } finally {
          alive[Symbol.dispose]();
          await file[Symbol.asyncDispose]();
        }
      });
      next();
      return row;
    } finally {
      arriving--;
    }
  }

  return {
    async begin(file, order) {
      try {
        return await begin(file, order);
      } catch (error) {
        await file[Symbol.asyncDispose]();
        throw error;
      }
    },
    async failLost() {
      await failLostImports(db);
    },
    async stop() {
      stopper.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}
