import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * Marks what a feed brought within a week and has no more, and unmarks what is back. Feeds rotate: an entry that is
 * gone counts as withdrawn only where the feed still has one that is older. `present` are the ids of all its entries.
 */
export async function noteWithdrawn(
  tx: DbOrTransaction,
  feed: string,
  present: string[],
): Promise<void> {
  await sql`
    update article_sources s set withdrawn_at = case when s.guid = any(${present}::text[]) then null else now() end
    from articles a
    where a.id = s.article_id and s.feed_id = ${feed} and (
      s.withdrawn_at is not null and s.guid = any(${present}::text[])
      or s.withdrawn_at is null and s.guid <> all(${present}::text[]) and s.seen_at > now() - interval '7 days'
        and exists (
          select from article_sources other join articles older on older.id = other.article_id
          where other.feed_id = ${feed} and other.guid = any(${present}::text[])
            and older.published_at < a.published_at))`.execute(tx);
}

/** When an article was withdrawn by the last of the feeds that brought it; null while one has it, or an editor wrote it. */
export const withdrawnAt = (article: string): RawBuilder<Date | null> => sql<Date | null>`(
  select max(withdrawn_at) from article_sources where article_id = ${sql.ref(article)}
  having bool_and(withdrawn_at is not null))`;
