import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { canonicalAddress } from './canonical-address.ts';
import { ArticleExists } from './errors.ts';
import { articleAt, holderOf } from './identify.ts';
import { articleOfExternalId, checked, imageColumns, readExternalId } from './input.ts';
import { type Article, articleIn } from './list.ts';
import { lockArticles } from './lock.ts';
import { pairTranslations } from './merge.ts';
import { findSection } from './sections.ts';
import { requireNotShared } from './within-scope.ts';

/**
 * Makes the article of an external id, or makes it read as the input says: `made` tells which. What is left
 * out is emptied, except `publishedAt` and `section`, which stay. An article of the same address that has
 * no external id takes this one; one that was removed comes back. However many ask at once, there is one
 * article. Throws InvalidArticle, NewsletterNotFound, and ArticleExists where the address is that of an
 * article with another external id; ArticleShared where a newsletter outside of the scope has it.
 */
export async function putArticle(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
  scope: Scope = null,
): Promise<{ article: Article; made: boolean }> {
  const externalId = readExternalId(id);
  const { newsletter, section, image, publishedAt, ...words } = checked(articleOfExternalId, input);
  const place = await findSection(tx, newsletter, section, scope);
  const canonicalUrl = canonicalAddress(words.url);
  await lockArticles(tx);
  const found = await find(tx, { externalId, url: words.url, canonicalUrl }, place.newsletterId);
  if (found) await requireNotShared(tx, scope, found.id);
  const columns = {
    standfirst: '',
    author: null,
    language: null,
    ...words,
    ...imageColumns(image),
    externalId,
    canonicalUrl,
    editedAt: now,
    updatedAt: now,
  };
  const articleId = found
    ? found.id
    : (
        await tx
          .insertInto('articles')
          .values({ ...columns, publishedAt: publishedAt ?? now })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id;
  if (found)
    await tx
      .updateTable('articles')
      .set({ ...columns, ...(publishedAt ? { publishedAt } : {}), deletedAt: null })
      .where('id', '=', articleId)
      .execute();
  await putSource(tx, articleId, {
    newsletterId: place.newsletterId,
    ...(section === undefined ? {} : { sectionId: place.sectionId }),
    url: words.url,
    title: words.title,
    canonicalUrl,
    joinedBy: found ? (found.by ?? null) : null,
  });
  await pairTranslations(tx, [articleId]);
  return { article: await articleIn(tx, articleId, newsletter), made: !found };
}

/** The article that is meant; `by` what it is known as the same, if it has sources already. */
async function find(
  tx: DbOrTransaction,
  wanted: { externalId: string; url: string; canonicalUrl: string },
  newsletterId: string,
): Promise<{ id: string; by?: 'guid' | 'url' } | undefined> {
  const holder = await holderOf(tx, wanted.externalId);
  const there =
    (await articleAt(tx, wanted.canonicalUrl, newsletterId)) ??
    (holder?.isEmptied ? await articleAt(tx, holder.canonicalUrl, newsletterId) : undefined);
  if (holder && !holder.isEmptied) {
    if (there && there.id !== holder.id) throw new ArticleExists(there.id, wanted.url);
    return { id: holder.id, by: 'guid' };
  }
  if (!there) return holder;
  if (there.externalId !== null) throw new ArticleExists(there.id, wanted.url);
  // It was joined to that one, which is called so from now on.
  if (holder)
    await tx
      .updateTable('articles')
      .set({ externalId: null })
      .where('id', '=', holder.id)
      .execute();
  return { id: there.id, by: 'url' };
}

/** Says that the newsletter has the article, and in which section. */
async function putSource(
  tx: DbOrTransaction,
  articleId: string,
  source: {
    newsletterId: string;
    sectionId?: string | null;
    url: string;
    title: string;
    canonicalUrl: string;
    joinedBy: 'guid' | 'url' | null;
  },
): Promise<void> {
  const { newsletterId, sectionId } = source;
  const present = await tx
    .selectFrom('articleSources')
    .select('id')
    .where('articleId', '=', articleId)
    .where('newsletterId', '=', newsletterId)
    .executeTakeFirst();
  if (!present)
    await tx
      .insertInto('articleSources')
      .values({ ...source, articleId })
      .execute();
  else if (sectionId !== undefined)
    await tx
      .updateTable('articleSources')
      .set({ sectionId })
      .where('articleId', '=', articleId)
      .where('newsletterId', '=', newsletterId)
      .execute();
}
