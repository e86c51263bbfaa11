import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

const PATIENCE_MS = 5_000;

/**
 * Waits, 5 s at most, for the pictures of an edition that nobody has tried to fetch yet: a program that stores
 * articles and sends them at once would never have their pictures. Within a transaction it sees what others commit.
 */
export async function awaitPictures(db: DbOrTransaction, edition: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const { rows } = await sql`
      select from edition_articles listed
      join articles article on article.id = listed.article_id
      join pictures picture on picture.url = article.image_url
      where listed.edition_id = ${edition} and not listed.dropped
        and picture.state = 'wanted' and picture.reason is null and picture.attempts <= 1
        and exists (select from settings where key = 'pictures' and value = '"own"')
      limit 1`.execute(db);
    if (rows.length === 0) return;
    await wait(200);
  }
}
