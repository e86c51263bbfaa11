import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * Forgets the pictures that came a month ago and are in no open draft, and deletes the files that neither a picture
 * nor an edition needs any more. Answers how many files went.
 */
export async function forgetPictures(db: DbOrTransaction): Promise<number> {
  await sql`
    delete from pictures
    where created_at < now() - interval '30 days' and url not in (
      select article.image_url
      from editions edition
      join edition_articles listed on listed.edition_id = edition.id
      join articles article on article.id = listed.article_id
      where edition.state in ('draft', 'scheduled') and article.image_url is not null)`.execute(db);
  const { numAffectedRows = 0n } = await sql`
    delete from picture_files file
    where created_at < now() - interval '1 day'
      and not exists (select from pictures where lead_hash = file.hash)
      and not exists (select from pictures where thumbnail_hash = file.hash)
      and not exists (select from edition_pictures shown where shown.hash = file.hash)`.execute(db);
  return Number(numAffectedRows);
}
