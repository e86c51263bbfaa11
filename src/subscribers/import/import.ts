import type { DbOrTransaction } from '../../database/connection.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { beginImport, getImport, type Import, keepAlive } from './rows.ts';
import { type RunOptions, runImport } from './run.ts';
import { spool } from './spool.ts';
import { requireReadable, understandList } from './understand.ts';

/**
 * Imports a CSV file of subscribers to its end, in bounded memory, once it is here whole. A line with its consent
 * becomes active; one without, and one that is wrong, is skipped and told by its number; what had to be assumed is
 * told in `notes`. An export is read back as it was: readers, states and consents.
 * Throws NewsletterNotFound before reading; InvalidImport for a file that is no such list.
 */
export async function importSubscribers(
  db: DbOrTransaction,
  source: AsyncIterable<Uint8Array>,
  options: Omit<RunOptions, 'scope'>,
): Promise<Import> {
  const { newsletter } = options;
  const place = newsletter === null ? null : await requireNewsletter(db, newsletter, null);
  const newsletters = place && [place.id];
  await using file = await spool(source);
  requireReadable(await understandList(file, {}));
  const id = await beginImport(db, { newsletterId: place?.id ?? null, newsletters });
  using _alive = keepAlive(db, id);
  await runImport(db, id, file, { ...options, scope: null });
  return getImport(db, id);
}
