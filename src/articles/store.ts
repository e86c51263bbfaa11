import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { addNeighbour, emptyClaims, lookAround, matchOf } from './duplicates.ts';
import type { IncomingArticle } from './incoming.ts';
import { lockArticles } from './lock.ts';
import { pairTranslations, shareStory } from './merge.ts';
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

type Source = {
  id: string;
  articleId: string;
  joinedBy: string | null;
  imageUrl: string | null;
  translations: string[];
};

/** The fields of an article that a feed decides. */
const fieldsOf = (story: IncomingArticle) => ({
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
    .select(['articleSources.id', 'guid', 'articleId', 'joinedBy', 'imageUrl', 'translations'])
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
  stories: IncomingArticle[],
): Promise<Stored> {
  await lockArticles(tx);
  const counts: Stored = { added: 0, updated: 0, unchanged: 0, joined: 0 };
  const sources = await knownGuids(
    tx,
    feed.id,
    stories.map((story) => story.guid),
  );
  const fresh = stories.filter((story) => !sources.has(story.guid));
  const around = await lookAround(tx, fresh, stories);
  const empty = emptyClaims(feed.id, fresh, around);
  for (const claim of empty) around.byClaim.delete(claim);
  const sections = feed.sectionId ? [] : await sectionRows(tx, feed.newsletterId);
  const changed: string[] = [];

  for (const story of stories) {
    const source = sources.get(story.guid);
    if (source) {
      const named = await nameTranslations(tx, source, story);
      // What was joined reads as the source it was joined to.
      const updated = source.joinedBy === null && (await update(tx, source.articleId, story));
      if (named || updated) changed.push(source.articleId);
      counts[updated ? 'updated' : 'unchanged']++;
      continue;
    }
    const meant = empty.has(story.claimedUrl ?? '') ? { ...story, claimedUrl: null } : story;
    const match = matchOf(meant, around);
    const copyOf = match && 'articleId' in match ? match : null;
    const articleId = copyOf?.articleId ?? (await add(tx, story));
    const isNew = await isNewTo(tx, feed.newsletterId, articleId);
    if (match && 'translates' in match) await shareStory(tx, [articleId, match.translates]);
    if (copyOf?.isOriginal) await readAs(tx, articleId, story, copyOf.by);
    const joinedBy = copyOf && !copyOf.isOriginal ? copyOf.by : null;
    const { id } = await tx
      .insertInto('articleSources')
      .values({
        articleId,
        newsletterId: feed.newsletterId,
        sectionId: feed.sectionId ?? sectionNamed(story.categories, sections),
        feedId: feed.id,
        guid: story.guid,
        url: story.url,
        title: story.title,
        canonicalUrl: story.canonicalUrl,
        claimedUrl: story.claimedUrl,
        translations: story.translations,
        joinedBy,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { image, translations, canonicalUrl: sourceUrl } = story;
    const imageUrl = image?.url ?? null;
    addNeighbour(around, { ...meant, sourceUrl, feedId: feed.id, articleId, isRemoved: false });
    sources.set(story.guid, { id, articleId, joinedBy, translations, imageUrl });
    changed.push(articleId);
    counts[isNew ? 'added' : 'unchanged']++;
    if (copyOf) counts.joined++;
  }
  await pairTranslations(tx, changed);
  return counts;
}

/** Adds versions in other languages that a known entry names now. True if there are any. */
async function nameTranslations(
  tx: DbOrTransaction,
  source: Source,
  story: IncomingArticle,
): Promise<boolean> {
  const known = new Set(source.translations);
  if (story.translations.every((address) => known.has(address))) return false;
  const translations = [...new Set([...source.translations, ...story.translations])].slice(-50);
  await tx
    .updateTable('articleSources')
    .set({ translations })
    .where('id', '=', source.id)
    .execute();
  return true;
}

/** Makes an article read as a story that came after its copies: they are joined to it from now on. */
async function readAs(
  tx: DbOrTransaction,
  id: string,
  story: IncomingArticle,
  joinedBy: 'guid' | 'url' | 'canonical' | 'title',
): Promise<void> {
  await tx
    .updateTable('articleSources')
    .set({ joinedBy })
    .where('articleId', '=', id)
    .where('joinedBy', 'is', null)
    .execute();
  await update(tx, id, story);
}

async function add(tx: DbOrTransaction, story: IncomingArticle): Promise<string> {
  const { id } = await tx
    .insertInto('articles')
    .values({ ...fieldsOf(story), publishedAt: story.publishedAt })
    .returning('id')
    .executeTakeFirstOrThrow();
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
async function update(tx: DbOrTransaction, id: string, story: IncomingArticle): Promise<boolean> {
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
