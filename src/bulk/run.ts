import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { actOn } from './act.ts';
import { type BulkJob, jobOf } from './jobs.ts';

/** Readers in one short transaction; to erase one takes a dozen statements. */
const CHUNK = 500;
const CHUNK_ERASING = 50;

/** What a chunk came to: letters to be sent after it was committed, and whether the job is done. */
export interface BulkChunk {
  job: string;
  letters: string[];
  isLast: boolean;
}

/**
 * Does the next readers of a job, of any that is under way without `job`, in one transaction that also notes them as done:
 * killed in the middle, it goes on where it was. Undefined where there is nothing to do, or another is at it.
 */
export async function runChunk(
  db: Db,
  { now, job: only }: { now: Date; job?: string },
): Promise<BulkChunk | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('bulkJobs')
      .selectAll()
      .where('state', '=', 'running')
      .$if(only !== undefined, (query) => query.where('id', '=', only ?? ''))
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!row) return undefined;
    const job = jobOf(row);
    const most = job.what.action === 'erase' ? CHUNK_ERASING : CHUNK;
    const ids = await takeReaders(tx, job, most);
    const { changed, letters } = await actOn(tx, job, ids, now);
    const isLast = ids.length < most;
    await tx
      .updateTable('bulkJobs')
      .set((eb) => ({
        done: eb('done', '+', ids.length),
        changed: eb('changed', '+', changed),
        ...(isLast ? { state: 'done' as const, finishedAt: sql<Date>`now()` } : {}),
      }))
      .where('id', '=', job.id)
      .execute();
    return { job: job.id, letters, isLast };
  });
}

async function takeReaders(tx: DbOrTransaction, { id }: BulkJob, most: number): Promise<string[]> {
  const { rows } = await sql<{ subscriberId: string }>`
    delete from bulk_readers where job_id = ${id} and subscriber_id in (
      select subscriber_id from bulk_readers where job_id = ${id} order by subscriber_id limit ${most})
    returning subscriber_id`.execute(tx);
  return rows.map(({ subscriberId }) => subscriberId);
}
