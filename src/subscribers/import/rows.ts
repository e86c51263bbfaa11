import { hostname } from 'node:os';
import { type Selectable, sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { reaches, type Scope } from '../../database/scope.ts';
import type { Database } from '../../database/tables.ts';
import { ImportNotFound } from '../errors.ts';

type Row = Selectable<Database['imports']>;

/** An import without its lines: what a list shows. */
export type ImportSummary = Pick<
  Row,
  | 'id'
  | 'state'
  | 'lines'
  | 'added'
  | 'updated'
  | 'skipped'
  | 'progress'
  | 'failure'
  | 'createdAt'
  | 'finishedAt'
  | 'touchedAt'
> & {
  /** Its slug; null: each line named its own. */
  newsletter: string | null;
};

/** One import, with the lines that were skipped and what had to be assumed. */
export type Import = ImportSummary & Pick<Row, 'errors' | 'notes'>;

/** How often the row of an import says that its process lives, and after how long a silence it does not. */
const TOUCH_MS = 15_000;
const LOST_SECONDS = 120;

/** Makes the row of an import that begins. `newsletters` are those its lines may be for; null: any. */
export async function beginImport(
  db: DbOrTransaction,
  { newsletterId, newsletters }: { newsletterId: string | null; newsletters: Scope },
): Promise<string> {
  const { id } = await db
    .insertInto('imports')
    .values({
      newsletterId,
      newsletters: newsletters && [...newsletters],
      process: `${hostname()} ${process.pid}`,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Says from time to time in the row of an import that its process lives, until disposed of. */
export function keepAlive(db: DbOrTransaction, id: string): Disposable {
  const touch = () =>
    db
      .updateTable('imports')
      .set({ touchedAt: sql<Date>`now()` })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .execute()
      // the next time will do, or the import itself meets the same error
      .catch(() => undefined);
  // in a transaction nobody else sees the row
  const timer = db.isTransaction ? undefined : setInterval(touch, TOUCH_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Marks the imports whose process ended without a word as failed. Answers how many. */
export async function failLostImports(db: DbOrTransaction): Promise<number> {
  const lost = await db
    .updateTable('imports')
    .set({ state: 'failed', failure: 'lost', finishedAt: sql<Date>`now()` })
    .where('state', '=', 'running')
    .where('touchedAt', '<', sql<Date>`now() - ${LOST_SECONDS} * interval '1 second'`)
    .executeTakeFirst();
  return Number(lost.numUpdatedRows);
}

/** One import. To a caller who is bound to some newsletters others are not there. Throws ImportNotFound. */
export async function getImport(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Import> {
  const row = await summaries(db, scope)
    .select(['i.errors', 'i.notes'])
    .where('i.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new ImportNotFound(id);
  return row;
}

/** Imports, newest first. `next` is the `after` of the next page. */
export async function listImports(
  db: DbOrTransaction,
  { scope, limit, after }: { scope: Scope; limit: number; after?: string | undefined },
): Promise<{ data: ImportSummary[]; next: string | null }> {
  const rows = await summaries(db, scope)
    .$if(after !== undefined, (query) => query.where('i.id', '<', after ?? '0'))
    .orderBy('i.id', 'desc')
    .limit(limit + 1)
    .execute();
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

const summaries = (db: DbOrTransaction, scope: Scope) =>
  db
    .selectFrom('imports as i')
    .leftJoin('newsletters as n', 'n.id', 'i.newsletterId')
    .select([
      'i.id',
      'i.state',
      'n.slug as newsletter',
      'i.lines',
      'i.added',
      'i.updated',
      'i.skipped',
      'i.progress',
      'i.failure',
      'i.createdAt',
      'i.finishedAt',
      'i.touchedAt',
    ])
    .where(reaches(scope, 'i.newsletters'));

/** Why an import failed, and what to do; null of one that did not. */
export function failureOf({ failure, lines }: Pick<Row, 'failure' | 'lines'>): string | null {
  const so = `after ${lines} line${lines === 1 ? '' : 's'}`;
  const again = 'Import the same file again: what is in already stays as it is.';
  switch (failure) {
    case null:
      return null;
    case 'unreadable':
      return `${so[0]?.toUpperCase()}${so.slice(1)} the file is not CSV: it has a line of more than a million characters.`;
    case 'stopped':
      return `Gaceta was stopped ${so}. ${again}`;
    case 'lost':
      return `The process that imported it ended ${so}. ${again}`;
    case 'fault':
      return `It failed ${so}; the log says why. ${again}`;
  }
}
