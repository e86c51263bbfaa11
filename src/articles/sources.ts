import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { ArticleNotFound, NothingJoined } from './article-errors.ts';
import { canonicalAddress } from './canonical-address.ts';

/** Where an article came from: one line a feed that brought it, or an editor who wrote it. */
export interface Source {
  id: string;
  newsletter: string;
  section: string | null;
  feed: string | null;
  url: string;
  title: string;
  /** By what it was found to be the same story; null: the article was made from it. */
  joinedBy: 'guid' | 'url' | 'title' | 'operator' | null;
  seenAt: Date;
}

/** Everything that was joined into an article, the source it was made from first. */
export async function listSources(db: DbOrTransaction, articleId: string): Promise<Source[]> {
  if (!/^\d{1,18}$/.test(articleId)) throw new ArticleNotFound(articleId);
  const { rows } = await sql<Source>`
    select source.id, newsletter.slug as newsletter, section.slug as section, source.feed_id as feed,
      source.url, source.title, source.joined_by, source.seen_at
    from article_sources source
    join newsletters newsletter on newsletter.id = source.newsletter_id
    left join sections section on section.id = source.section_id
    where source.article_id = ${articleId}
    order by source.joined_by is not null, source.id`.execute(db);
  return rows;
}

/**
 * Undoes a joining: the source becomes an article of its own, with the headline and address it came
 * with, and stays one when its feed is read again. One that an editor had joined is as it was before.
 * Throws NothingJoined. Returns the article's id.
 */
export async function separateSource(
  tx: DbOrTransaction,
  articleId: string,
  sourceId: string,
): Promise<string> {
  const isId = (id: string) => /^\d{1,18}$/.test(id);
  const source =
    isId(articleId) && isId(sourceId)
      ? await tx
          .selectFrom('articleSources')
          .innerJoin('articles', 'articles.id', 'articleSources.articleId')
          .select(['articleSources.url', 'articleSources.title', 'articles.standfirst'])
          .select(['articles.language', 'articles.publishedAt'])
          .where('articleSources.id', '=', sourceId)
          .where('articleId', '=', articleId)
          .where('joinedBy', 'is not', null)
          .forNoKeyUpdate()
          .executeTakeFirst()
      : undefined;
  if (!source) throw new NothingJoined(sourceId);
  const canonicalUrl = canonicalAddress(source.url);
  const id =
    (await revive(tx, canonicalUrl)) ??
    (
      await tx
        .insertInto('articles')
        .values({ ...source, canonicalUrl })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id;
  await tx
    .updateTable('articleSources')
    .set({ articleId: id, joinedBy: null })
    .where('id', '=', sourceId)
    .execute();
  return id;
}

/** The article that was emptied when an editor joined it to another. */
async function revive(tx: DbOrTransaction, canonicalUrl: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    update articles set deleted_at = null where id = (
      select max(id) from articles emptied
      where canonical_url = ${canonicalUrl} and deleted_at is not null
        and not exists (select from article_sources where article_id = emptied.id))
    returning id`.execute(tx);
  return rows[0]?.id;
}

/**
 * Says that two articles are one story in one language: the second's sources are joined to the first,
 * and it is removed. Throws ArticleNotFound.
 */
export async function joinDuplicate(
  tx: DbOrTransaction,
  keep: string,
  copy: string,
): Promise<void> {
  for (const id of [keep, copy]) {
    const found = /^\d{1,18}$/.test(id)
      ? await tx
          .selectFrom('articles')
          .select('id')
          .where('id', '=', id)
          .where('deletedAt', 'is', null)
          .forNoKeyUpdate()
          .executeTakeFirst()
      : undefined;
    if (!found || keep === copy) throw new ArticleNotFound(id);
  }
  await tx
    .updateTable('articleSources')
    .set({ articleId: keep, joinedBy: 'operator' })
    .where('articleId', '=', copy)
    .execute();
  await tx
    .updateTable('articles')
    .set({ deletedAt: sql<Date>`now()` })
    .where('id', '=', copy)
    .execute();
}
