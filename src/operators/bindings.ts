import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';

/** Newsletters that an operator or a token cannot be bound to. */
export class InvalidBinding extends Error {
  override name = 'InvalidBinding';
  readonly errors: { pointer: string; detail: string }[];
  constructor(detail: string) {
    super(detail);
    this.errors = [{ pointer: '/newsletters', detail }];
  }
}

/**
 * The newsletters of a binding by their ids; `null` is the whole newsroom. Nobody gives a wider one than their own:
 * where `giver` is bound, what is left out is the giver's, and other newsletters are as if they were not there.
 * Throws InvalidBinding.
 */
export async function readBinding(
  db: DbOrTransaction,
  slugs: readonly string[] | null | undefined,
  giver: Scope = null,
): Promise<Scope> {
  if (slugs === undefined) return giver;
  if (slugs === null) {
    if (giver === null) return null;
    throw new InvalidBinding('You are bound to some newsletters: name the ones of them.');
  }
  if (slugs.length === 0)
    throw new InvalidBinding('Name a newsletter, or null for the whole newsroom.');
  const found = await db
    .selectFrom('newsletters')
    .select(['id', 'slug'])
    .where('slug', 'in', [...new Set(slugs)])
    .where(within(giver, 'newsletters.id'))
    .orderBy('id')
    .execute();
  const unknown = slugs.find((slug) => !found.some((one) => one.slug === slug));
  if (unknown !== undefined)
    throw new InvalidBinding(`There is no newsletter "${unknown.slice(0, 60)}".`);
  return found.map(({ id }) => id);
}

/** The newsletters that a row of the table is bound to, by their slugs; null: the whole newsroom. */
export const boundSlugs = (table: 'operators' | 'apiTokens') =>
  sql<string[] | null>`case when ${sql.ref(`${table}.boundTo`)} is not null then array(
    select n.slug from newsletters n where n.id = any(${sql.ref(`${table}.boundTo`)}) order by n.id) end`;

/** What an operator is bound to. One who is gone reaches nothing. */
export async function scopeOfOperator(db: DbOrTransaction, id: string): Promise<Scope> {
  const found = await db
    .selectFrom('operators')
    .select('boundTo')
    .where('id', '=', id)
    .executeTakeFirst();
  return found ? found.boundTo : [];
}
