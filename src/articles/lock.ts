import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * Lets one transaction at a time make articles, so that two with the same article see each other. Take it
 * before any row of an article is locked; it is held for milliseconds.
 */
export async function lockArticles(tx: DbOrTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-articles'))`.execute(tx);
}
