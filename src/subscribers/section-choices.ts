import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** Readers whose choice of sections names some that are to go: how many, and how many chose nothing else. */
export interface AffectedChoices {
  readers: number;
  onlyThese: number;
}

const chosen = (newsletterId: string, gone: string[]): RawBuilder<boolean> =>
  sql<boolean>`newsletter_id = ${newsletterId} and sections && ${gone}::text[]`;

/** Whom it concerns when sections go. Looks at every subscription of the newsletter: for a page that asks once. */
export async function countChoices(
  db: DbOrTransaction,
  newsletterId: string,
  gone: string[],
): Promise<AffectedChoices> {
  const { rows } = await sql<AffectedChoices>`
    select count(*)::int as readers,
      (count(*) filter (where sections <@ ${gone}::text[]))::int as only_these
    from subscriptions where ${chosen(newsletterId, gone)} and state <> 'unsubscribed'`.execute(db);
  return rows[0] ?? { readers: 0, onlyThese: 0 };
}

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

/** Adds a section to what these readers chose; who has all sections has it. Answers how many did not have it. */
export async function addSection(
  tx: DbOrTransaction,
  { newsletter, section }: { newsletter: string; section: string },
  readers: string[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    update subscriptions set sections = sections || ${section}::text
    where newsletter_id = ${newsletter} and subscriber_id = any(${readers}::bigint[])
      and state <> 'unsubscribed' and sections is not null and ${section} <> all(sections)`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0n);
}
