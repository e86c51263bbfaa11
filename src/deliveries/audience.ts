import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { EditionNotFound } from '../editions/errors.ts';
import { frequenciesOf } from '../editions/frequencies.ts';
import { keepCounts } from './kept-counts.ts';

/**
 * Whether subscription `s` belongs to an edition: decided by the time it was frozen, so that a range planned
 * later, or twice, gives the same readers. `frequencies` are those the edition is for.
 */
export function belongs(edition: string, frequencies: string[]): RawBuilder<boolean> {
  const frozenAt = sql`(select frozen_at from editions where id = ${edition})`;
  return sql<boolean>`(
    s.newsletter_id = (select newsletter_id from editions where id = ${edition})
    and s.active_from <= ${frozenAt} and (s.left_at is null or s.left_at > ${frozenAt})
    and case when s.frequency_since > ${frozenAt} then s.frequency_before else s.frequency end
      = any(${frequencies}))`;
}

const keep = keepCounts<{ readers: number }>();

/**
 * How many readers an edition would be sent to if it were started now; for one that has not started. A count that takes
 * long is kept for a while: see keepCounts. Throws EditionNotFound.
 */
export async function countReaders(db: DbOrTransaction, edition: string): Promise<number> {
  const found = await db
    .selectFrom('editions')
    .innerJoin('newsletters', 'newsletters.id', 'editions.newsletterId')
    .select(['editions.newsletterId', 'kind', 'localDate', 'kinds'])
    .where('editions.id', '=', edition)
    .executeTakeFirst();
  if (!found) throw new EditionNotFound(edition);
  const { newsletterId } = found;
  const frequencies = frequenciesOf(found.kind, found.localDate, found.kinds);
  const count = async () => {
    const { rows } = await sql<{ readers: number }>`
      select count(*)::int as readers from subscriptions
      where newsletter_id = ${newsletterId} and state = 'active'
        and (paused_until is null or paused_until <= now())
        and frequency = any(${frequencies})`.execute(db);
    return { readers: rows[0]?.readers ?? 0 };
  };
  return (await keep(db, `${newsletterId} ${frequencies.join(' ')}`, count)).readers;
}

/** Counts the readers of a frozen edition by a query of its own: what the ledger's sum is held against. */
export async function countAudience(db: DbOrTransaction, edition: string): Promise<number> {
  const frequencies = await frequenciesOfEdition(db, edition);
  const { rows } = await sql<{ readers: string }>`
    select count(*) as readers from subscriptions s where ${belongs(edition, frequencies)}`.execute(
    db,
  );
  return Number(rows[0]?.readers ?? 0);
}

/** The frequencies an edition was frozen for; a later revision does not change them. */
export async function frequenciesOfEdition(
  db: DbOrTransaction,
  edition: string,
): Promise<string[]> {
  const { rows } = await sql<{ frequencies: unknown }>`
    select content->'frequencies' as frequencies from revisions
    where edition_id = ${edition} and number = 1`.execute(db);
  return z.array(z.string()).parse(rows[0]?.frequencies);
}
