import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { UnknownArticles } from './errors.ts';

/** What a joining or separating changed: give it to `restoreStories` to undo it. */
export type StoriesBefore = { id: string; storyId: string | null; setApart: boolean }[];

/**
 * Says that articles translate each other: from now on they are one story, with all that were joined
 * to any of them before. A story is named by the id of its oldest article. Throws UnknownArticles.
 */
export async function joinArticles(tx: DbOrTransaction, ids: string[]): Promise<StoriesBefore> {
  const before = await withVersions(tx, ids);
  await regroup(tx, before, true);
  return before;
}

/**
 * Says that an article is a story of its own after all, whatever its feeds say from now on. Throws
 * UnknownArticles.
 */
export async function separateArticle(tx: DbOrTransaction, id: string): Promise<StoriesBefore> {
  const before = await withVersions(tx, [id]);
  await tx
    .updateTable('articles')
    .set({ storyId: null, setApart: true })
    .where('id', '=', id)
    .execute();
  // The story may have been named after this article: the others need a name of their own.
  const others = before.filter((other) => other.id !== id);
  await regroup(tx, others, false);
  return before;
}

/** Undoes a joining or separating: every article it changed is of the story it was of before. */
export async function restoreStories(tx: DbOrTransaction, before: StoriesBefore): Promise<void> {
  for (const { id, ...story } of before) {
    await tx.updateTable('articles').set(story).where('id', '=', id).execute();
  }
}

async function regroup(tx: DbOrTransaction, group: { id: string }[], joined: boolean) {
  const ids = group.map(({ id }) => id);
  await sql`
    update articles set set_apart = set_apart and not ${joined},
      story_id = case when ${ids.length} > 1
        then (select min(id) from unnest(${ids}::bigint[]) as id) end
    where id = any(${ids}::bigint[])`.execute(tx);
}

async function withVersions(tx: DbOrTransaction, ids: string[]): Promise<StoriesBefore> {
  const numbers = ids.filter((id) => /^\d{1,18}$/.test(id));
  const { rows } = await sql<StoriesBefore[number]>`
    with named as (
      select coalesce(story_id, id) as story from articles where id = any(${numbers}::bigint[]))
    select id, story_id, set_apart from articles
    where story_id in (select story from named)
      or (story_id is null and id in (select story from named))
    order by id for no key update`.execute(tx);
  const found = new Set(rows.map((row) => row.id));
  const unknown = ids.filter((id) => !found.has(id));
  if (unknown.length > 0) throw new UnknownArticles(unknown);
  return rows;
}
