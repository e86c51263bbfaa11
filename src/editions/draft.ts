import { type Selectable, sql } from 'kysely';
import { withdrawnAt } from '../articles/withdrawn.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { readId } from '../text/id.ts';
import { EditionNotFound } from './errors.ts';

/** An article's place and wording in an edition, as its editors left it. */
export interface DraftEntry {
  id: string;
  section: string | null;
  pinned: boolean;
  dropped: boolean;
  /** This edition's own; null: the article's. */
  title: string | null;
  standfirst: string | null;
}

/** All of an edition that editors may change: before it starts, or to correct it afterwards. */
export interface Draft {
  edition: Selectable<Omit<Database['editions'], 'planCursor'>>;
  /** In the order they are shown, pinned ones first. Includes the dropped; not what was deleted. */
  entries: DraftEntry[];
}

/** What an article says of itself, whatever an edition makes of it. */
export interface DraftArticle {
  id: string;
  /** Articles that translate each other share it. */
  story: string;
  language: string;
  /** The section it came with; null: none of this newsletter's. */
  section: string | null;
  title: string;
  standfirst: string;
  url: string;
  imageUrl: string | null;
  author: string | null;
  publishedAt: Date;
  /** How many sources were joined into it, beside the one it was made from. */
  joined: number;
  /** When its feeds had it no more. */
  withdrawnAt: Date | null;
}

/** Throws EditionNotFound. */
export async function readDraft(db: DbOrTransaction, id: string): Promise<Draft> {
  const edition = readId(id)
    ? await db.selectFrom('editions').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (!edition) throw new EditionNotFound(id);
  const entries = await db
    .selectFrom('editionArticles')
    .innerJoin('articles', 'articles.id', 'editionArticles.articleId')
    .select(['articles.id', 'section', 'pinned', 'dropped'])
    .select(['editionArticles.title', 'editionArticles.standfirst'])
    .where('editionId', '=', id)
    .where('articles.deletedAt', 'is', null)
    .orderBy('pinned', 'desc')
    .orderBy('position')
    .orderBy('articles.id')
    .execute();
  return { edition, entries };
}

/** These articles, in no order; those that are not there or were deleted are left out. */
export function draftArticles(
  db: DbOrTransaction,
  newsletter: string,
  ids: string[],
): Promise<DraftArticle[]> {
  const numbers = ids.filter((id) => readId(id));
  return select(db, newsletter, sql`article.id = any(${numbers}::bigint[])`, numbers.length);
}

/**
 * Articles of the newsletter that an editor may add, newest first: none of `held`. `search` is looked for
 * in headlines, whatever the case.
 */
export function addableArticles(
  db: DbOrTransaction,
  newsletter: string,
  { held, search, limit }: { held: string[]; search: string; limit: number },
): Promise<DraftArticle[]> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return select(
    db,
    newsletter,
    sql`article.id <> all(${held}::bigint[]) and article.title ilike ${pattern} and exists (
      select from article_sources where article_id = article.id and newsletter_id = ${newsletter})`,
    limit,
  );
}

async function select(
  db: DbOrTransaction,
  newsletter: string,
  where: ReturnType<typeof sql>,
  limit: number,
): Promise<DraftArticle[]> {
  const { rows } = await sql<DraftArticle>`
    select article.id, coalesce(article.story_id, article.id)::text as story,
      coalesce(article.language, own.language) as language, article.title, article.standfirst,
      article.url, article.image_url, article.author, article.published_at,
      (select section.slug from article_sources source
        join sections section on section.id = source.section_id
        where source.article_id = article.id and section.newsletter_id = own.id
        order by source.id limit 1) as section,
      (select count(*)::int from article_sources
        where article_id = article.id and joined_by is not null) as joined,
      ${withdrawnAt('article.id')} as withdrawn_at
    from articles article, newsletters own
    where own.id = ${newsletter} and article.deleted_at is null and ${where}
    order by article.published_at desc, article.id desc limit ${limit}`.execute(db);
  return rows;
}
