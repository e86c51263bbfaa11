import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** The article of an address in the form of `canonicalAddress`, and whether the newsletter has it. */
export async function articleAt(
  tx: DbOrTransaction,
  address: string,
  newsletterId: string,
): Promise<{ id: string; externalId: string | null; isOurs: boolean } | undefined> {
  const { rows } = await sql<{ id: string; externalId: string | null; isOurs: boolean }>`
    select id, external_id, exists (select from article_sources
      where article_id = article.id and newsletter_id = ${newsletterId}) as is_ours
    from articles article
    where deleted_at is null and (canonical_url = ${address} or id in (
      select article_id from article_sources where canonical_url = ${address}))
    order by canonical_url = ${address} desc, id limit 1`.execute(tx);
  return rows[0];
}

/** The article of an external id, also one that was removed; `isEmptied` by being joined to another. */
export async function holderOf(
  tx: DbOrTransaction,
  externalId: string,
): Promise<{ id: string; canonicalUrl: string; isEmptied: boolean } | undefined> {
  const { rows } = await sql<{ id: string; canonicalUrl: string; isEmptied: boolean }>`
    select id, canonical_url, deleted_at is not null and not exists (
      select from article_sources where article_id = article.id) as is_emptied
    from articles article where external_id = ${externalId}`.execute(tx);
  return rows[0];
}
