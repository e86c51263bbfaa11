import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * Takes on a form that was sent, named by the hash of all that was in it. False: it was sent before, and is done or
 * being done. One that has been at work for a minute was lost with its process.
 */
export async function beginPost(db: DbOrTransaction, key: Buffer): Promise<boolean> {
  const { rows } = await sql`
    insert into form_posts (key) values (${key})
    on conflict (key) do update set created_at = now()
      where form_posts.location is null and form_posts.created_at < now() - interval '1 minute'
    returning key`.execute(db);
  return rows.length > 0;
}

/** Notes where a form's sender was led; without it, the form may be sent again. */
export async function endPost(
  db: DbOrTransaction,
  key: Buffer,
  location: string | undefined,
): Promise<void> {
  if (location === undefined) await db.deleteFrom('formPosts').where('key', '=', key).execute();
  else await db.updateTable('formPosts').set({ location }).where('key', '=', key).execute();
}

/** Where the sender of the same form was led; undefined while it is being worked on. */
export async function postedBefore(db: DbOrTransaction, key: Buffer): Promise<string | undefined> {
  const found = await db
    .selectFrom('formPosts')
    .select('location')
    .where('key', '=', key)
    .executeTakeFirst();
  return found?.location ?? undefined;
}
