import type { Selectable } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Database } from '../../database/tables.ts';
import { NewsletterNotFound } from '../../newsletters/errors.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { ImportNotFound, InvalidImport } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { storeBatch } from './batch.ts';
import { type ImportLine, type Known, type LeftOut, readLine } from './lines.ts';
import { type Spool, spool } from './spool.ts';
import { dateOrderOf, readTable } from './table.ts';

/** An import as the API shows it. */
export type Import = Pick<
  Selectable<Database['imports']>,
  'id' | 'state' | 'lines' | 'added' | 'updated' | 'skipped' | 'errors' | 'notes'
>;

const BATCH = 500;
/** So many lines are told what is wrong with them; the rest are only counted. */
const ERRORS_TOLD = 1000;

export interface ImportOptions {
  /** A slug; null: each line names its own. */
  newsletter: string | null;
  hashAddress: HashAddress;
  now: Date;
  /** Told the count of lines read, now and then. */
  onLines?: (lines: number) => void;
}

/**
 * Imports a CSV file of subscribers, in bounded memory, once it is here whole. A line with its consent becomes
 * active; one without, and one that is wrong, is skipped and told by its number; what had to be assumed is
 * told in `notes`. An export is read back as it was: readers, states and consents.
 * Throws NewsletterNotFound before reading; InvalidImport for a file that is no such list.
 */
export async function importSubscribers(
  db: DbOrTransaction,
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Import> {
  const all = await listNewsletters(db);
  const named = all.find(({ slug }) => slug === options.newsletter);
  if (options.newsletter !== null && !named) throw new NewsletterNotFound(options.newsletter);
  const { id } = await db
    .insertInto('imports')
    .values({ newsletterId: named?.id ?? null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const run = new ImportRun(db, id, options);
  try {
    await using file = await spool(source);
    const notes = new Set<string>();
    const proof = await dateOrderOf(file);
    const newsletters = new Map(
      all.map(({ id: newsletterId, slug, sections }) => {
        return [slug, { id: newsletterId, sections: new Set(sections.map((one) => one.slug)) }];
      }),
    );
    const known: Known = {
      newsletters,
      // where there is one, lines that name none can only be for it
      newsletter: options.newsletter,
      only: all.length === 1 ? (all[0]?.slug ?? null) : null,
      order: proof?.order,
      now: options.now,
      assume: (what) => notes.add(what),
    };
    if (proof)
      notes.add(
        `Dates with the ${proof.order} first, as line ${proof.line} shows: "${proof.text.slice(0, 40)}".`,
      );
    await run.readAll(file, known);
    return await run.finish('done', [...notes]);
  } catch (error) {
    if (error instanceof InvalidImport) run.leaveOut({ line: 1, reason: error.message }, false);
    await run.finish('failed', []);
    throw error;
  }
}

/** An import under way: its counts, and the lines that are stored together next. */
class ImportRun {
  private readonly db: DbOrTransaction;
  private readonly id: string;
  private readonly options: ImportOptions;
  private readonly counts = { lines: 0, added: 0, updated: 0, skipped: 0 };
  private readonly errors: LeftOut[] = [];
  private batch = new Map<string, ImportLine>();

  constructor(db: DbOrTransaction, id: string, options: ImportOptions) {
    this.db = db;
    this.id = id;
    this.options = options;
  }

  async readAll(file: Spool, known: Known): Promise<void> {
    for await (const row of readTable(file, known.assume)) {
      this.counts.lines++;
      const line = 'cells' in row ? readLine(row.cells, row.line, known) : row;
      if ('reason' in line) {
        this.leaveOut(line);
        continue;
      }
      const key = `${line.newsletterId} ${line.address.key}`;
      // the same address twice: the later line is an update of the earlier, so that one goes first
      if (this.batch.has(key)) await this.store();
      this.batch.set(key, line);
      if (this.batch.size >= BATCH) await this.store();
    }
    await this.store();
  }

  leaveOut({ line, reason }: LeftOut, counted = true): void {
    if (counted) this.counts.skipped++;
    if (this.errors.length < ERRORS_TOLD) this.errors.push({ line, reason });
  }

  async store(): Promise<void> {
    const lines = [...this.batch.values()];
    this.batch = new Map();
    if (lines.length > 0) {
      const place = { importId: this.id, ...this.options };
      const { added, updated, leftOut } = await storeBatch(this.db, lines, place);
      this.counts.added += added;
      this.counts.updated += updated;
      for (const one of leftOut) this.leaveOut(one);
    }
    this.options.onLines?.(this.counts.lines);
    await this.db.updateTable('imports').set(this.counts).where('id', '=', this.id).execute();
  }

  async finish(state: 'done' | 'failed', notes: string[]): Promise<Import> {
    const errors = this.errors.toSorted((a, b) => a.line - b.line);
    await this.db
      .updateTable('imports')
      .set({
        ...this.counts,
        state,
        errors: JSON.stringify(errors),
        notes: JSON.stringify(notes),
        finishedAt: new Date(),
      })
      .where('id', '=', this.id)
      .execute();
    return { id: this.id, state, ...this.counts, errors, notes };
  }
}

/** One import. Throws ImportNotFound. */
export async function getImport(db: DbOrTransaction, id: string): Promise<Import> {
  const row = await db
    .selectFrom('imports')
    .select(['id', 'state', 'lines', 'added', 'updated', 'skipped', 'errors', 'notes'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new ImportNotFound(id);
  return row;
}
