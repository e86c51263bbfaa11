import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { addNeighbour, lookAround, matchOf, type Neighbours } from './duplicates.ts';
import type { FeedStory } from './feed-stories.ts';
import { sectionRows } from './sections.ts';

export type Stored = {
  /** Articles that the newsletter did not have before. */
  added: number;
  /** Articles that now read otherwise. */
  updated: number;
  /** Stories that changed nothing for the newsletter. */
  unchanged: number;
  /** Stories that were found to be copies of an article there was, of this newsletter or another. */
  joined: number;
};

type Source = { articleId: string; joinedBy: string | null; imageUrl: string | null };

/** The fields of an article that a feed decides. */
const fieldsOf = (story: FeedStory) => ({
  title: story.title,
  standfirst: story.standfirst,
  url: story.url,
  canonicalUrl: story.canonicalUrl,
  author: story.author,
  language: story.language,
  categories: story.categories,
  imageUrl: story.image?.url ?? null,
  imageAlt: story.image?.alt ?? null,
  imageCredit: story.image?.credit ?? null,
});

/** The ids among these that the feed has brought before. */
export async function knownGuids(
  db: DbOrTransaction,
  feedId: string,
  guids: string[],
): Promise<Map<string, Source>> {
  const rows = await db
    .selectFrom('articleSources')
    .innerJoin('articles', 'articles.id', 'articleSources.articleId')
    .select(['guid', 'articleId', 'joinedBy', 'imageUrl'])
    .where('feedId', '=', feedId)
    .where(sql<boolean>`guid = any(${guids}::text[])`)
    .execute();
  return new Map(rows.map(({ guid, ...row }) => [guid ?? '', row]));
}

/**
 * Stores what a feed brought, in one transaction: a new story becomes an article, a known one is updated
 * where the feed changed it and no editor did, a copy of an article from elsewhere is joined to it, a
 * translation becomes part of its story.
 */
export async function storeStories(
  tx: DbOrTransaction,
  feed: { id: string; newsletterId: string; sectionId: string | null },
  stories: FeedStory[],
): Promise<Stored> {
  // Two feeds with the same story at the same moment must see each other. Held for milliseconds.
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-articles'))`.execute(tx);
  const counts: Stored = { added: 0, updated: 0, unchanged: 0, joined: 0 };
  const sources = await knownGuids(
    tx,
    feed.id,
    stories.map((story) => story.guid),
  );
  const fresh = stories.filter((story) => !sources.has(story.guid));
  const around = await lookAround(tx, fresh);
  const sections = feed.sectionId ? [] : await sectionRows(tx, feed.newsletterId);

  for (const story of stories) {
    const source = sources.get(story.guid);
    if (source) {
      // What was joined reads as the source it was joined to.
      const changed = source.joinedBy === null && (await update(tx, source.articleId, story));
      counts[changed ? 'updated' : 'unchanged']++;
      continue;
    }
    const match = matchOf(story, around);
    const copyOf = match && 'articleId' in match ? match : null;
    const articleId = copyOf?.articleId ?? (await add(tx, story, around));
    const isNew = await isNewTo(tx, feed.newsletterId, articleId);
    if (match && 'translates' in match) await joinStories(tx, articleId, [match.translates]);
    await tx
      .insertInto('articleSources')
      .values({
        articleId,
        newsletterId: feed.newsletterId,
        sectionId: feed.sectionId ?? sectionNamed(story.categories, sections),
        feedId: feed.id,
        guid: story.guid,
        url: story.url,
        title: story.title,
        joinedBy: copyOf?.by ?? null,
      })
      .execute();
    sources.set(story.guid, {
      articleId,
      joinedBy: copyOf?.by ?? null,
      imageUrl: story.image?.url ?? null,
    });
    counts[isNew ? 'added' : 'unchanged']++;
    if (copyOf) counts.joined++;
  }
  // Only when they come: what an editor took apart later stays apart.
  await pairTranslations(tx, fresh);
  return counts;
}

async function add(tx: DbOrTransaction, story: FeedStory, around: Neighbours): Promise<string> {
  const { id } = await tx
    .insertInto('articles')
    .values({ ...fieldsOf(story), publishedAt: story.publishedAt })
    .returning('id')
    .executeTakeFirstOrThrow();
  addNeighbour(around, { ...story, articleId: id });
  return id;
}

async function isNewTo(tx: DbOrTransaction, newsletterId: string, articleId: string) {
  const { rows } = await sql`
    select from articles where id = ${articleId} and deleted_at is null and not exists (
      select from article_sources where article_id = ${articleId} and newsletter_id = ${newsletterId})
    `.execute(tx);
  return rows.length > 0;
}

/** True if the article reads otherwise now. What the feed no longer says is kept. */
async function update(tx: DbOrTransaction, id: string, story: FeedStory): Promise<boolean> {
  const fields = fieldsOf(story);
  const { rows } = await sql`
    with said (title, standfirst, url, canonical_url, author, language, categories, image_url, image_alt, image_credit)
      as (values (${fields.title}::text, ${fields.standfirst}::text, ${fields.url}::text,
        ${fields.canonicalUrl}::text, ${fields.author}::text, ${fields.language}::text,
        ${fields.categories}::text[], ${fields.imageUrl}::text, ${fields.imageAlt}::text,
        ${fields.imageCredit}::text)),
    merged as (
      select said.title, coalesce(nullif(said.standfirst, ''), article.standfirst) as standfirst,
        said.url, said.canonical_url, coalesce(said.author, article.author) as author,
        coalesce(said.language, article.language) as language, said.categories,
        coalesce(said.image_url, article.image_url) as image_url,
        case when said.image_url is null then article.image_alt else said.image_alt end as image_alt,
        case when said.image_url is null then article.image_credit else said.image_credit end
          as image_credit
      from said, articles article where article.id = ${id})
    update articles article set title = merged.title, standfirst = merged.standfirst, url = merged.url,
      canonical_url = merged.canonical_url, author = merged.author, language = merged.language,
      categories = merged.categories, image_url = merged.image_url, image_alt = merged.image_alt,
      image_credit = merged.image_credit, updated_at = now()
    from merged
    where article.id = ${id} and article.edited_at is null and article.deleted_at is null
      and (article.title, article.standfirst, article.url, article.canonical_url, article.author,
        article.language, article.categories, article.image_url, article.image_alt,
        article.image_credit) is distinct from (merged.title, merged.standfirst, merged.url,
        merged.canonical_url, merged.author, merged.language, merged.categories, merged.image_url,
        merged.image_alt, merged.image_credit)
    returning article.id`.execute(tx);
  return rows.length > 0;
}

/** The section that a category names, for a feed that belongs to none. */
function sectionNamed(
  categories: string[],
  sections: { id: string; slug: string; title: string }[],
): string | null {
  const names = new Set(categories.map((name) => name.trim().toLowerCase()));
  const named = sections.find(
    ({ slug, title }) => names.has(slug) || names.has(title.toLowerCase()),
  );
  return named?.id ?? null;
}

/** Stories that name one another as translations (hreflang) become one. */
async function pairTranslations(tx: DbOrTransaction, stories: FeedStory[]): Promise<void> {
  for (const story of stories) {
    if (story.translations.length === 0) continue;
    const versions = await tx
      .selectFrom('articles')
      .select(['id', 'canonicalUrl'])
      .where(
        sql<boolean>`canonical_url = any(${[story.canonicalUrl, ...story.translations]}::text[])`,
      )
      .where('deletedAt', 'is', null)
      .where('setApart', '=', false)
      .execute();
    const [first, ...others] = versions.map((version) => version.id);
    if (first && others.length > 0) await joinStories(tx, first, others);
  }
}

/** Makes articles, and all that were one story with any of them, one story: named by its oldest. */
async function joinStories(tx: DbOrTransaction, id: string, others: string[]): Promise<void> {
  await sql`
    with named as (
      select distinct coalesce(story_id, id) as story from articles
      where id = any(${[id, ...others]}::bigint[]))
    update articles set story_id = (select min(story) from named)
    where (id in (select story from named) or story_id in (select story from named)
        or id = any(${[id, ...others]}::bigint[]))
      and story_id is distinct from (select min(story) from named)`.execute(tx);
}
