import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { readId } from '../text/id.ts';
import { canonicalAddress } from './canonical-address.ts';
import { ArticleNotFound, NothingJoined } from './errors.ts';
import {
  partFromStory,
  restoreStories,
  type StoriesBefore,
  shareStory,
  versionsOf,
} from './merge.ts';

/** Where an article came from: one line a feed that brought it, or an editor who wrote it. */
export interface Source {
  id: string;
  newsletter: string;
  section: string | null;
  feed: string | null;
  url: string;
  title: string;
  /** By what it was found to be the same story; null: the article was made from it. */
  joinedBy: 'guid' | 'url' | 'canonical' | 'title' | 'operator' | null;
  seenAt: Date;
}

/** What was joined into an article in newsletters within the scope, the source it was made from first. */
export async function listSources(
  db: DbOrTransaction,
  articleId: string,
  scope: Scope = null,
): Promise<Source[]> {
  if (!readId(articleId)) throw new ArticleNotFound(articleId);
  const { rows } = await sql<Source>`
    select source.id, newsletter.slug as newsletter, section.slug as section, source.feed_id as feed,
      source.url, source.title, source.joined_by, source.seen_at
    from article_sources source
    join newsletters newsletter on newsletter.id = source.newsletter_id
    left join sections section on section.id = source.section_id
    where source.article_id = ${articleId} and ${within(scope, 'source.newsletter_id')}
    order by source.joined_by is not null, source.id`.execute(db);
  return rows;
}

/** What a joining or separating of copies changed: give it to `restoreSources` to undo it. */
export interface SourcesBefore {
  sources: { id: string; articleId: string; joinedBy: Source['joinedBy'] }[];
  stories: StoriesBefore;
  /** The article that was removed (`wasThere`), or made, by it. */
  copy: { id: string; of: string; wasThere: boolean };
}

/**
 * Undoes a joining: the source becomes an article of its own, with the headline and address it came
 * with, and stays one when its feed is read again. One that an editor had joined is as it was before.
 * Throws NothingJoined. Returns the article's id.
 */
export async function separateSource(
  tx: DbOrTransaction,
  articleId: string,
  sourceId: string,
): Promise<{ id: string; before: SourcesBefore }> {
  const source =
    readId(articleId) && readId(sourceId)
      ? await tx
          .selectFrom('articleSources')
          .innerJoin('articles', 'articles.id', 'articleSources.articleId')
          .select(['articleSources.url', 'articleSources.title', 'articles.standfirst'])
          .select(['articles.language', 'articles.publishedAt', 'joinedBy'])
          .where('articleSources.id', '=', sourceId)
          .where('articleId', '=', articleId)
          .where('joinedBy', 'is not', null)
          .forNoKeyUpdate()
          .executeTakeFirst()
      : undefined;
  if (!source) throw new NothingJoined(sourceId);
  const { joinedBy, ...words } = source;
  const canonicalUrl = canonicalAddress(source.url);
  const id =
    (await revive(tx, canonicalUrl)) ??
    (
      await tx
        .insertInto('articles')
        .values({ ...words, canonicalUrl })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id;
  const stories = await partFromStory(tx, id);
  await tx
    .updateTable('articleSources')
    .set({ articleId: id, joinedBy: null })
    .where('id', '=', sourceId)
    .execute();
  const sources = [{ id: sourceId, articleId, joinedBy }];
  return { id, before: { sources, stories, copy: { id, of: articleId, wasThere: false } } };
}

/** The article that was emptied when it was joined to another. */
async function revive(tx: DbOrTransaction, canonicalUrl: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    update articles set deleted_at = null where id = (
      select max(id) from articles emptied
      where canonical_url = ${canonicalUrl} and deleted_at is not null
        and not exists (select from article_sources where article_id = emptied.id))
    returning id`.execute(tx);
  return rows[0]?.id;
}

/**
 * Says that two articles are one story in one language: the second's sources are joined to the first,
 * and it is removed. A reader who was sent one of them is not sent the other. Throws ArticleNotFound.
 */
export async function joinDuplicate(
  tx: DbOrTransaction,
  keep: string,
  copy: string,
): Promise<SourcesBefore> {
  const found = await tx
    .selectFrom('articles')
    .select('id')
    .where(
      'id',
      'in',
      [keep, copy].map((id) => readId(id) ?? '0'),
    )
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  for (const id of [keep, copy])
    if (keep === copy || !found.some((row) => row.id === id)) throw new ArticleNotFound(id);
  const sources = await tx
    .selectFrom('articleSources')
    .select(['id', 'articleId', 'joinedBy'])
    .where('articleId', '=', copy)
    .execute();
  const stories = await versionsOf(tx, [keep, copy]);
  await tx
    .updateTable('articleSources')
    .set({ articleId: keep, joinedBy: sql`coalesce(joined_by, 'operator')` })
    .where('articleId', '=', copy)
    .execute();
  await shareStory(tx, [keep, copy]);
  await setRemoved(tx, copy, true);
  return { sources, stories, copy: { id: copy, of: keep, wasThere: true } };
}

/** Undoes a joining or separating: every source is where it was, and joined by what it was joined by. */
export async function restoreSources(tx: DbOrTransaction, before: SourcesBefore): Promise<void> {
  const { sources, stories, copy } = before;
  for (const { id, ...source } of sources)
    await tx.updateTable('articleSources').set(source).where('id', '=', id).execute();
  await restoreStories(tx, stories);
  await setRemoved(tx, copy.id, !copy.wasThere);
  // Nobody who was sent it meanwhile gets the article it is a copy of.
  if (!copy.wasThere) await shareStory(tx, [copy.of, copy.id]);
}

async function setRemoved(tx: DbOrTransaction, id: string, removed: boolean): Promise<void> {
  await tx
    .updateTable('articles')
    .set({ deletedAt: removed ? sql<Date>`now()` : null })
    .where('id', '=', id)
    .execute();
}
