import * as fs from 'node:fs';
import pg from 'pg';
import { z } from 'zod';
import { holdDue } from '../backup/hold.ts';
import { type Db, type DbOrTransaction, openDatabase } from '../connection.ts';
import { getSetting, putSetting } from '../settings.ts';

/** Where a DATA_DIR lies, by what no copy takes along: the folder's inode and the moment it was made. */
const placeSchema = z.object({ path: z.string(), machine: z.string(), folder: z.string() });
type Place = z.infer<typeof placeSchema>;
const PLACE = 'place';

const copySchema = z.object({ from: z.string(), since: z.string() });
/** Says that this database was copied from one that may still be sending. */
export type Copy = z.infer<typeof copySchema>;
const COPIED = 'copied';

/** The copy that this database is and that nobody has released yet. */
export const copyOf = (db: Db): Promise<Copy | undefined> => getSetting(db, COPIED, copySchema);

/** What to say of a copy, and what to do. */
export const aboutCopy = ({ from, since }: Copy): string =>
  `Everything is held: this DATA_DIR is a copy of ${from} (as of ${since}), and both would send to the same readers. If the other one no longer runs, "npx gaceta release" lets this one send.`;

/**
 * Compares where a DATA_DIR lies with where it lay. A folder that was renamed or moved, also to another disk of
 * this machine, stays what it was; so does a volume in a new container. A copy holds what was due and is noted as
 * one until `releaseCopy`. Returns it.
 */
export async function noteCopy(databaseUrl: string, dataDir: string): Promise<Copy | undefined> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 });
  try {
    const here = placeOf(dataDir);
    const was = await getSetting(db, PLACE, placeSchema);
    if (was && isCopy(was, here)) await hold(databaseUrl, was, here);
    else await putSetting(db, PLACE, here);
    return await copyOf(db);
  } finally {
    await close();
  }
}

/** Lets a copy send from now on. False where the database is none. */
export async function releaseCopy(db: DbOrTransaction): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('settings')
    .where('key', '=', COPIED)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function placeOf(dataDir: string): Place {
  const path = fs.realpathSync(dataDir);
  const { ino, birthtimeNs } = fs.statSync(path, { bigint: true });
  const id = '/etc/machine-id';
  const machine = fs.existsSync(id) ? fs.readFileSync(id, 'utf8').trim() : '';
  return { path, machine, folder: `${ino}-${birthtimeNs}` };
}

function isCopy(was: Place, here: Place): boolean {
  if (was.folder === here.folder) return false;
  // what was moved to another disk is gone from where it was
  const moved = was.machine !== '' && was.machine === here.machine && !fs.existsSync(was.path);
  return !moved;
}

async function hold(databaseUrl: string, was: Place, here: Place): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ since: Date }>(
      'select coalesce(max(lease_until), now()) as since from workers',
    );
    const since = (rows[0]?.since ?? new Date()).toISOString();
    await holdDue(client, since);
    await client.query(
      `insert into settings (key, value) values ($1, $2), ($3, $4)
       on conflict (key) do update set value = excluded.value, updated_at = now()`,
      [PLACE, JSON.stringify(here), COPIED, JSON.stringify({ from: was.path, since })],
    );
    await client.query('commit');
  } finally {
    await client.end();
  }
}
