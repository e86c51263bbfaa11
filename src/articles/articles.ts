import { sql } from 'kysely';
import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { fieldErrors } from '../newsletters/field-errors.ts';
import { readId } from '../text/id.ts';
import { languageTag } from '../text/language-tag.ts';
import { oneLine } from '../text/one-line.ts';

import { canonicalAddress } from './canonical-address.ts';
import { ArticleExists, ArticleNotFound, InvalidArticle } from './errors.ts';
import { pairTranslations } from './merge.ts';
import { noSection, sectionsOf } from './sections.ts';

/** An article as the API shows it. */
export interface Article {
  id: string;
  title: string;
  standfirst: string;
  url: string;
  image: { url: string; alt: string; credit: string | null } | null;
  author: string | null;
  section: string | null;
  language: string | null;
  publishedAt: Date;
  /** The feed it came from first; null: an editor wrote it. */
  feed: string | null;
}

const text = (limit: number) =>
  z
    .string()
    .transform(oneLine)
    .pipe(z.string().max(limit, `is longer than ${limit} characters`));

const address = z
  .string()
  .trim()
  .max(4000, 'is longer than 4,000 characters')
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
    message: 'must be a web address that starts with https:// or http://',
  });

const fields = {
  title: text(1000).pipe(z.string().min(1, 'must not be empty')),
  standfirst: text(300).optional(),
  url: address,
  image: z
    .strictObject({
      url: address,
      alt: text(250).nullish(),
      credit: text(200).nullish(),
    })
    .nullish(),
  author: text(200).nullish(),
  section: z.string().max(100).nullish(),
  language: z
    .string()
    .refine((value) => languageTag(value) !== null, 'must be a language like en or es-MX')
    .transform(languageTag)
    .nullish(),
  publishedAt: z.iso
    .datetime({ offset: true, message: 'must be a time like 2026-03-01T07:00:00Z' })
    .transform((value) => new Date(value))
    .optional(),
};

/** What an article written by hand is made of. */
export const newArticle = z.strictObject({ newsletter: z.string().max(100), ...fields });
/** What of an article can be changed. */
export const articleChanges = z.strictObject(fields).partial();

function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidArticle(fieldErrors(result.error));
}

async function select(
  db: DbOrTransaction,
  where: ReturnType<typeof sql>,
  newsletter: string | undefined,
  limit: number,
): Promise<Article[]> {
  const { rows } = await sql<Article>`
    select article.id, article.title, article.standfirst, article.url, article.author,
      article.language, article.published_at, source.section, source.feed,
      case when article.image_url is not null then jsonb_build_object('url', article.image_url,
        'alt', coalesce(article.image_alt, ''), 'credit', article.image_credit) end as image
    from articles article
    left join lateral (
      select (array_agg(section.slug order by source.id) filter (where section.slug is not null))[1]
          as section,
        (array_agg(source.feed_id order by source.joined_by is not null, source.id))[1] as feed,
        count(*) as number
      from article_sources source
      join newsletters newsletter on newsletter.id = source.newsletter_id
      left join sections section on section.id = source.section_id
      where source.article_id = article.id
        and (${newsletter ?? null}::text is null or newsletter.slug = ${newsletter ?? null})
    ) source on true
    where article.deleted_at is null and (${newsletter ?? null}::text is null or source.number > 0)
      and ${where}
    order by article.id desc limit ${limit}`.execute(db);
  return rows;
}

/** Articles, newest first. `after` is the `next` of the page before. */
export async function listArticles(
  db: DbOrTransaction,
  page: { newsletter?: string | undefined; limit: number; after?: string | undefined },
): Promise<{ data: Article[]; next: string | null }> {
  const where = page.after ? sql`article.id < ${page.after}` : sql`true`;
  const rows = await select(db, where, page.newsletter, page.limit + 1);
  const data = rows.slice(0, page.limit);
  return { data, next: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null };
}

/** One article. Throws ArticleNotFound. */
export async function getArticle(db: DbOrTransaction, id: string): Promise<Article> {
  const [article] = readId(id) ? await select(db, sql`article.id = ${id}`, undefined, 1) : [];
  if (!article) throw new ArticleNotFound(id);
  return article;
}

async function sectionId(db: DbOrTransaction, newsletter: string, slug: string | null | undefined) {
  const known = await sectionsOf(db, newsletter);
  const found = known.sections.find((section) => section.slug === slug);
  if (slug && !found) throw new InvalidArticle([noSection(slug, known)]);
  return { newsletterId: known.id, sectionId: found?.id ?? null };
}

/**
 * Writes an article by hand: `{newsletter, title, url, standfirst?, image?, author?, section?, language?,
 * publishedAt?}`. Where another newsletter has one of that address, that one is the answer: it is now
 * this newsletter's too, in the section named, and reads as before. Throws InvalidArticle,
 * NewsletterNotFound, and ArticleExists where the newsletter has it already.
 */
export async function createArticle(
  tx: DbOrTransaction,
  input: unknown,
  now: Date,
): Promise<Article> {
  const { newsletter, section, image, publishedAt, ...words } = checked(newArticle, input);
  const place = await sectionId(tx, newsletter, section);
  const canonicalUrl = canonicalAddress(words.url);
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-articles'))`.execute(tx);
  const there = await articleAt(tx, canonicalUrl, place.newsletterId);
  if (there?.isOurs) throw new ArticleExists(there.id, words.url);
  const { id } =
    there ??
    (await tx
      .insertInto('articles')
      .values({
        ...words,
        ...picture(image),
        canonicalUrl,
        publishedAt: publishedAt ?? now,
        editedAt: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow());
  const joinedBy = there ? 'url' : null;
  await tx
    .insertInto('articleSources')
    .values({
      ...place,
      articleId: id,
      url: words.url,
      title: words.title,
      canonicalUrl,
      joinedBy,
    })
    .execute();
  await pairTranslations(tx, [id]);
  const [article] = await select(tx, sql`article.id = ${id}`, newsletter, 1);
  if (!article) throw new ArticleNotFound(id);
  return article;
}

/** The article of an address, and whether the newsletter has it. */
async function articleAt(
  tx: DbOrTransaction,
  address: string,
  newsletterId: string,
): Promise<{ id: string; isOurs: boolean } | undefined> {
  const { rows } = await sql<{ id: string; isOurs: boolean }>`
    select id, exists (select from article_sources
      where article_id = article.id and newsletter_id = ${newsletterId}) as is_ours
    from articles article
    where deleted_at is null and (canonical_url = ${address} or id in (
      select article_id from article_sources where canonical_url = ${address}))
    order by canonical_url = ${address} desc, id limit 1`.execute(tx);
  return rows[0];
}

const picture = (image: z.output<typeof fields.image>) => ({
  imageUrl: image?.url ?? null,
  imageAlt: image?.alt ?? null,
  imageCredit: image?.credit ?? null,
});

/**
 * Changes an article; what is not named stays, and its feed no longer overwrites it. A section is one of
 * the newsletter it came to first. Throws InvalidArticle, ArticleNotFound.
 */
export async function updateArticle(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
): Promise<Article> {
  const { section, image, ...words } = checked(articleChanges, input);
  const before = await getArticle(tx, id);
  if (section !== undefined && section !== before.section) {
    const source = await tx
      .selectFrom('articleSources')
      .innerJoin('newsletters', 'newsletters.id', 'articleSources.newsletterId')
      .select('newsletters.slug')
      .where('articleId', '=', id)
      .orderBy('articleSources.id')
      .executeTakeFirstOrThrow();
    await tx
      .updateTable('articleSources')
      .set({ sectionId: (await sectionId(tx, source.slug, section)).sectionId })
      .where('articleId', '=', id)
      .where('newsletterId', '=', (await sectionsOf(tx, source.slug)).id)
      .execute();
  }
  await tx
    .updateTable('articles')
    .set({
      ...words,
      ...(image === undefined ? {} : picture(image)),
      ...(words.url === undefined ? {} : { canonicalUrl: canonicalAddress(words.url) }),
      editedAt: now,
      updatedAt: now,
    })
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .execute();
  return getArticle(tx, id);
}

/** Removes an article: no edition takes it any more, and its feed does not bring it back. */
export async function deleteArticle(tx: DbOrTransaction, id: string, now: Date): Promise<Article> {
  const article = await getArticle(tx, id);
  await tx.updateTable('articles').set({ deletedAt: now }).where('id', '=', id).execute();
  return article;
}
