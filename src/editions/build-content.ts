import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Kind, Layout } from '../database/tables.ts';
import { newsletterOfId } from '../newsletters/newsletters.ts';
import { baseLanguage, type EditionArticle, type EditionContent, type Overlap } from './content.ts';
import type { DraftEntry } from './draft.ts';
import { draftedArticles, listEditionArticles } from './edition-articles.ts';
import { frequenciesOf } from './frequencies.ts';

/** No story comes twice to the same reader within this time, across newsletters and kinds. */
const WINDOW = 7 * 24 * 3_600_000;

/** What of an edition's row goes into its content. */
export interface EditionHead {
  id: string;
  newsletterId: string;
  number: number;
  kind: Kind;
  localDate: string;
  subject: string;
  preheader: string;
  introduction: string;
  /** Null: the newsletter's. */
  layout: Layout | null;
}

/**
 * The content of an edition as it stands, or with this list, as if it were frozen at `at`; for a
 * correction, with the revision before it.
 */
export async function buildContent(
  db: DbOrTransaction,
  edition: EditionHead,
  at: Date,
  previous?: EditionContent,
  entries?: DraftEntry[],
): Promise<EditionContent> {
  const newsletter = await newsletterOfId(db, edition.newsletterId);
  const slugs = newsletter.sections.map((section) => section.slug);
  const listed = entries
    ? await draftedArticles(db, edition, entries)
    : await listEditionArticles(db, [edition.id]);
  const articles = listed
    .filter((one) => !one.dropped)
    .map(({ article }) => ({
      ...article,
      // A section that was removed since: as an article without one.
      section: slugs.find((slug) => slug === article.section) ?? slugs[0] ?? null,
    }));
  const languages = [newsletter.language, ...articles.map((article) => article.language)];
  return {
    newsletter: {
      id: newsletter.id,
      slug: newsletter.slug,
      title: newsletter.title,
      language: newsletter.language,
      timezone: newsletter.timezone,
      from: newsletter.from,
      replyTo: newsletter.replyTo,
      private: newsletter.private,
      linkParameters: newsletter.linkParameters,
      colour: newsletter.colour,
      logo: newsletter.logo,
      typeface: newsletter.typeface,
      layout: edition.layout ?? newsletter.layout,
      sections: newsletter.sections.map(({ slug, title }) => ({ slug, title })),
    },
    edition: {
      id: edition.id,
      number: edition.number,
      kind: edition.kind,
      localDate: edition.localDate,
      subject: edition.subject || null,
      preheader: edition.preheader || null,
      introduction: edition.introduction || null,
    },
    frequencies: frequenciesOf(edition.kind, edition.localDate, newsletter.kinds),
    languages: [...new Set(languages.map(baseLanguage))],
    articles,
    overlaps: await overlapsOf(db, edition.id, articles, at, previous),
  };
}

/**
 * Editions frozen already that share stories with this one. Whichever is frozen first keeps a story;
 * so a correction looks at later editions only for the stories it adds: those it had before, they left to it.
 */
async function overlapsOf(
  db: DbOrTransaction,
  edition: string,
  articles: EditionArticle[],
  at: Date,
  previous?: EditionContent,
): Promise<Overlap[]> {
  const ids = articles.map((article) => article.id);
  const stories = articles.map((article) => article.story);
  const { rows } = await sql<{ edition: string; theirs: string; ours: string; story: string }>`
    select other.id as edition, used.article_id as theirs, own.id as ours, own.story
    from unnest(${ids}::bigint[], ${stories}::bigint[]) as own (id, story)
    join articles version
      on version.story_id = own.story or (version.id = own.story and version.story_id is null)
    join edition_articles used on used.article_id = version.id and not used.dropped
    join editions other on other.id = used.edition_id
    where other.frozen_at > ${new Date(at.getTime() - WINDOW)} and other.id <> ${edition}
    order by other.id, used.article_id, own.id`.execute(db);
  const had = new Set(previous?.articles.map((article) => article.story));
  const earlier = new Set(previous?.overlaps.map((overlap) => overlap.edition));
  const counted = rows.filter((row) => !had.has(row.story) || earlier.has(row.edition));
  return [...Map.groupBy(counted, (row) => row.edition)].map(([id, pairs]) => ({
    edition: id,
    articles: pairs.map(({ theirs, ours }) => ({ theirs, ours })),
  }));
}
