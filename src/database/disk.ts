import { statfs } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import type { Database } from './tables.ts';

/** PostgreSQL's class 53100: no room for another page of a table. Small changes may still go through for a while. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && (error as Error & { code?: unknown }).code === '53100';

// A page of the ledger and some WAL; what is left then is used up by the next import or edition.
const LITTLE_BYTES = 16 * 2 ** 20;
// An edition to a million readers writes about as much.
const LOW_BYTES = 512 * 2 ** 20;

/**
 * Whether the disk of the database is full, as far as it can be known: where the server runs on this machine by its free
 * space, elsewhere not at all (false).
 */
export const diskIsFull = async (db: Kysely<Database>): Promise<boolean> =>
  (await diskRoom(db)) === 'full';

/** How much room the disk of the database has, as far as `diskIsFull` can know; `low` is soon full. */
export async function diskRoom(db: Kysely<Database>): Promise<'full' | 'low' | 'enough'> {
  try {
    const { rows } = await sql<{ folder: string; local: boolean }>`
      select current_setting('data_directory') as folder, inet_server_addr() is null as local`.execute(
      db,
    );
    const [server] = rows;
    if (!server?.local) return 'enough';
    const { bavail, bsize } = await statfs(server.folder);
    const free = bavail * bsize;
    return free < LITTLE_BYTES ? 'full' : free < LOW_BYTES ? 'low' : 'enough';
  } catch (error) {
    // a role that may not see the folder, or a folder that this account may not
    return isDiskFull(error) ? 'full' : 'enough';
  }
}
