import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { type Subscriber, subscriberRows } from './api-shape.ts';
import { SubscriberNotFound } from './errors.ts';
import { conditionsOf, type SubscriberFilter } from './filter.ts';

export interface SubscriberPage {
  limit: number;
  /** The id to go on after. */
  after?: string | undefined;
  /** True: the newest first, else by id. */
  newestFirst?: boolean;
}

/** The subscribers of a filter, a page at a time. */
export async function listSubscribers(
  db: DbOrTransaction,
  { limit, after, newestFirst = false, ...filter }: SubscriberFilter & SubscriberPage,
): Promise<{ data: Subscriber[]; next: string | null }> {
  const { person } = await conditionsOf(db, filter);
  const rows = await subscriberRows(db, filter.scope)
    .where(person)
    .$if(after !== undefined, (query) => query.where('s.id', newestFirst ? '<' : '>', after ?? '0'))
    .orderBy('s.id', newestFirst ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute();
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** How far a page counts: to count a million takes a second and tells nobody more. */
const MOST_COUNTED = 10_000;

/** How many subscribers a filter has: exact up to 10,000, else that there are more. */
export async function countSubscribers(
  db: DbOrTransaction,
  filter: SubscriberFilter,
): Promise<{ count: number; exact: boolean }> {
  const { person } = await conditionsOf(db, filter);
  const { rows } = await sql<{ found: number }>`
    select count(*)::int as found from (
      select from subscribers s where ${person} limit ${MOST_COUNTED + 1}) as found`.execute(db);
  const found = rows[0]?.found ?? 0;
  return { count: Math.min(found, MOST_COUNTED), exact: found <= MOST_COUNTED };
}

/** One subscriber; also one who was erased, of whom only the id is left. Throws SubscriberNotFound. */
export async function getSubscriber(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Subscriber> {
  const row = await subscriberRows(db, scope).where('s.id', '=', id).executeTakeFirst();
  if (!row) throw new SubscriberNotFound(id);
  return row;
}

/** Subscribers by their ids, with their subscriptions within the scope; those who have none there are left out. */
export async function subscribersOf(
  db: DbOrTransaction,
  ids: readonly string[],
  scope: Scope,
): Promise<Map<string, Subscriber>> {
  if (ids.length === 0) return new Map();
  const rows = await subscriberRows(db, scope).where('s.id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}
