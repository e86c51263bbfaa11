import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { canonicalAddress } from './canonical-address.ts';
import { ArticleExists, ExternalIdTaken } from './errors.ts';
import { articleAt, holderOf } from './identify.ts';
import { articleChanges, checked, imageColumns, newArticle } from './input.ts';
import { type Article, articleIn, getArticle } from './list.ts';
import { lockArticles } from './lock.ts';
import { pairTranslations } from './merge.ts';
import { findSection, sectionsOf } from './sections.ts';
import { requireNotShared } from './within-scope.ts';

/**
 * Writes an article by hand: `{newsletter, title, url, standfirst?, image?, author?, section?, language?,
 * publishedAt?, externalId?}`. Where another newsletter has one of that address, that one is the answer: it is now
 * this newsletter's too, in the section named, and reads as before. Throws InvalidArticle,
 * NewsletterNotFound, ArticleExists where the newsletter has it already, ExternalIdTaken, and ArticleShared where it
 * would be called otherwise in a newsletter outside of the scope.
 */
export async function createArticle(
  tx: DbOrTransaction,
  input: unknown,
  now: Date,
  scope: Scope = null,
): Promise<Article> {
  const { newsletter, section, image, publishedAt, ...words } = checked(newArticle, input);
  const place = await findSection(tx, newsletter, section, scope);
  const canonicalUrl = canonicalAddress(words.url);
  await lockArticles(tx);
  const there = await articleAt(tx, canonicalUrl, place.newsletterId);
  if (there?.isOurs) throw new ArticleExists(there.id, words.url);
  const { externalId } = words;
  if (externalId !== undefined) {
    await requireFree(tx, externalId, there?.id);
    if (there) await requireNotShared(tx, scope, there.id);
    if (there) await giveExternalId(tx, there, externalId, words.url);
  }
  const { id } =
    there ??
    (await tx
      .insertInto('articles')
      .values({
        ...words,
        ...imageColumns(image),
        canonicalUrl,
        publishedAt: publishedAt ?? now,
        editedAt: now,
        updatedAt: now,
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
  return articleIn(tx, id, newsletter);
}

/**
 * Changes an article; what is not named stays, and its feed no longer overwrites it. A section is one of
 * the newsletter it came to first. Throws InvalidArticle, ArticleNotFound,
 * ExternalIdTaken.
 */
export async function updateArticle(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
): Promise<Article> {
  const { section, image, ...words } = checked(articleChanges, input);
  if (words.externalId) {
    await lockArticles(tx);
    await requireFree(tx, words.externalId, id);
  }
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
      .set({ sectionId: (await findSection(tx, source.slug, section)).sectionId })
      .where('articleId', '=', id)
      .where('newsletterId', '=', (await sectionsOf(tx, source.slug)).id)
      .execute();
  }
  await tx
    .updateTable('articles')
    .set({
      ...words,
      ...(image === undefined ? {} : imageColumns(image)),
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

/** Throws ExternalIdTaken where another article than `own` has it. */
async function requireFree(tx: DbOrTransaction, externalId: string, own: string | undefined) {
  const holder = await holderOf(tx, externalId);
  if (holder && holder.id !== own) throw new ExternalIdTaken(holder.id, externalId);
}

/** Calls an article so that has no external id yet. Throws ArticleExists where it has another. */
async function giveExternalId(
  tx: DbOrTransaction,
  article: { id: string; externalId: string | null },
  externalId: string,
  url: string,
): Promise<void> {
  const wanted = article.externalId ?? externalId;
  if (wanted !== externalId) throw new ArticleExists(article.id, url);
  await tx.updateTable('articles').set({ externalId }).where('id', '=', article.id).execute();
}
