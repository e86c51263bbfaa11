import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionContent } from './content.ts';

/** An edition that was sent, or is being sent, as its newest revision has it. */
export interface ArchivedEdition {
  id: string;
  number: number;
  revision: number;
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
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select(['e.id', 'e.number', 'e.revision', 'r.createdAt as revisedAt'])
    .select(sql<Date>`coalesce(e.frozen_at, r.created_at)`.as('frozenAt'))
    .select(sql<EditionContent>`r.content`.as('content'));

/** The newest editions of one newsletter, newest first; before a number, for the next page. */
export async function listArchive(
  db: DbOrTransaction,
  newsletter: string,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<ArchivedEdition[]> {
  return editions(db)
    .where('n.slug', '=', newsletter)
    .where('e.state', 'in', listed)
    .$if(before !== undefined, (query) => query.where('e.number', '<', before ?? 0))
    .orderBy('e.number', 'desc')
    .limit(limit)
    .execute();
}

/** One edition by its number, with the numbers of its neighbours; undefined before it is frozen. */
export async function archivedEdition(
  db: DbOrTransaction,
  newsletter: string,
  number: number,
): Promise<(ArchivedEdition & { previous: number | null; next: number | null }) | undefined> {
  const neighbours = await db
    .selectFrom('editions as e')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select((eb) => [
      eb.fn.max('e.number').filterWhere('e.number', '<', number).as('previous'),
      eb.fn.min('e.number').filterWhere('e.number', '>', number).as('next'),
    ])
    .where('n.slug', '=', newsletter)
    .where('e.state', 'in', listed)
    .where('e.revision', '>', 0)
    .executeTakeFirstOrThrow();
  const edition = await editions(db)
    .where('n.slug', '=', newsletter)
    .where('e.number', '=', number)
    .executeTakeFirst();
  return edition && { ...edition, ...neighbours };
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
