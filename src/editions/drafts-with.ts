import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';

/** An edition that has not started, and how many articles stand in it. */
export interface DraftWith {
  id: string;
  newsletter: string;
  articles: number;
}

/** The editions within the scope that have not started and hold the article; `articles` counts what they hold besides it. */
export async function draftsWith(
  db: DbOrTransaction,
  articleId: string,
  scope: Scope = null,
): Promise<DraftWith[]> {
  const { rows } = await sql<DraftWith>`
    select edition.id, newsletter.slug as newsletter, (
      select count(*)::int from edition_articles other
      join articles article on article.id = other.article_id
      where other.edition_id = edition.id and not other.dropped and article.deleted_at is null
        and article.id <> own.article_id) as articles
    from edition_articles own
    join editions edition on edition.id = own.edition_id
    join newsletters newsletter on newsletter.id = edition.newsletter_id
    where own.article_id = ${articleId} and not own.dropped and ${within(scope, 'newsletter.id')}
      and edition.state in ('draft', 'scheduled')
    order by edition.id`.execute(db);
  return rows;
}
