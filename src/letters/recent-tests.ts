import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

const MOST = 5;

/** The newest five tests of an edition in the last day: to whom, and what the relay said. */
export async function recentTests(
  db: DbOrTransaction,
  id: string,
): Promise<{ email: string | null; state: string; answer: string | null; createdAt: Date }[]> {
  return db
    .selectFrom('letters')
    .select(['email', 'state', 'answer', 'createdAt'])
    .where('kind', '=', 'test')
    .where(sql`content ->> 'edition'`, '=', id)
    .where('createdAt', '>', sql<Date>`now() - interval '1 day'`)
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
}
