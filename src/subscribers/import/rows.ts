import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { reaches, type Scope } from '../../database/scope.ts';
import type { Database } from '../../database/tables.ts';
import { ImportNotFound, WrongImportState } from '../errors.ts';
import type { ListOptions, Understood } from './understanding/understood.ts';

type Row = Selectable<Database['imports']>;

/** What was asked for with a file, besides what it is. */
export interface ImportOptions extends ListOptions {
  /** A slug; null: each line names its own. */
  newsletter: string | null;
  /** The newsletters that its lines may be for, and beyond which no reader is changed; null: any. */
  scope: Scope;
}

/** What became of the lines, each counted once. */
export interface ImportCounts {
  new: number;
  changed: number;
  same: number;
  left: number;
  suppressed: number;
  refused: number;
}

/** An import without its lines: what a list shows. */
export type ImportSummary = Pick<
  Row,
  | 'id'
  | 'state'
  | 'dryRun'
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
  /** Whose export it was taken for; null: of one from before it was told. */
  format: Understood['format'] | null;
  counts: ImportCounts;
};

/** One import, with the lines that were left out, what was understood of the file, and what had to be assumed. */
export type Import = ImportSummary &
  Pick<Row, 'errors' | 'notes'> & { understood: Understood | null; options: ImportOptions };

/** What an import is made of. */
export interface NewImport {
  file: string;
  newsletterId: string | null;
  options: ImportOptions;
  understood: Understood;
  dryRun: boolean;
  statedBy: string;
  /** True: it is looked at only once somebody said more of the file. */
  waits: boolean;
}

/** Makes the row of an import that begins: whichever process finds its file works on it. Answers its id. */
export async function addImport(
  db: DbOrTransaction,
  { file, newsletterId, options, understood, dryRun, statedBy, waits }: NewImport,
): Promise<string> {
  const newsletters = newsletterId === null ? options.scope : [newsletterId];
  const { id } = await db
    .insertInto('imports')
    .values({
      file,
      newsletterId,
      newsletters: newsletters && [...newsletters],
      options: JSON.stringify(options),
      understood: JSON.stringify(understood),
      dryRun,
      statedBy,
      ...(waits && { state: 'ready' as const, finishedAt: sql<Date>`now()` }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * Starts an import again: one that a dry run looked at from its beginning, one that was stopped or broke off where it
 * was, or from its beginning with other `options`. Throws ImportNotFound, WrongImportState.
 */
export async function restartImport(
  db: DbOrTransaction,
  id: string,
  changed?: {
    options: ImportOptions;
    understood: Understood;
    newsletterId: string | null;
    dryRun: boolean;
  },
): Promise<void> {
  const row = await db
    .selectFrom('imports')
    .select(['state', 'failure', 'file', 'dryRun'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new ImportNotFound(id);
  const canStart = row.state === 'ready' || row.state === 'stopped' || row.failure === 'fault';
  if (!canStart)
    throw new WrongImportState(
      `This import is ${row.state}: one that waits, was stopped or broke off can be started.`,
    );
  if (row.file === null)
    throw new WrongImportState('The file of this import is no longer kept: send it again.');
  const dryRun = changed?.dryRun ?? (row.state === 'ready' ? false : row.dryRun);
  if (changed || row.dryRun !== dryRun) {
    await db.deleteFrom('importBatches').where('importId', '=', id).execute();
    const none = { lines: 0, added: 0, updated: 0, skipped: 0, progress: 0 };
    const noCounts = {
      newCount: 0,
      changedCount: 0,
      sameCount: 0,
      leftCount: 0,
      suppressedCount: 0,
      refusedCount: 0,
    };
    await db
      .updateTable('imports')
      .set({ ...none, ...noCounts, errors: '[]', notes: '[]' })
      .where('id', '=', id)
      .execute();
  }
  await db
    .updateTable('imports')
    .set((eb) => ({
      state: 'running',
      failure: null,
      finishedAt: null,
      touchedAt: sql<Date>`now()`,
      dryRun,
      round: eb('round', '+', 1),
      ...(changed && {
        options: JSON.stringify(changed.options),
        understood: JSON.stringify(changed.understood),
        newsletterId: changed.newsletterId,
        newsletters:
          changed.newsletterId === null
            ? changed.options.scope && [...changed.options.scope]
            : [changed.newsletterId],
      }),
    }))
    .where('id', '=', id)
    .execute();
}

/** Stops an import that runs, or that waits to be started: what is stored stays. Throws WrongImportState. */
export async function stopImport(db: DbOrTransaction, id: string): Promise<void> {
  const stopped = await db
    .updateTable('imports')
    .set({ state: 'stopped', finishedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', 'in', ['running', 'ready'])
    .executeTakeFirst();
  if (stopped.numUpdatedRows === 0n)
    throw new WrongImportState('This import does not run: there is nothing to stop.');
}

/** One import. To a caller who is bound to some newsletters others are not there. Throws ImportNotFound. */
export async function getImport(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Import> {
  const row = await summaries(db, scope)
    .select(['i.errors', 'i.notes', 'i.options', 'i.understood'])
    .where('i.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new ImportNotFound(id);
  const { errors, notes, options, understood } = row;
  return {
    ...summaryOf(row),
    errors: errors.toSorted((a, b) => a.nth - b.nth || a.line - b.line),
    notes,
    options: options as ImportOptions,
    understood: understood as Understood | null,
  };
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
  const data = rows.slice(0, limit).map(summaryOf);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** What was understood of a file, without the readers that it shows as examples: one who is erased is in no import. */
export const withoutExamples: RawBuilder<string> = sql<string>`jsonb_set(understood || '{"samples": []}', '{columns}', (
  select coalesce(jsonb_agg(c || '{"example": ""}'), '[]') from jsonb_array_elements(understood->'columns') c))`;

const summaries = (db: DbOrTransaction, scope: Scope) =>
  db
    .selectFrom('imports as i')
    .leftJoin('newsletters as n', 'n.id', 'i.newsletterId')
    .select([
      'i.id',
      'i.state',
      'i.dryRun',
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
      'i.newCount',
      'i.changedCount',
      'i.sameCount',
      'i.leftCount',
      'i.suppressedCount',
      'i.refusedCount',
    ])
    .select(sql<Understood['format'] | null>`i.understood->>'format'`.as('format'))
    .where(reaches(scope, 'i.newsletters'));

type Found = Awaited<ReturnType<ReturnType<typeof summaries>['execute']>>[number];

const summaryOf = (row: Found): ImportSummary => ({
  id: row.id,
  state: row.state,
  dryRun: row.dryRun,
  newsletter: row.newsletter,
  format: row.format,
  lines: row.lines,
  added: row.added,
  updated: row.updated,
  skipped: row.skipped,
  counts: {
    new: row.newCount,
    changed: row.changedCount,
    same: row.sameCount,
    left: row.leftCount,
    suppressed: row.suppressedCount,
    refused: row.refusedCount,
  },
  progress: row.progress,
  failure: row.failure,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
  touchedAt: row.touchedAt,
});
