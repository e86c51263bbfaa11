import { createArticle } from '../articles/articles.ts';
import type { Article } from '../articles/list.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { type Actor, audit } from '../operators/audit.ts';

/** Writes an article by hand. Throws what `createArticle` throws. */
export async function writeArticle(
  tx: DbOrTransaction,
  actor: Actor,
  input: unknown,
  now: Date,
  scope: Scope = null,
): Promise<Article> {
  const article = await createArticle(tx, input, now, scope);
  await audit(tx, actor, 'create', `article ${article.id}`);
  return article;
}
