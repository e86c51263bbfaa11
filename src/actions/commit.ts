import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Queues } from '../queue/queues.ts';

/** What a piece of work made, and its tickets, which are enqueued after the commit. */
export interface Done<T> {
  value: T;
  enqueue?: (queues: Queues) => Promise<unknown>;
}

/** Does a piece of work in one transaction, then enqueues its tickets. */
export async function commit<T>(
  { db, queues }: Pick<Context, 'db' | 'queues'>,
  work: (tx: DbOrTransaction) => Promise<Done<T>>,
): Promise<T> {
  const { value, enqueue } = await db.transaction().execute(work);
  await enqueue?.(queues);
  return value;
}
