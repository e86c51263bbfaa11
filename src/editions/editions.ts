import type { Selectable } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Database, DeliveryState, EditionState, Kind } from '../database/tables.ts';
import { noticesInWords } from '../locales/notices.ts';
import { readId } from '../text/id.ts';
import type { EditionArticle, EditionContent } from './content.ts';
import { listEditionArticles } from './edition-articles.ts';

/** An edition with what belongs to it, before the ledger is put to it. */
export interface Edition extends Selectable<Omit<Database['editions'], 'planCursor' | 'planner'>> {
  newsletter: { slug: string; title: string; language: string; timezone: string };
  /** What it holds: the frozen articles of its newest revision, else the draft's. */
  articles: EditionArticle[];
}

export type Ledger = Record<DeliveryState, number>;

/** One edition by its id. */
export async function getEdition(db: DbOrTransaction, id: string): Promise<Edition | undefined> {
  if (!readId(id)) return undefined;
  const row = await editions(db).where('editions.id', '=', id).executeTakeFirst();
  const [edition] = row ? await withArticles(db, [row]) : [];
  return edition;
}

/** Editions, newest first. `after` is the `next` of the page before; `next` is null on the last page. */
export async function listEditions(
  db: DbOrTransaction,
  page: {
    newsletter?: string;
    kind?: Kind;
    state?: EditionState;
    scope?: Scope;
    limit: number;
    after?: string;
  },
): Promise<{ data: Edition[]; next: string | null }> {
  let query = editions(db)
    .where(within(page.scope ?? null, 'editions.newsletterId'))
    .orderBy('editions.id', 'desc')
    .limit(page.limit + 1);
  if (page.newsletter) query = query.where('newsletters.slug', '=', page.newsletter);
  if (page.kind) query = query.where('editions.kind', '=', page.kind);
  if (page.state) query = query.where('editions.state', '=', page.state);
  if (page.after && readId(page.after)) {
    query = query.where('editions.id', '<', page.after);
  }
  const rows = await query.execute();
  const data = await withArticles(db, rows.slice(0, page.limit));
  return { data, next: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null };
}

/**
 * An edition as the API shows it, with its ledger and the wording its readers see. `now` ends the time
 * of one that is still being sent; `language` is that of its `reason`.
 */
export function editionShape(
  edition: Edition,
  ledger: Ledger,
  now: Date,
  { warnings, ...wording }: { subject: string; preheader: string; warnings: string[] },
  language = 'en',
) {
  const { newsletter, articles } = edition;
  const end = edition.finishedAt ?? now;
  const seconds = edition.startedAt ? (end.getTime() - edition.startedAt.getTime()) / 1000 : 0;
  return {
    id: edition.id,
    newsletter: newsletter.slug,
    number: edition.number,
    kind: edition.kind,
    localDate: edition.localDate,
    state: edition.state,
    reason: reasonOf(edition, language),
    heldBy: edition.heldBy,
    warnings,
    revision: edition.revision,
    ...wording,
    introduction: edition.introduction,
    layout: edition.layout,
    articles: articles.map(({ story: _story, ...article }) => article),
    sendAt: edition.sendAt,
    startedAt: edition.startedAt,
    plannedAt: edition.plannedAt,
    finishedAt: edition.finishedAt,
    audience: edition.audience,
    ledger,
    messagesPerSecond: seconds > 0 ? Math.round((ledger.sent / seconds) * 100) / 100 : null,
  };
}

/** The one field that says both, as scripts of before `heldBy` read it: the sentence, else the word for what holds it. */
function reasonOf(
  { heldBy, statusText }: Pick<Edition, 'heldBy' | 'statusText'>,
  language: string,
): string | null {
  if (statusText !== null) return noticesInWords(statusText, language);
  return heldBy === 'editor' ? 'held' : heldBy;
}

const editions = (db: DbOrTransaction) =>
  db
    .selectFrom('editions')
    .innerJoin('newsletters', 'newsletters.id', 'editions.newsletterId')
    .leftJoin('revisions', (join) =>
      join
        .onRef('revisions.editionId', '=', 'editions.id')
        .onRef('revisions.number', '=', 'editions.revision'),
    )
    .selectAll('editions')
    .select([
      'newsletters.slug',
      'newsletters.title',
      'newsletters.language',
      'newsletters.timezone',
      'revisions.content',
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof editions>['execute']>>[number];

async function withArticles(db: DbOrTransaction, rows: Row[]): Promise<Edition[]> {
  const drafts = rows.filter((row) => !row.content).map((row) => row.id);
  const listed = await listEditionArticles(db, drafts);
  return rows.map(({ content, slug, title, language, timezone, ...row }) => ({
    ...row,
    newsletter: { slug, title, language, timezone },
    articles: content
      ? (content as EditionContent).articles
      : listed.filter((one) => one.edition === row.id && !one.dropped).map((one) => one.article),
  }));
}

/** The id of the newsletter that an edition is of; undefined where there is no such edition. */
export async function newsletterOfEdition(
  db: DbOrTransaction,
  id: string,
): Promise<string | undefined> {
  if (!readId(id)) return undefined;
  const found = await db
    .selectFrom('editions')
    .select('newsletterId')
    .where('id', '=', id)
    .executeTakeFirst();
  return found?.newsletterId;
}

/** How many editions of a newsletter have not started. */
export async function countUnstarted(db: DbOrTransaction, newsletterId: string): Promise<number> {
  const { count } = await db
    .selectFrom('editions')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('newsletterId', '=', newsletterId)
    .where('state', 'in', ['draft', 'scheduled'])
    .executeTakeFirstOrThrow();
  return Number(count);
}
