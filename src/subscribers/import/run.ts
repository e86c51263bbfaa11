import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import { isServerAway, type Session } from '../../database/session.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import { InvalidImport } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { GivingWay } from './giving-way.ts';
import type { ImportLine, Known } from './lines/lines.ts';
import { readList } from './lines/read-list.ts';
import { type LeftOut, Notes } from './lines/told.ts';
import { openSpool, removeSpool, type Spool } from './reading/spool.ts';
import type { ImportOptions } from './rows.ts';
import { withoutExamples } from './rows.ts';
import { type Batch, ImportEnded, storeBatch } from './storing/store-batch.ts';
import { openStore } from './storing/store-lines.ts';
import type { Understood } from './understanding/understood.ts';

/** Records that are stored in one transaction. */
const BATCH = 2_000;
/** Batches that are stored at once, each by a connection of its own; no two of them hold the same address. */
const LANES = 2;
/** Reading gives way so often to whatever else the process does. */
const BREATHE_MS = 4;

/** What an import is worked on with. */
export interface ImportWork {
  db: Db;
  databaseUrl: string;
  /** Where its file is. */
  folder: string;
  hashAddress: HashAddress;
  now(): Date;
  /** Ends the work behind what is being stored: whoever finds the file next goes on with it. */
  signal?: AbortSignal | undefined;
  /** Told the lines that are stored, and how much of the file, from 0 to 1. */
  onProgress?: ((lines: number, progress: number) => void) | undefined;
}

/** The import is worked on by another process, or is none that runs. */
export class NotOurs extends Error {
  override name = 'NotOurs';
}

interface Job {
  id: string;
  round: number;
  dryRun: boolean;
  statedBy: string | null;
  options: ImportOptions;
  understood: Understood;
  file: string;
}

/**
 * Works on an import that runs, from where it was left, to its end; its row says how that was. Of many processes one does;
 * the others throw NotOurs. What breaks it off for good is noted in the row, and thrown; a database that goes away is
 * thrown alone, and the work can be taken up again.
 */
export async function workOn(id: string, work: ImportWork): Promise<void> {
  const { db, databaseUrl, folder } = work;
  await using stores = new Stores(databaseUrl);
  const first = await stores.open();
  await take(first, id);
  const job = await jobOf(db, id);
  await using file = await openSpool(folder, job.file);
  const notes = new Notes();
  try {
    if (job.dryRun) await forgetBatches(db, job);
    for (let n = 1; n < (job.dryRun ? 1 : LANES); n++) await stores.open();
    await new Run(job, work, stores).readAll(file, notes);
    if (work.signal?.aborted) return;
    await finish(db, job, [...job.understood.notes, ...notes.all()]);
  } catch (error) {
    if (error instanceof ImportEnded || work.signal?.aborted) return;
    if (isServerAway(error)) throw error;
    await fail(db, job, error instanceof InvalidImport ? 'unreadable' : 'fault');
    throw error;
  } finally {
    await removeEnded(db, job, folder);
  }
}

/** The lock ends with the connection, and so with the process, however that ends. */
async function take(session: Session, id: string): Promise<void> {
  const { rows } = await session.prepared<{ mine: boolean }>(
    'import-take',
    `select pg_try_advisory_lock(hashtextextended('gaceta-import ' || $1, 0)) as mine`,
    [id],
  );
  if (!rows[0]?.mine) throw new NotOurs();
}

async function jobOf(db: Db, id: string): Promise<Job> {
  const row = await db
    .selectFrom('imports')
    .select(['id', 'round', 'dryRun', 'statedBy', 'options', 'understood', 'file'])
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (!row || row.file === null || row.understood === null) throw new NotOurs();
  const { file } = row;
  return {
    ...row,
    file,
    options: row.options as ImportOptions,
    understood: row.understood as Understood,
  };
}

/** What a dry run has seen went with its connection: it begins anew. */
async function forgetBatches(db: Db, { id }: Job): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('importBatches').where('importId', '=', id).execute();
    await sql`
      update imports set lines = 0, added = 0, updated = 0, skipped = 0, progress = 0, errors = '[]', new_count = 0,
        changed_count = 0, same_count = 0, left_count = 0, suppressed_count = 0, refused_count = 0
      where id = ${id}`.execute(tx);
  });
}

async function finish(db: Db, { id, round, dryRun }: Job, notes: unknown[]): Promise<void> {
  await db
    .updateTable('imports')
    .set({
      state: dryRun ? 'ready' : 'done',
      progress: 1,
      ...(dryRun ? {} : { understood: withoutExamples }),
      notes: JSON.stringify(notes),
      finishedAt: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('round', '=', round)
    .execute();
}

async function fail(db: Db, { id, round }: Job, failure: 'unreadable' | 'fault'): Promise<void> {
  await db
    .updateTable('imports')
    .set({ state: 'failed', failure, finishedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('round', '=', round)
    .execute();
}

/** One that is done, or cannot be gone on with, needs its file no longer. */
async function removeEnded(db: Db, { id, file }: Job, folder: string): Promise<void> {
  const ended = await db
    .updateTable('imports')
    .set({ file: null })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('state', '=', 'done'), eb('failure', '=', 'unreadable')]))
    .executeTakeFirst()
    // housekeeping removes it
    .catch(() => undefined);
  if (ended?.numUpdatedRows) await removeSpool(folder, file);
}

/** The connections of one import. */
class Stores implements AsyncDisposable {
  private readonly databaseUrl: string;
  private readonly all: Session[] = [];
  readonly free: Session[] = [];

  constructor(databaseUrl: string) {
    this.databaseUrl = databaseUrl;
  }

  async open(): Promise<Session> {
    const session = await openStore(this.databaseUrl);
    this.all.push(session);
    this.free.push(session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((session) => session[Symbol.asyncDispose]()));
  }
}

/** Reads a file, and stores batches of it while it reads on. */
class Run {
  private readonly job: Job;
  private readonly work: ImportWork;
  private readonly stores: Stores;
  private readonly storing = new Set<{ keys: Set<string>; end: Promise<void> }>();
  private readonly givingWay: GivingWay;
  private fault: { error: unknown } | undefined;
  private lines = 0;

  constructor(job: Job, work: ImportWork, stores: Stores) {
    this.job = job;
    this.work = work;
    this.stores = stores;
    this.givingWay = new GivingWay(work.db, work.signal);
  }

  async readAll(file: Spool, notes: Notes): Promise<void> {
    const { db, signal } = this.work;
    const done = await this.batchesDone();
    const known = await knownOf(db, this.job.options, this.work.now(), notes.add);
    let read = 0;
    let batch: Batch = { number: 0, progress: 0, records: 0, lines: [], leftOut: [] };
    let breathed = performance.now();
    const onRead = (bytes: number) => {
      read = bytes;
    };
    const entries = readList(file, this.job.understood, known, { signal, onRead });
    try {
      for await (const entry of entries) {
        const number = Math.floor((entry.nth - 1) / BATCH);
        if (number !== batch.number) {
          await this.hand(batch, done);
          // what was read is a little ahead of what was stored: near enough for a bar
          const progress = file.bytes > 0 ? read / file.bytes : 1;
          batch = { number, progress, records: 0, lines: [], leftOut: [] };
        }
        batch.records = entry.nth - number * BATCH;
        put(entry, batch);
        if (performance.now() - breathed > BREATHE_MS) {
          await breathe();
          breathed = performance.now();
        }
      }
      await this.hand({ ...batch, progress: 1 }, done);
    } finally {
      await Promise.all([...this.storing].map(({ end }) => end));
    }
    if (this.fault) throw this.fault.error;
  }

  private async batchesDone(): Promise<Set<number>> {
    const rows = await this.work.db
      .selectFrom('importBatches')
      .select('number')
      .where('importId', '=', this.job.id)
      .execute();
    return new Set(rows.map(({ number }) => number));
  }

  /**
   * Hands a batch to a connection that is free, once no other batch holds one of its addresses. While an edition is
   * being sent it is the only batch, and is waited for.
   */
  private async hand(batch: Batch, done: Set<number>): Promise<void> {
    this.lines += batch.records;
    if (batch.records === 0 || done.has(batch.number)) return;
    const keys = new Set(batch.lines.map(({ address }) => address.key));
    for (;;) {
      this.work.signal?.throwIfAborted();
      if (this.fault) throw this.fault.error;
      const alone = await this.givingWay.isSending();
      const meets = [...this.storing].some((one) => alone || shares(one.keys, keys));
      const session = meets ? undefined : this.stores.free.pop();
      if (session) {
        const began = performance.now();
        const end = this.store(session, batch, keys);
        if (!alone) return;
        await end;
        await this.givingWay.rest(performance.now() - began);
        return;
      }
      await Promise.race([...this.storing].map(({ end }) => end));
    }
  }

  private store(session: Session, batch: Batch, keys: Set<string>): Promise<void> {
    const { id, round, dryRun, statedBy, options, understood } = this.job;
    const restores = understood.format === 'gaceta';
    const { hashAddress, now, onProgress } = this.work;
    const place = {
      importId: id,
      round,
      dryRun,
      statedBy,
      scope: options.scope,
      hashAddress,
      restores,
    };
    const lines = this.lines;
    const one = {
      keys,
      end: storeBatch(session, batch, { ...place, now: now() })
        .then(() => onProgress?.(lines, batch.progress))
        .catch((error) => {
          this.fault ??= { error };
        })
        .finally(() => {
          this.storing.delete(one);
          this.stores.free.push(session);
        }),
    };
    this.storing.add(one);
    return one.end;
  }
}

function shares(a: Set<string>, b: Set<string>): boolean {
  for (const key of a) if (b.has(key)) return true;
  return false;
}

function put(entry: ImportLine | LeftOut, batch: Batch): void {
  if ('code' in entry) batch.leftOut.push(entry);
  else batch.lines.push(entry);
}

async function knownOf(
  db: Db,
  { newsletter, scope }: ImportOptions,
  now: Date,
  assume: Known['assume'],
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
