import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { readId } from '../text/id.ts';
import { ArticleNotFound, ArticleShared, UnknownArticles } from './errors.ts';

/** Those of the articles that a newsletter within the scope has. */
export async function articlesWithin(
  db: DbOrTransaction,
  scope: Scope,
  ids: readonly string[],
): Promise<string[]> {
  if (scope === null) return [...ids];
  const { rows } = await sql<{ id: string }>`
    select distinct article_id as id from article_sources
    where article_id = any(${ids.filter((id) => readId(id))}::bigint[])
      and ${within(scope, 'newsletter_id')}`.execute(db);
  const found = new Set(rows.map((row) => row.id));
  return ids.filter((id) => found.has(id));
}

/** Throws UnknownArticles with those that no newsletter within the scope has. */
export async function requireArticlesWithin(
  db: DbOrTransaction,
  scope: Scope,
  ids: readonly string[],
): Promise<void> {
  const found = new Set(await articlesWithin(db, scope, ids));
  const unknown = ids.filter((id) => !found.has(id));
  if (unknown.length > 0) throw new UnknownArticles(unknown);
}

/**
 * Lets change what articles say only where all the newsletters that have them are within the scope: a headline is the
 * same in each. Throws ArticleNotFound where none is, ArticleShared where one is not.
 */
export async function requireOwnArticles(
  db: DbOrTransaction,
  scope: Scope,
  ids: readonly string[],
): Promise<void> {
  const found = new Set(await articlesWithin(db, scope, ids));
  for (const id of ids) {
    if (!found.has(id)) throw new ArticleNotFound(id);
    await requireNotShared(db, scope, id);
  }
}

/** Throws ArticleShared where a newsletter outside of the scope has the article. */
export async function requireNotShared(
  db: DbOrTransaction,
  scope: Scope,
  id: string,
): Promise<void> {
  if (scope === null) return;
  const shared = await db
    .selectFrom('articleSources')
    .select('id')
    .where('articleId', '=', readId(id) ?? '0')
    .where((eb) => eb.not(within(scope, 'articleSources.newsletterId')))
    .limit(1)
    .executeTakeFirst();
  if (shared) throw new ArticleShared(id);
}
