import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import {
  addNeighbour,
  emptyClaims,
  lookAround,
  type Match,
  matchOf,
  type Neighbours,
} from './duplicates.ts';
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
  words: story.words,
  revisedAt: story.revisedAt,
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

/** What an entry of a feed is to the articles there are. */
type Place =
  | { kind: 'known'; source: Source }
  | { kind: 'copy'; articleId: string; by: CopyOf['by']; isOriginal: boolean }
  | { kind: 'new'; translates: string | null };

type CopyOf = Extract<Match, { articleId: string }>;

/** The feed that is stored, and the sections of its newsletter where it belongs to none. */
interface Into {
  id: string;
  newsletterId: string;
  sectionId: string | null;
  sections: { id: string; slug: string; title: string }[];
}

function placeOf(entry: IncomingArticle, source: Source | undefined, around: Neighbours): Place {
  if (source) return { kind: 'known', source };
  const match = matchOf(entry, around);
  if (!match || 'translates' in match)
    return { kind: 'new', translates: match?.translates ?? null };
  return { kind: 'copy', ...match, isOriginal: match.isOriginal ?? false };
}

/**
 * Stores what a feed brought, in one transaction: a new entry becomes an article, a known one is updated
 * where the feed changed it and no editor did, a copy of an article from elsewhere is joined to it, a
 * translation becomes part of its story.
 */
export async function storeIncoming(
  tx: DbOrTransaction,
  feed: { id: string; newsletterId: string; sectionId: string | null },
  entries: IncomingArticle[],
): Promise<Stored> {
  await lockArticles(tx);
  const counts: Stored = { added: 0, updated: 0, unchanged: 0, joined: 0 };
  const guids = entries.map((entry) => entry.guid);
  const sources = await knownGuids(tx, feed.id, guids);
  const fresh = entries.filter((entry) => !sources.has(entry.guid));
  const around = await lookAround(tx, fresh, entries);
  const empty = emptyClaims(feed.id, fresh, around);
  for (const claim of empty) around.byClaim.delete(claim);
  const into = {
    ...feed,
    sections: feed.sectionId ? [] : await sectionRows(tx, feed.newsletterId),
  };
  const changed: string[] = [];

  for (const entry of entries) {
    const meant = empty.has(entry.claimedUrl ?? '') ? { ...entry, claimedUrl: null } : entry;
    const place = placeOf(meant, sources.get(entry.guid), around);
    if (place.kind === 'known') {
      const { source } = place;
      const named = await nameTranslations(tx, source, entry);
      // What was joined reads as the source it was joined to.
      const updated = source.joinedBy === null && (await update(tx, source.articleId, entry));
      if (named || updated) changed.push(source.articleId);
      counts[updated ? 'updated' : 'unchanged']++;
      continue;
    }
    const { source, isNew } = await addEntry(tx, into, entry, place);
    const { articleId } = source;
    const sourceUrl = entry.canonicalUrl;
    addNeighbour(around, { ...meant, sourceUrl, feedId: feed.id, articleId, isRemoved: false });
    sources.set(entry.guid, source);
    changed.push(articleId);
    counts[isNew ? 'added' : 'unchanged']++;
    if (place.kind === 'copy') counts.joined++;
  }
  await pairTranslations(tx, changed);
  return counts;
}

/** Writes an entry that the feed has not brought before: as an article, or as one more source of the one it copies. */
async function addEntry(
  tx: DbOrTransaction,
  feed: Into,
  entry: IncomingArticle,
  place: Exclude<Place, { kind: 'known' }>,
): Promise<{ source: Source; isNew: boolean }> {
  const articleId = place.kind === 'copy' ? place.articleId : await add(tx, entry);
  const isNew = await isNewTo(tx, feed.newsletterId, articleId);
  if (place.kind === 'new' && place.translates) await shareStory(tx, [articleId, place.translates]);
  const takesOver = place.kind === 'copy' && place.isOriginal;
  if (takesOver) await readAs(tx, articleId, entry, place.by);
  const joinedBy = place.kind === 'copy' && !takesOver ? place.by : null;
  const { image, translations } = entry;
  const { id } = await tx
    .insertInto('articleSources')
    .values({
      articleId,
      newsletterId: feed.newsletterId,
      sectionId: feed.sectionId ?? sectionNamed(entry.categories, feed.sections),
      feedId: feed.id,
      guid: entry.guid,
      url: entry.url,
      title: entry.title,
      canonicalUrl: entry.canonicalUrl,
      claimedUrl: entry.claimedUrl,
      translations,
      joinedBy,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { source: { id, articleId, joinedBy, translations, imageUrl: image?.url ?? null }, isNew };
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
    with said (title, standfirst, url, canonical_url, author, language, categories, image_url, image_alt, image_credit,
      words, revised_at) as (values (${fields.title}::text, ${fields.standfirst}::text, ${fields.url}::text,
        ${fields.canonicalUrl}::text, ${fields.author}::text, ${fields.language}::text,
        ${fields.categories}::text[], ${fields.imageUrl}::text, ${fields.imageAlt}::text,
        ${fields.imageCredit}::text, ${fields.words}::integer, ${fields.revisedAt}::timestamptz)),
    merged as (
      select said.title, coalesce(nullif(said.standfirst, ''), article.standfirst) as standfirst,
        said.url, said.canonical_url, coalesce(said.author, article.author) as author,
        coalesce(said.language, article.language) as language, said.categories,
        coalesce(said.image_url, article.image_url) as image_url,
        case when said.image_url is null then article.image_alt else said.image_alt end as image_alt,
        case when said.image_url is null then article.image_credit else said.image_credit end
          as image_credit,
        coalesce(said.words, article.words) as words,
        coalesce(said.revised_at, article.revised_at) as revised_at
      from said, articles article where article.id = ${id})
    update articles article set title = merged.title, standfirst = merged.standfirst, url = merged.url,
      canonical_url = merged.canonical_url, author = merged.author, language = merged.language,
      categories = merged.categories, image_url = merged.image_url, image_alt = merged.image_alt,
      image_credit = merged.image_credit, words = merged.words, revised_at = merged.revised_at, updated_at = now()
    from merged
    where article.id = ${id} and article.edited_at is null and article.deleted_at is null
      and (article.title, article.standfirst, article.url, article.canonical_url, article.author,
        article.language, article.categories, article.image_url, article.image_alt,
        article.image_credit, article.words, article.revised_at) is distinct from (merged.title, merged.standfirst, merged.url,
        merged.canonical_url, merged.author, merged.language, merged.categories, merged.image_url,
        merged.image_alt, merged.image_credit, merged.words, merged.revised_at)
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
