import { type Selectable, sql } from 'kysely';
import { type ArchiveSearch, daysOf, holds, newsletterId } from '../database/archive-search.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Database } from '../database/tables.ts';
import { oldPathsOf } from './old-address.ts';

/** An edition that was sent elsewhere, before the newsletter came here. `html` is sanitised. */
export type EarlierEdition = Selectable<Database['earlierEditions']>;

/** Without its text: what a list shows. */
export type EarlierSummary = Omit<EarlierEdition, 'html' | 'sourceKey' | 'newsletterId'> & {
  newsletter: string;
};

/** There is no such edition. */
export class EarlierEditionNotFound extends Error {
  constructor(id: string) {
    super(`There is no earlier edition ${id.slice(0, 40)}.`);
    this.name = 'EarlierEditionNotFound';
  }
}

const summaries = (db: DbOrTransaction) =>
  db
    .selectFrom('earlierEditions as e')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select(['e.id', 'n.slug as newsletter', 'e.slug', 'e.title', 'e.summary', 'e.language'])
    .select(['e.publishedAt', 'e.oldAddress', 'e.createdAt', 'e.updatedAt']);

/** Those of one newsletter, newest first; before a time and an id, for the next page. */
export async function listEarlierEditions(
  db: DbOrTransaction,
  newsletter: string,
  {
    limit,
    before,
    search,
  }: {
    limit: number;
    before?: { at: Date; id: string } | undefined;
    search?: ArchiveSearch | undefined;
  },
): Promise<EarlierSummary[]> {
  let query = summaries(db)
    .where('e.newsletterId', '=', newsletterId(db, newsletter))
    .$if(before !== undefined, (query) =>
      query.where((eb) =>
        eb(
          eb.refTuple('e.publishedAt', 'e.id'),
          '<',
          eb.tuple(before?.at ?? new Date(), before?.id ?? '0'),
        ),
      ),
    )
    .orderBy('e.publishedAt', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit);
  if (search?.words) query = query.where(holds('e.document', search));
  if (search?.month) {
    const { first, next } = daysOf(search.month);
    query = query.where(
      sql<boolean>`e.published_at >= (${first}::timestamp at time zone n.timezone)
        and e.published_at < (${next}::timestamp at time zone n.timezone)`,
    );
  }
  return query.execute();
}

/** How many there are of each month, as `archiveMonths` says it. */
export async function earlierMonths(
  db: DbOrTransaction,
  newsletter: string,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ month: string; count: number }>`
    select to_char(e.published_at at time zone n.timezone, 'YYYY-MM') as month, count(*)::integer as count
    from earlier_editions e join newsletters n on n.id = e.newsletter_id
    where n.slug = ${newsletter} group by 1`.execute(db);
  return new Map(rows.map(({ month, count }) => [month, count]));
}

/** One by its place in a newsletter's archive, with its text. */
export function earlierEditionAt(
  db: DbOrTransaction,
  newsletter: string,
  slug: string,
): Promise<EarlierEdition | undefined> {
  return db
    .selectFrom('earlierEditions as e')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .selectAll('e')
    .where('n.slug', '=', newsletter)
    .where('e.slug', '=', slug)
    .executeTakeFirst();
}

/** Addresses of those of public newsletters, newest first, for a sitemap. */
export function earlierAddresses(
  db: DbOrTransaction,
  limit: number,
): Promise<{ newsletter: string; slug: string }[]> {
  return db
    .selectFrom('earlierEditions as e')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select(['n.slug as newsletter', 'e.slug'])
    .where('n.private', '=', false)
    .orderBy('e.id', 'desc')
    .limit(limit)
    .execute();
}

/** Takes one out of the archive, with what led to it. Throws EarlierEditionNotFound, also outside of the scope. */
export async function removeEarlierEdition(
  db: DbOrTransaction,
  id: string,
  scope: Scope,
): Promise<{ newsletter: string; title: string }> {
  const removed = await db
    .deleteFrom('earlierEditions as e')
    .using('newsletters as n')
    .whereRef('n.id', '=', 'e.newsletterId')
    .where('e.id', '=', id)
    .where(within(scope, 'e.newsletter_id'))
    .returning(['n.slug as newsletter', 'e.title'])
    .executeTakeFirst();
  if (!removed) throw new EarlierEditionNotFound(id);
  return removed;
}

/** Where what was at an old address is now: the newsletter and its place there; undefined for what is not known. */
export async function movedTo(
  db: DbOrTransaction,
  address: string,
): Promise<{ newsletter: string; slug: string } | undefined> {
  const paths = oldPathsOf(address);
  if (paths.length === 0) return undefined;
  const rows = await db
    .selectFrom('oldAddresses as o')
    .innerJoin('earlierEditions as e', 'e.id', 'o.earlierEditionId')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select(['o.path', 'n.slug as newsletter', 'e.slug'])
    .where('o.path', 'in', paths)
    .where('n.private', '=', false)
    .execute();
  return paths.flatMap((path) => rows.filter((row) => row.path === path))[0];
}
