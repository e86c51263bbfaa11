import { sql, type UpdateObject } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Scope } from '../../database/scope.ts';
import type { Database } from '../../database/tables.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { InvalidImport } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { storeBatch } from './batch.ts';
import type { ImportLine, Known } from './lines.ts';
import { readList } from './read-list.ts';
import type { Spool } from './spool.ts';
import { type LeftOut, Notes } from './told.ts';
import { understandList } from './understand.ts';
import type { Understood } from './understood.ts';

const BATCH = 500;
/** So many lines are told what is wrong with them; the rest are only counted. */
const ERRORS_TOLD = 1000;

export interface RunOptions {
  /** A slug; null: each line names its own. */
  newsletter: string | null;
  /** The newsletters that its lines may be for, and beyond which no reader is changed; null: any. */
  scope: Scope;
  hashAddress: HashAddress;
  now: Date;
  /** Ends it behind the lines that were read, which are stored: it has then failed. */
  signal?: AbortSignal;
  /** Told the count of lines read, now and then. */
  onLines?: (lines: number) => void;
}

/** The row of an import is no longer one that runs: it was given up for lost. */
class TakenForLost extends Error {
  override name = 'TakenForLost';
  constructor() {
    super('This import was taken for lost, and is not gone on with.');
  }
}

/** Imports a file for the row that beginImport made, and ends the row. What breaks it off is noted there, and thrown. */
export async function runImport(
  db: DbOrTransaction,
  id: string,
  file: Spool,
  options: RunOptions,
): Promise<void> {
  const run = new ImportRun(db, id, options);
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    const understood = await understandList(file, {});
    const notes = new Notes();
    const known = await knownOf(db, options, notes.add);
    await run.readAll(file, understood, known);
    const told = [...understood.notes, ...notes.all()];
    await run.finish({ state: 'done', progress: 1, notes: JSON.stringify(told) });
  } catch (error) {
    if (error instanceof TakenForLost) throw error;
    if (signal?.aborted) await run.store();
    const failure = signal?.aborted
      ? 'stopped'
      : error instanceof InvalidImport
        ? 'unreadable'
        : 'fault';
    await run.finish({ state: 'failed', failure });
    throw error;
  }
}

async function knownOf(
  db: DbOrTransaction,
  { newsletter, scope, now }: RunOptions,
  assume: Notes['add'],
): Promise<Known> {
  const all = await listNewsletters(db);
  const own = all.filter(({ id }) => scope === null || scope.includes(id));
  return {
    newsletters: new Map(
      own.map(({ id, slug, sections }) => {
        return [slug, { id, sections: new Set(sections.map((one) => one.slug)) }];
      }),
    ),
    // where there is one, lines that name none can only be for it
    newsletter,
    only: own.length === 1 ? (own[0]?.slug ?? null) : null,
    now,
    assume,
  };
}

/** An import under way: its counts, and the lines that are stored together next. */
class ImportRun {
  private readonly db: DbOrTransaction;
  private readonly id: string;
  private readonly options: RunOptions;
  private readonly counts = { lines: 0, added: 0, updated: 0, skipped: 0, progress: 0 };
  private readonly errors: LeftOut[] = [];
  private batch = new Map<string, ImportLine>();

  constructor(db: DbOrTransaction, id: string, options: RunOptions) {
    this.db = db;
    this.id = id;
    this.options = options;
  }

  async readAll(file: Spool, understood: Understood, known: Known): Promise<void> {
    const { signal } = this.options;
    let read = 0;
    const onRead = (bytes: number) => {
      read = bytes;
    };
    const store = async () => {
      // what was read is a little ahead of what was stored: near enough for a bar
      this.counts.progress = read / file.bytes;
      await this.store();
      signal?.throwIfAborted();
    };
    for await (const line of readList(file, understood, known, { signal, onRead })) {
      this.counts.lines = line.nth;
      if ('code' in line) {
        this.leaveOut(line);
        continue;
      }
      const key = `${line.newsletterId} ${line.address.key}`;
      // the same address twice: the later line is an update of the earlier, so that one goes first
      if (this.batch.has(key)) await store();
      this.batch.set(key, line);
      if (this.batch.size >= BATCH) await store();
    }
    await store();
  }

  private leaveOut(one: LeftOut): void {
    this.counts.skipped++;
    if (this.errors.length < ERRORS_TOLD) this.errors.push(one);
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
    await this.update({ touchedAt: sql<Date>`now()` });
  }

  async finish(
    end: Pick<Updated, 'state' | 'failure' | 'notes'> & { progress?: number },
  ): Promise<void> {
    const errors = this.errors.toSorted((a, b) => a.nth - b.nth);
    await this.update({
      errors: JSON.stringify(errors),
      finishedAt: sql<Date>`now()`,
      ...end,
    });
  }

  private async update(values: Updated): Promise<void> {
    const { numUpdatedRows } = await this.db
      .updateTable('imports')
      .set({ ...this.counts, ...values })
      .where('id', '=', this.id)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new TakenForLost();
  }
}

type Updated = UpdateObject<Database, 'imports'>;
