import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';

/** An edition of another service, ready to be shown. */
export interface NewEdition {
  sourceKey: string;
  title: string;
  summary: string;
  language: string;
  /** Sanitised. */
  html: string;
  publishedAt: Date;
  oldAddress: string | null;
  /** See oldPathOf. */
  oldPath: string | null;
}

export type Kept = 'added' | 'changed' | 'same';

/** Stores editions in a short transaction, each by its key; says what became of each. A dry run changes nothing. */
export async function storeEditions(
  db: Db,
  newsletterId: string,
  editions: NewEdition[],
  { dryRun = false }: { dryRun?: boolean | undefined } = {},
): Promise<Kept[]> {
  if (editions.length === 0) return [];
  return db.transaction().execute(async (tx) => {
    const known = await knownOf(tx, newsletterId, editions);
    const kept = editions.map(({ sourceKey, ...one }): Kept => {
      const found = known.get(sourceKey);
      if (!found) return 'added';
      const isSame =
        found.title === one.title &&
        found.html === one.html &&
        found.publishedAt.getTime() === one.publishedAt.getTime();
      return isSame ? 'same' : 'changed';
    });
    if (dryRun) return kept;
    for (const edition of editions) {
      const id = await storeOne(tx, newsletterId, edition);
      if (edition.oldPath !== null)
        await tx
          .insertInto('oldAddresses')
          .values({ path: edition.oldPath, earlierEditionId: id })
          // the first edition that had the address keeps it
          .onConflict((oc) => oc.column('path').doNothing())
          .execute();
    }
    return kept;
  });
}

async function knownOf(tx: DbOrTransaction, newsletterId: string, editions: NewEdition[]) {
  const rows = await tx
    .selectFrom('earlierEditions')
    .select(['sourceKey', 'title', 'html', 'publishedAt'])
    .where('newsletterId', '=', newsletterId)
    .where(
      'sourceKey',
      'in',
      editions.map(({ sourceKey }) => sourceKey),
    )
    .execute();
  return new Map(rows.map((row) => [row.sourceKey, row]));
}

/** The address of one that is known stays. */
async function storeOne(
  tx: DbOrTransaction,
  newsletterId: string,
  edition: NewEdition,
): Promise<string> {
  const slug = slugOf(edition);
  const { rows } = await sql<{ id: string }>`
    insert into earlier_editions as e (newsletter_id, slug, source_key, title, summary, language, html,
      published_at, old_address)
    select ${newsletterId}, case when exists (
        select from earlier_editions o where o.newsletter_id = ${newsletterId} and o.slug = ${slug}
          and o.source_key <> ${edition.sourceKey})
      then ${slug} || '-' || substring(encode(sha256(convert_to(${edition.sourceKey}, 'UTF8')), 'hex'), 1, 8)
      else ${slug} end,
      ${edition.sourceKey}, ${edition.title}, ${edition.summary}, ${edition.language}, ${edition.html},
      ${edition.publishedAt}, ${edition.oldAddress}
    on conflict (newsletter_id, source_key) do update set title = excluded.title,
      summary = excluded.summary, language = excluded.language, html = excluded.html,
      published_at = excluded.published_at, old_address = excluded.old_address, updated_at = now()
    where (e.title, e.html, e.published_at) is distinct from
      (excluded.title, excluded.html, excluded.published_at)
    returning id`.execute(tx);
  const [row] = rows;
  if (row) return row.id;
  const { id } = await tx
    .selectFrom('earlierEditions')
    .select('id')
    .where('newsletterId', '=', newsletterId)
    .where('sourceKey', '=', edition.sourceKey)
    .executeTakeFirstOrThrow();
  return id;
}

/** `2024-03-01-budget-passes`. */
function slugOf({ title, publishedAt }: Pick<NewEdition, 'title' | 'publishedAt'>): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return [publishedAt.toISOString().slice(0, 10), words].filter(Boolean).join('-');
}
