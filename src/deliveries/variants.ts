import type { DbOrTransaction } from '../database/connection.ts';

/** A finished variant as it lies in the database. */
export interface StoredVariant {
  id: string;
  subject: string;
  message: Buffer;
  /** Where the reader's values go; written and read by the splicing code. */
  places: unknown;
}

export interface VariantKey {
  edition: string;
  revision: number;
  key: string;
}

/** The variant, if a worker has rendered it. */
export function findVariant(
  db: DbOrTransaction,
  { edition, revision, key }: VariantKey,
): Promise<StoredVariant | undefined> {
  return db
    .selectFrom('variants')
    .select(['id', 'subject', 'message', 'places'])
    .where('editionId', '=', edition)
    .where('revision', '=', revision)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** Keeps a rendered variant; of two workers that render the same one, the first one's is what both send. */
export async function keepVariant(
  db: DbOrTransaction,
  key: VariantKey,
  variant: Omit<StoredVariant, 'id'> & { language: string; articleIds: string[] },
): Promise<StoredVariant> {
  const { language, articleIds, subject, message, places } = variant;
  await db
    .insertInto('variants')
    .values({
      editionId: key.edition,
      revision: key.revision,
      key: key.key,
      language,
      articleIds,
      subject,
      message,
      places: JSON.stringify(places),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const stored = await findVariant(db, key);
  if (!stored) throw new Error(`variant ${key.key} of edition ${key.edition} is gone`);
  return stored;
}
