import { sql } from 'kysely';
import { backOffMs } from '../backoff.ts';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { type PictureFile, storePictureFile } from './files.ts';

/** A picture to be fetched now. */
export interface WantedPicture {
  url: string;
  /** This one included. */
  attempts: number;
}

const MOST_ATTEMPTS = 5;

/**
 * Asks for the pictures of open drafts that nobody asked for when their article came: it was old then, or what was
 * made of its picture has been forgotten.
 */
export async function wantPicturesOfDrafts(db: DbOrTransaction): Promise<void> {
  await sql`
    insert into pictures (url)
    select distinct article.image_url
    from editions edition
    join edition_articles listed on listed.edition_id = edition.id and not listed.dropped
    join articles article on article.id = listed.article_id
    where edition.state in ('draft', 'scheduled')
      and article.image_url ~* '^https?://' and octet_length(article.image_url) <= 2000
      and not exists (select from pictures where url = article.image_url)
    order by article.image_url
    on conflict do nothing`.execute(db);
}

/**
 * Takes a picture that is due, for two minutes, if there is one; those that failed least come first. None of the
 * hosts that are `busy`.
 */
export async function claimPicture(
  db: DbOrTransaction,
  busy: string[],
): Promise<WantedPicture | undefined> {
  const { rows } = await sql<WantedPicture>`
    update pictures set attempts = attempts + 1, next_at = now() + interval '2 minutes'
    where url = (
      select url from pictures
      where state = 'wanted' and next_at <= now() and lower(split_part(url, '/', 3)) <> all(${busy}::text[])
      order by attempts, next_at limit 1 for update skip locked)
    returning url, attempts`.execute(db);
  return rows[0];
}

/** The host of a picture's address, as `claimPicture` names it. */
export const hostOf = (url: string): string => (url.split('/')[2] ?? '').toLowerCase();

/** Stores what a picture became; null for both where it cannot be used, for that reason. */
export async function settlePicture(
  db: Db,
  url: string,
  {
    lead,
    thumbnail,
    reason = null,
  }: { lead: PictureFile | null; thumbnail: PictureFile | null; reason?: string | null },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const leadHash = lead && (await storePictureFile(tx, lead));
    const thumbnailHash = thumbnail && (await storePictureFile(tx, thumbnail));
    const state = lead || thumbnail ? 'ready' : 'unusable';
    await tx
      .updateTable('pictures')
      .set({ state, reason, leadHash, thumbnailHash })
      .where('url', '=', url)
      .where('state', '=', 'wanted')
      .execute();
  });
}

/** Nobody can say yet what is there: it is tried again, later each time, and given up after the fifth. */
export async function postponePicture(
  db: DbOrTransaction,
  { url, attempts }: WantedPicture,
  reason: string,
): Promise<void> {
  const wait = backOffMs(attempts, { firstMs: 20_000, longestMs: 3_600_000 });
  await sql`
    update pictures set reason = ${reason}, next_at = now() + ${wait} * interval '1 millisecond',
      state = case when attempts >= ${MOST_ATTEMPTS} then 'unusable' else 'wanted' end
    where url = ${url} and state = 'wanted'`.execute(db);
}

/** Gives back a picture whose fetching was broken off, for the next worker. */
export async function releasePicture(db: DbOrTransaction, url: string): Promise<void> {
  await sql`
    update pictures set attempts = attempts - 1, next_at = now()
    where url = ${url} and state = 'wanted'`.execute(db);
}
