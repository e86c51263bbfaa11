import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { readId } from '../text/id.ts';
import { canonicalAddress } from './canonical-address.ts';
import { ArticleNotFound } from './errors.ts';
import { withdrawnAt } from './withdrawn.ts';

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
  /** What it is called where it comes from; no two articles have the same. */
  externalId: string | null;
  updatedAt: Date;
  /** When its feeds had it no more, though they have older ones; null while one has it, or an editor wrote it. */
  withdrawnAt: Date | null;
}

/** Which articles: each narrows the others. */
export interface ArticleFilter {
  /** Slug. */
  newsletter?: string | undefined;
  /** Any address that links to it, with tracking parameters or without. */
  url?: string | undefined;
  externalId?: string | undefined;
  /** Those that were made or changed at that moment or later. */
  updatedSince?: Date | undefined;
  /** `es` also finds `es-MX`. */
  language?: string | undefined;
  /** Slug; of `newsletter`, or where that is left out of any. */
  section?: string | undefined;
  /** Those that one of these newsletters has. */
  scope?: Scope;
}

async function select(
  db: DbOrTransaction,
  where: ReturnType<typeof sql>,
  newsletter: string | undefined,
  limit: number,
  scope: Scope = null,
): Promise<Article[]> {
  const narrowed = newsletter !== undefined || scope !== null;
  const { rows } = await sql<Article>`
    select article.id, article.title, article.standfirst, article.url, article.author,
      article.language, article.published_at, source.section, source.feed, article.external_id,
      article.updated_at, ${withdrawnAt('article.id')} as withdrawn_at,
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
        and ${within(scope, 'newsletter.id')}
    ) source on true
    where article.deleted_at is null and (not ${narrowed} or source.number > 0)
      and ${where}
    order by article.published_at desc, article.id desc limit ${limit}`.execute(db);
  return rows;
}

/** Articles, the newest by `publishedAt` first. `after` is the `next` of the page before. */
export async function listArticles(
  db: DbOrTransaction,
  { limit, after, ...filter }: ArticleFilter & { limit: number; after?: string | undefined },
): Promise<{ data: Article[]; next: string | null }> {
  const from = sql`(article.published_at, article.id) <
    (select published_at, id from articles where id = ${after})`;
  const where = sql`${matching(filter)} and ${after ? from : sql`true`}`;
  const rows = await select(db, where, filter.newsletter, limit + 1, filter.scope);
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

function matching(filter: ArticleFilter) {
  const { newsletter, url, externalId, updatedSince, language, section, scope = null } = filter;
  const wanted: ReturnType<typeof sql>[] = [sql`true`];
  if (url !== undefined) {
    const address = canonicalAddress(url);
    wanted.push(sql`(article.canonical_url = ${address} or article.id in (
      select article_id from article_sources where canonical_url = ${address}))`);
  }
  if (externalId !== undefined) wanted.push(sql`article.external_id = ${externalId}`);
  if (updatedSince !== undefined) wanted.push(sql`article.updated_at >= ${updatedSince}`);
  if (language !== undefined)
    wanted.push(sql`(article.language = ${language}
      or starts_with(article.language, ${`${language}-`}))`);
  if (section !== undefined)
    wanted.push(sql`article.id in (
      select source.article_id from article_sources source
      join sections section on section.id = source.section_id
      join newsletters newsletter on newsletter.id = section.newsletter_id
      where section.slug = ${section} and ${within(scope, 'newsletter.id')}
        and (${newsletter ?? null}::text is null or newsletter.slug = ${newsletter ?? null}))`);
  return sql.join(wanted, sql` and `);
}

/** One article, as the newsletters within the scope have it. Throws ArticleNotFound. */
export async function getArticle(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Article> {
  const [article] = readId(id)
    ? await select(db, sql`article.id = ${id}`, undefined, 1, scope)
    : [];
  if (!article) throw new ArticleNotFound(id);
  return article;
}

/** One article, with its section in that newsletter. Throws ArticleNotFound. */
export async function articleIn(
  db: DbOrTransaction,
  id: string,
  newsletter: string,
): Promise<Article> {
  const [article] = await select(db, sql`article.id = ${id}`, newsletter, 1);
  if (!article) throw new ArticleNotFound(id);
  return article;
}

/** The article of an external id, as the newsletters within the scope have it. Throws ArticleNotFound. */
export async function articleOf(
  db: DbOrTransaction,
  externalId: string,
  scope: Scope = null,
): Promise<Article> {
  const where = sql`article.external_id = ${externalId}`;
  const [article] = await select(db, where, undefined, 1, scope);
  if (!article) throw new ArticleNotFound(externalId);
  return article;
}
