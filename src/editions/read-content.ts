import type { DbOrTransaction } from '../database/connection.ts';
import { buildContent } from './build-content.ts';
import type { EditionContent } from './content.ts';

/** What a revision froze; undefined where there is no such revision. */
export async function frozenContent(
  db: DbOrTransaction,
  edition: string,
  revision: number,
): Promise<EditionContent | undefined> {
  const row = await db
    .selectFrom('revisions')
    .select('content')
    .where('editionId', '=', edition)
    .where('number', '=', revision)
    .executeTakeFirst();
  return row && (row.content as EditionContent);
}

/**
 * What an edition holds: its newest revision, or before the freeze what would be frozen now. For
 * previews, tests and archive; undefined where there is no such edition.
 */
export async function editionContent(
  db: DbOrTransaction,
  id: string,
  now: Date,
): Promise<EditionContent | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const edition = await db
    .selectFrom('editions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!edition) return undefined;
  const frozen = await frozenContent(db, id, edition.revision);
  return frozen ?? buildContent(db, edition, now);
}
