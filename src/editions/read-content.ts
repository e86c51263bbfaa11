import type { DbOrTransaction } from '../database/connection.ts';
import type { Layout } from '../database/tables.ts';
import { readId } from '../text/id.ts';
import { buildContent } from './build-content.ts';
import type { EditionContent } from './content.ts';
import type { DraftEntry } from './draft.ts';

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

/** What an editor has before them and has not saved. */
export interface Unsaved {
  subject: string;
  preheader: string;
  introduction: string;
  layout: Layout | null;
  /** In the order they are shown. */
  entries: DraftEntry[];
}

/**
 * What an edition holds: its newest revision, or before the freeze what would be frozen now; with
 * `unsaved`, what it would hold if that were saved. For previews, tests and archive; undefined where
 * there is no such edition.
 */
export async function editionContent(
  db: DbOrTransaction,
  id: string,
  now: Date,
  unsaved?: Unsaved,
): Promise<EditionContent | undefined> {
  if (!readId(id)) return undefined;
  const edition = await db
    .selectFrom('editions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!edition) return undefined;
  const frozen = await frozenContent(db, id, edition.revision);
  if (!unsaved) return frozen ?? buildContent(db, edition, now);
  const { entries, ...words } = unsaved;
  return buildContent(db, { ...edition, ...words }, edition.frozenAt ?? now, frozen, entries);
}
