import type { DbOrTransaction } from '../database/connection.ts';
import { emptyLedger, ledger, ledgers } from '../deliveries/ledger.ts';
import { editionShape, getEdition, listEditions } from '../editions/editions.ts';
import { EditionNotFound } from '../editions/errors.ts';

/** An edition with its ledger, as the API and the command line show it. */
export type ShownEdition = ReturnType<typeof editionShape>;

/** Throws EditionNotFound. */
export async function showEdition(
  db: DbOrTransaction,
  id: string,
  now: Date,
): Promise<ShownEdition> {
  const edition = await getEdition(db, id);
  if (!edition) throw new EditionNotFound(id);
  return editionShape(edition, await ledger(db, id), now);
}

/** Editions with their ledgers, newest first; `next` is the `after` of the next page. */
export async function showEditions(
  db: DbOrTransaction,
  page: Parameters<typeof listEditions>[1],
  now: Date,
): Promise<{ data: ShownEdition[]; next: string | null }> {
  const { data, next } = await listEditions(db, page);
  const counts = await ledgers(
    db,
    data.map((edition) => edition.id),
  );
  return {
    data: data.map((edition) =>
      editionShape(edition, counts.get(edition.id) ?? emptyLedger(), now),
    ),
    next,
  };
}
