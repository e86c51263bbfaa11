import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionArticle } from './content.ts';
import type { DraftEntry } from './draft.ts';

/** An article in an edition's list, as editors see it. */
export interface ListedArticle {
  edition: string;
  pinned: boolean;
  dropped: boolean;
  article: EditionArticle;
}

/**
 * The articles of these editions in the order they are shown, pinned ones first, with the edition's
 * own wording. Includes what editors dropped, so that it can be taken back; not what was deleted.
 */
export async function listEditionArticles(
  db: DbOrTransaction,
  editions: string[],
): Promise<ListedArticle[]> {
  if (editions.length === 0) return [];
  return read(
    db,
    sql`select listed.edition_id, edition.newsletter_id, listed.article_id, listed.section,
      listed.position, listed.pinned, listed.dropped, listed.title, listed.standfirst
    from edition_articles listed join editions edition on edition.id = listed.edition_id
    where listed.edition_id = any(${editions}::bigint[])`,
  );
}

/** As `listEditionArticles`, of an edition as if its list were this one. */
export function draftedArticles(
  db: DbOrTransaction,
  edition: { id: string; newsletterId: string },
  entries: DraftEntry[],
): Promise<ListedArticle[]> {
  const list = entries.map((entry, position) => ({ ...entry, article_id: entry.id, position }));
  return read(
    db,
    sql`select ${edition.id}::bigint as edition_id, ${edition.newsletterId}::bigint as newsletter_id,
      listed.* from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as listed (article_id bigint,
        section text, position integer, pinned boolean, dropped boolean, title text, standfirst text)`,
  );
}

// A copy of ours by its path. An article has no picture until there is one, unless the newsroom's are linked.
const fileAs = (name: 'lead' | 'thumbnail') => {
  const file = sql.id(name);
  return sql`case when ${file}.hash is null then '{}' else jsonb_build_object(${sql.lit(name)},
    jsonb_build_object('url', '/p/' || ${file}.hash || '.jpg', 'width', ${file}.width, 'height', ${file}.height)) end`;
};

async function read(db: DbOrTransaction, list: ReturnType<typeof sql>): Promise<ListedArticle[]> {
  type Row = Omit<ListedArticle, 'article'> &
    Omit<EditionArticle, 'publishedAt' | 'revisedAt'> & {
      publishedAt: Date;
      revisedAt: Date | null;
    };
  const { rows } = await sql<Row>`
    select listed.edition_id as edition, listed.pinned, listed.dropped, article.id,
      coalesce(article.story_id, article.id)::text as story, listed.section,
      coalesce(article.language, newsletter.language) as language,
      coalesce(listed.title, article.title) as title,
      coalesce(listed.standfirst, article.standfirst) as standfirst,
      article.url, article.author, article.published_at, article.revised_at, article.words,
      article.categories[1] as category,
      case when article.image_url is not null and (picture.url is not null or not own.pictures)
        then jsonb_build_object('url', article.image_url, 'alt', coalesce(article.image_alt, ''),
          'credit', article.image_credit)
          || case when own.pictures then ${fileAs('lead')} || ${fileAs('thumbnail')} else '{}' end
        end as image,
      (select feed_id from article_sources where article_id = article.id
        and newsletter_id = listed.newsletter_id order by id limit 1) as feed
    from (${list}) listed
    join newsletters newsletter on newsletter.id = listed.newsletter_id
    join articles article on article.id = listed.article_id
    cross join (select exists (
      select from settings where key = 'pictures' and value = '"own"') as pictures) own
    left join pictures picture on picture.url = article.image_url and picture.state = 'ready'
    left join picture_files lead on lead.hash = picture.lead_hash
    left join picture_files thumbnail on thumbnail.hash = picture.thumbnail_hash
    where article.deleted_at is null
    order by listed.edition_id, listed.pinned desc, listed.position, article.id`.execute(db);
  return rows.map(({ edition, pinned, dropped, ...article }) => ({
    edition,
    pinned,
    dropped,
    article: {
      ...article,
      publishedAt: article.publishedAt.toISOString(),
      revisedAt: article.revisedAt?.toISOString() ?? null,
    },
  }));
}

/** Replaces the whole list of an edition by articles in this order. */
export async function putEditionArticles(
  tx: DbOrTransaction,
  edition: string,
  articles: { id: string; section: string | null }[],
): Promise<void> {
  await tx.deleteFrom('editionArticles').where('editionId', '=', edition).execute();
  if (articles.length === 0) return;
  await tx
    .insertInto('editionArticles')
    .values(
      articles.map(({ id, section }, position) => ({
        editionId: edition,
        articleId: id,
        section,
        position,
      })),
    )
    .execute();
}
