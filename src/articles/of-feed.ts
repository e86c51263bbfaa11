import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** An article as the page of its feed lists it. */
export interface FeedArticle {
  id: string;
  title: string;
  url: string;
  publishedAt: Date;
  /** True: it has a date to come, and waits for it. */
  waits: boolean;
}

/** What a feed brought last, the newest first; those that wait for their date come before. */
export async function articlesOfFeed(
  db: DbOrTransaction,
  feedId: string,
  limit: number,
): Promise<FeedArticle[]> {
  const { rows } = await sql<FeedArticle>`
    select id, title, url, published_at, published_at > now() as waits from articles
    where deleted_at is null and id in (select article_id from article_sources where feed_id = ${feedId})
    order by published_at desc, id desc limit ${limit}`.execute(db);
  return rows;
}
