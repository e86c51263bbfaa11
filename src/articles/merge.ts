import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { readId } from '../text/id.ts';
import { UnknownArticles } from './errors.ts';
import { isSameSite } from './same-site.ts';

/** What a joining or separating changed: give it to `restoreStories` to undo it. */
export type StoriesBefore = { id: string; storyId: string | null; setApart: boolean }[];

/**
 * Says that articles translate each other: from now on they are one story, with all that were joined
 * to any of them before. A story is named by the id of its oldest article. Throws UnknownArticles.
 */
export async function joinArticles(tx: DbOrTransaction, ids: string[]): Promise<StoriesBefore> {
  const before = await versionsOf(tx, ids);
  await regroup(tx, before, true);
  return before;
}

/**
 * Says that an article is a story of its own after all, whatever its feeds say from now on. Throws
 * UnknownArticles.
 */
export async function separateArticle(tx: DbOrTransaction, id: string): Promise<StoriesBefore> {
  const before = await partFromStory(tx, id);
  await tx.updateTable('articles').set({ setApart: true }).where('id', '=', id).execute();
  return before;
}

/** Takes an article out of its story; what its feeds say may bring it back. Throws UnknownArticles. */
export async function partFromStory(tx: DbOrTransaction, id: string): Promise<StoriesBefore> {
  const before = await versionsOf(tx, [id]);
  await tx.updateTable('articles').set({ storyId: null }).where('id', '=', id).execute();
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

/** Makes articles, and all that were one story with any of them, one story: named by its oldest. */
export async function shareStory(tx: DbOrTransaction, ids: string[]): Promise<void> {
  await sql`
    with named as (
      select distinct coalesce(story_id, id) as story from articles where id = any(${ids}::bigint[]))
    update articles set story_id = (select min(story) from named)
    where (id in (select story from named) or story_id in (select story from named)
        or id = any(${ids}::bigint[]))
      and story_id is distinct from (select min(story) from named)`.execute(tx);
}

/**
 * Makes these articles one story with those that they name as translations (hreflang), or that name them,
 * whichever came first. Not with what an editor took out of a story.
 */
export async function pairTranslations(tx: DbOrTransaction, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  type Pair = { id: string; other: string; claimed: string | null; by: string | null };
  const { rows } = await sql<Pair>`
    with own as (
      select article.id, coalesce(source.canonical_url, article.canonical_url) as address,
        source.claimed_url as claimed, source.translations
      from article_sources source join articles article on article.id = source.article_id
      where article.id = any(${ids}::bigint[]) and article.deleted_at is null
        and not article.set_apart),
    pairs (id, other, claimed, by) as (
      select own.id, other.id, null, null from own
        join articles other on other.canonical_url = any(own.translations)
      union select own.id, other.article_id, null, null from own
        join article_sources other on other.canonical_url = any(own.translations)
      union select own.id, other.article_id, other.claimed_url, other.canonical_url from own
        join article_sources other on other.claimed_url = any(own.translations)
      union select own.id, other.article_id, null, null from own
        join article_sources other on other.translations @> array[own.address]
      union select own.id, other.article_id, own.claimed, own.address from own
        join article_sources other on other.translations @> array[own.claimed])
    select pairs.* from pairs join articles other on other.id = pairs.other
    where pairs.id <> pairs.other and other.deleted_at is null and not other.set_apart`.execute(tx);
  for (const { id, other, claimed, by } of rows) {
    // A page can claim any address; only in its own site's is it believed.
    if (claimed !== null && (by === null || !isSameSite(claimed, by))) continue;
    await shareStory(tx, [id, other]);
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

/** The stories of these articles with all their versions, as they are. Throws UnknownArticles. */
export async function versionsOf(tx: DbOrTransaction, ids: string[]): Promise<StoriesBefore> {
  const numbers = ids.filter((id) => readId(id));
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
