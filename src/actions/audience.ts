import type { DbOrTransaction } from '../database/connection.ts';
import { countReaders } from '../deliveries/audience.ts';
import { getEdition } from '../editions/editions.ts';
import { EditionNotFound } from '../editions/errors.ts';

/** To how many readers an edition goes. */
export interface Audience {
  readers: number;
  /** True: as many as it would be now; false: as many as it was planned for. */
  estimate: boolean;
}

/** The readers of an edition, before it starts and afterwards. Throws EditionNotFound. */
export async function audienceOf(db: DbOrTransaction, id: string): Promise<Audience> {
  const edition = await getEdition(db, id);
  if (!edition) throw new EditionNotFound(id);
  if (edition.audience !== null) return { readers: edition.audience, estimate: false };
  return { readers: await countReaders(db, id), estimate: true };
}
