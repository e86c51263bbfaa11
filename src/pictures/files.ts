import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** Where a picture of ours is served: its name is the hash of its bytes. */
export const PICTURE_PATH = /^\/p\/([0-9a-f]{32})\.jpg$/;

/** A JPEG and its measures. */
export interface PictureFile {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/** Stores a file; answers its hash, the same for the same bytes. */
export async function storePictureFile(tx: DbOrTransaction, file: PictureFile): Promise<string> {
  const bytes = Buffer.from(file.bytes);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const { width, height } = file;
  await tx
    .insertInto('pictureFiles')
    .values({ hash, bytes, width, height })
    // young again: housekeeping must not take it before anything refers to it
    .onConflict((oc) => oc.column('hash').doUpdateSet({ createdAt: sql`now()` }))
    .execute();
  return hash;
}

/** The hash in the address of a picture of ours, wherever it is served; undefined for any other. */
export const hashOf = (url: string): string | undefined =>
  /\/p\/([0-9a-f]{32})\.jpg$/.exec(url)?.[1];

/** How many bytes each of these files has, by their hashes. */
export async function pictureSizes(
  db: DbOrTransaction,
  hashes: string[],
): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .selectFrom('pictureFiles')
    .select(['hash', sql<number>`octet_length(bytes)`.as('length')])
    .where('hash', 'in', hashes)
    .execute();
  return new Map(rows.map(({ hash, length }) => [hash, length]));
}

/** The bytes of a stored file. */
export const getPictureFile = (
  db: DbOrTransaction,
  hash: string,
): Promise<{ bytes: Buffer } | undefined> =>
  db.selectFrom('pictureFiles').select('bytes').where('hash', '=', hash).executeTakeFirst();
