import { sql } from 'kysely';
import { type ArchiveSearch, daysOf, holds, newsletterId } from '../database/archive-search.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionState } from '../database/tables.ts';
import type { EditionContent } from './content.ts';

/** An edition that was sent, or is being sent, as its newest revision has it. */
export interface ArchivedEdition {
  id: string;
  number: number;
  revision: number;
  state: EditionState;
  frozenAt: Date;
  /** When the newest revision was made: later than `frozenAt` for a correction. */
  revisedAt: Date;
  content: EditionContent;
}

// A cancelled edition is in no list; readers who got it before still find it by its address.
const listed = ['sending', 'paused', 'sent'] as const;

const editions = (db: DbOrTransaction) =>
  db
    .selectFrom('editions as e')
    .innerJoin('revisions as r', (join) =>
      join.onRef('r.editionId', '=', 'e.id').onRef('r.number', '=', 'e.revision'),
    )
    .select(['e.id', 'e.number', 'e.revision', 'e.state'])
    .select(sql<Date>`coalesce(e.frozen_at, r.created_at)`.as('frozenAt'))
    // what goes by the hour counts from that hour, though it was frozen a moment before
    .select(sql<Date>`greatest(e.frozen_at, r.created_at)`.as('revisedAt'))
    .select(sql<EditionContent>`r.content`.as('content'));

/** The newest editions of one newsletter, newest first; before a number, for the next page. */
export async function listArchive(
  db: DbOrTransaction,
  newsletter: string,
  {
    limit,
    before,
    search,
  }: { limit: number; before?: number | undefined; search?: ArchiveSearch | undefined },
): Promise<ArchivedEdition[]> {
  let query = editions(db)
    .where('e.newsletterId', '=', newsletterId(db, newsletter))
    .where('e.state', 'in', listed)
    .orderBy('e.number', 'desc')
    .limit(limit);
  if (before !== undefined) query = query.where('e.number', '<', before);
  if (search?.words) query = query.where(holds('r.document', search));
  if (search?.month) {
    const { first, next } = daysOf(search.month);
    query = query.where(sql<boolean>`e.local_date >= ${first} and e.local_date < ${next}`);
  }
  return query.execute();
}

/** How many editions a newsletter sent in each month, by months like `2026-11`. */
export async function archiveMonths(
  db: DbOrTransaction,
  newsletter: string,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ month: string; count: number }>`
    select to_char(e.local_date, 'YYYY-MM') as month, count(*)::integer as count
    from editions e join newsletters n on n.id = e.newsletter_id
    where n.slug = ${newsletter} and e.state = any(${[...listed]}) and e.revision > 0
    group by 1`.execute(db);
  return new Map(rows.map(({ month, count }) => [month, count]));
}

/** One edition by its number, with its neighbours; undefined before it is frozen. */
export async function archivedEdition(
  db: DbOrTransaction,
  newsletter: string,
  number: number,
): Promise<(ArchivedEdition & { previous?: ArchivedEdition; next?: ArchivedEdition }) | undefined> {
  const all = editions(db).where('e.newsletterId', '=', newsletterId(db, newsletter));
  const edition = await all.where('e.number', '=', number).executeTakeFirst();
  if (!edition) return undefined;
  const open = all.where('e.state', 'in', listed);
  const [previous, next] = await Promise.all([
    open.where('e.number', '<', number).orderBy('e.number', 'desc').limit(1).executeTakeFirst(),
    open.where('e.number', '>', number).orderBy('e.number').limit(1).executeTakeFirst(),
  ]);
  return { ...edition, ...(previous && { previous }), ...(next && { next }) };
}

/** Addresses of all public editions, newest first, for a sitemap (which holds 50,000 at most). */
export async function archiveAddresses(
  db: DbOrTransaction,
  limit: number,
): Promise<{ slug: string; number: number; revisedAt: Date }[]> {
  return db
    .selectFrom('editions as e')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .innerJoin('revisions as r', (join) =>
      join.onRef('r.editionId', '=', 'e.id').onRef('r.number', '=', 'e.revision'),
    )
    .select(['n.slug', 'e.number', 'r.createdAt as revisedAt'])
    .where('n.private', '=', false)
    .where('e.state', 'in', listed)
    .orderBy('e.id', 'desc')
    .limit(limit)
    .execute();
}
