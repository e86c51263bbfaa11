import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

const chosen = (newsletterId: string, gone: string[]): RawBuilder<boolean> =>
  sql<boolean>`newsletter_id = ${newsletterId} and sections && ${gone}::text[]`;

/**
 * Takes sections that are gone out of the readers' choices. Readers who chose nothing else get all sections: without it
 * they would get nothing, and never be told.
 */
export async function forgetSections(
  tx: DbOrTransaction,
  newsletterId: string,
  gone: string[],
): Promise<void> {
  await sql`
    update subscriptions set sections = case when sections <@ ${gone}::text[] then null
      else array(select slug from unnest(sections) with ordinality as s(slug, place)
        where slug <> all(${gone}::text[]) order by place) end
    where ${chosen(newsletterId, gone)}`.execute(tx);
}
