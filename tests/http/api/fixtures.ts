import type { Db } from '../../../src/database/connection.ts';

/** An article of the newsletter `daily`, published an hour ago. */
export async function addArticle(
  db: Db,
  { title, section = 'news', hoursAgo = 1 }: { title: string; section?: string; hoursAgo?: number },
): Promise<string> {
  const place = await db
    .selectFrom('sections')
    .innerJoin('newsletters', 'newsletters.id', 'sections.newsletterId')
    .select(['sections.id as sectionId', 'newsletters.id as newsletterId'])
    .where('newsletters.slug', '=', 'daily')
    .where('sections.slug', '=', section)
    .executeTakeFirstOrThrow();
  const url = `https://news.example.org/${encodeURIComponent(title)}`;
  const at = new Date(Date.now() - hoursAgo * 3_600_000);
  const { id } = await db
    .insertInto('articles')
    .values({
      title,
      url,
      canonicalUrl: url,
      standfirst: `About ${title}.`,
      language: 'en',
      publishedAt: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('articleSources')
    .values({ articleId: id, ...place, url, title, seenAt: at })
    .execute();
  return id;
}

/** So many readers who are active on `daily`. */
export async function addReaders(db: Db, count: number): Promise<void> {
  const { id: newsletterId } = await db
    .selectFrom('newsletters')
    .select('id')
    .where('slug', '=', 'daily')
    .executeTakeFirstOrThrow();
  const since = new Date(Date.now() - 86_400_000);
  const emails = Array.from({ length: count }, (_, n) => `reader${n}@example.org`);
  const made = await db
    .insertInto('subscribers')
    .values(emails.map((email) => ({ email, emailKey: email, language: 'en' })))
    .returning('id')
    .execute();
  await db
    .insertInto('subscriptions')
    .values(
      made.map(({ id }) => ({
        newsletterId,
        subscriberId: id,
        state: 'active' as const,
        confirmedAt: since,
        activeFrom: since,
      })),
    )
    .execute();
}
