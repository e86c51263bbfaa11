import { type Selectable, sql } from 'kysely';
import { type Db, type DbOrTransaction } from '../database/connection.ts';
import { reaches, type Scope } from '../database/scope.ts';
import type { Database } from '../database/tables.ts';
import type { Actor } from '../operators/audit.ts';
import { conditionsOf, type SubscriberFilter } from '../subscribers/filter.ts';

type Row = Selectable<Database['bulkJobs']>;

/** What is done to each reader; newsletters by id. */
export type BulkAction =
  /** Ends the subscription to one newsletter, or all that the job may touch. */
  | { action: 'unsubscribe'; newsletter: string | null }
  /** Moves active subscriptions from one newsletter to another. */
  | { action: 'move'; newsletter: string; to: string }
  /** Adds a section to what readers of a newsletter chose; those who have all sections have it. */
  | { action: 'section'; newsletter: string; section: string }
  | { action: 'erase' };

/** A job: what is done to how many readers, and how far it has come. */
export interface BulkJob
  extends Pick<
    Row,
    'id' | 'state' | 'size' | 'done' | 'changed' | 'unknown' | 'createdAt' | 'finishedAt'
  > {
  what: BulkAction;
  newsletters: string[] | null;
  actor: Actor;
}

/** There is no such job. */
export class BulkJobNotFound extends Error {
  constructor(id: string) {
    super(`There is no job ${id.slice(0, 40)}.`);
    this.name = 'BulkJobNotFound';
  }
}

/** What was asked of a job does not fit its state, or the number of readers that was expected. */
export class BulkJobConflict extends Error {
  override name = 'BulkJobConflict';
}

const PAGE = 10_000;

/**
 * Notes which readers a job is about, those of a filter or of addresses, and does nothing to them yet: so that what was
 * counted is what is done. Only readers of newsletters within the scope are among them.
 */
export async function prepareJob(
  db: Db,
  what: BulkAction,
  whom: { filter: SubscriberFilter } | { addresses: AsyncIterable<string[]> },
  { actor, scope }: { actor: Actor; scope: Scope },
): Promise<BulkJob> {
  const { action, ...options } = what;
  const { id } = await db
    .insertInto('bulkJobs')
    .values({
      action,
      options: JSON.stringify(options),
      newsletters: scope && [...scope],
      actor: JSON.stringify(actor),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  try {
    const unknown =
      'filter' in whom
        ? await addFiltered(db, id, { ...whom.filter, scope })
        : await addNamed(db, id, whom.addresses, scope);
    await db
      .updateTable('bulkJobs')
      .set({
        unknown,
        size: sql<number>`(select count(*) from bulk_readers where job_id = ${id})`,
      })
      .where('id', '=', id)
      .execute();
    return await getJob(db, id);
  } catch (error) {
    await db.deleteFrom('bulkJobs').where('id', '=', id).execute();
    throw error;
  }
}

async function addFiltered(db: Db, job: string, filter: SubscriberFilter): Promise<number> {
  const { person } = await conditionsOf(db, filter);
  for (let after: string | null = '0'; after !== null; ) {
    const page = await sql<{ last: string | null }>`
      with added as (
        insert into bulk_readers (job_id, subscriber_id)
        select ${job}, s.id from subscribers s where s.id > ${after} and ${person} order by s.id limit ${PAGE}
        returning subscriber_id
      ) select max(subscriber_id) as last from added`.execute(db);
    after = page.rows[0]?.last ?? null;
  }
  return 0;
}

/** Answers how many of the addresses no reader has. */
async function addNamed(
  db: Db,
  job: string,
  addresses: AsyncIterable<string[]>,
  scope: Scope,
): Promise<number> {
  const { person } = await conditionsOf(db, { scope });
  let unknown = 0;
  for await (const keys of addresses) {
    const { rows } = await sql<{ known: number }>`
      with found as materialized (
        select s.id from subscribers s where s.email_key = any(${keys}) and ${person}
      ), added as (
        insert into bulk_readers (job_id, subscriber_id) select ${job}, id from found
        on conflict do nothing
      ) select count(*)::int as known from found`.execute(db);
    unknown += new Set(keys).size - (rows[0]?.known ?? 0);
  }
  return unknown;
}

/** Lets it run. Throws BulkJobConflict where it is under way or over, or not about `expected` readers. */
export async function startJob(
  tx: DbOrTransaction,
  id: string,
  scope: Scope,
  expected?: number,
): Promise<BulkJob> {
  const { state, size } = await getJob(tx, id, scope);
  if (expected !== undefined && expected !== size)
    throw new BulkJobConflict(`This is about ${size} readers, not ${expected}: nothing was done.`);
  await change(tx, id, ['prepared', 'stopped'], {
    state: 'running',
    finishedAt: null,
  });
  return { ...(await getJob(tx, id)), state: state === 'running' ? state : 'running' };
}

/** Ends it behind the readers that it is at; it can be started again. Throws BulkJobConflict. */
export async function stopJob(tx: DbOrTransaction, id: string, scope: Scope): Promise<BulkJob> {
  await getJob(tx, id, scope);
  await change(tx, id, ['prepared', 'running'], {
    state: 'stopped',
    finishedAt: sql<Date>`now()`,
  });
  return getJob(tx, id);
}

async function change(
  tx: DbOrTransaction,
  id: string,
  from: Row['state'][],
  to: { state: Row['state']; finishedAt: ReturnType<typeof sql<Date>> | null },
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('bulkJobs')
    .set(to)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    throw new BulkJobConflict(`Job ${id} is not ${from.join(' or ')}: nothing was done.`);
}

const jobs = (db: DbOrTransaction, scope: Scope) =>
  db.selectFrom('bulkJobs as j').selectAll('j').where(reaches(scope, 'j.newsletters'));

/** One job. To a caller who is bound to some newsletters others are not there. Throws BulkJobNotFound. */
export async function getJob(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<BulkJob> {
  const row = await jobs(db, scope).where('j.id', '=', id).executeTakeFirst();
  if (!row) throw new BulkJobNotFound(id);
  return jobOf(row);
}

/** The newest jobs that were started. */
export async function listJobs(
  db: DbOrTransaction,
  { scope, limit, after }: { scope: Scope; limit: number; after?: string | undefined },
): Promise<{ data: BulkJob[]; next: string | null }> {
  const rows = await jobs(db, scope)
    .where('j.state', '<>', 'prepared')
    .$if(after !== undefined, (query) => query.where('j.id', '<', after ?? '0'))
    .orderBy('j.id', 'desc')
    .limit(limit + 1)
    .execute();
  const data = rows.slice(0, limit).map(jobOf);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** Deletes jobs that were prepared a day ago and never started. */
export async function forgetPrepared(db: DbOrTransaction, now: Date): Promise<void> {
  await db
    .deleteFrom('bulkJobs')
    .where('state', '=', 'prepared')
    .where('createdAt', '<', new Date(now.getTime() - 24 * 60 * 60 * 1000))
    .execute();
}

export function jobOf({ action, options, actor, ...row }: Row): BulkJob {
  return {
    ...row,
    what: { action, ...(options as object) } as BulkAction,
    actor: actor as Actor,
  };
}
