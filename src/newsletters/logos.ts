import { createHash } from 'node:crypto';
import type { DbOrTransaction } from '../database/connection.ts';
import { readLogo } from './logo-files.ts';

/** Stores a picture; answers the path it is served at, the same for the same bytes. Throws UnusableLogo. */
export async function storeLogo(tx: DbOrTransaction, bytes: Buffer): Promise<string> {
  const { extension, ...picture } = readLogo(bytes);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  await tx
    .insertInto('logos')
    .values({ hash, bytes, ...picture })
    .onConflict((oc) => oc.column('hash').doNothing())
    .execute();
  return `/logos/${hash}.${extension}`;
}

/** A stored picture by its hash. */
export const getLogo = (
  db: DbOrTransaction,
  hash: string,
): Promise<{ type: string; bytes: Buffer } | undefined> =>
  db.selectFrom('logos').select(['type', 'bytes']).where('hash', '=', hash).executeTakeFirst();
