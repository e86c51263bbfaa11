import { isDeepStrictEqual } from 'node:util';
import { type Selectable, sql } from 'kysely';
import { UnknownArticles } from '../articles/errors.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Database, Kind, Layout } from '../database/tables.ts';
import { NewsletterArchived, NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter, type Newsletter, newsletterOfId } from '../newsletters/newsletters.ts';
import { readId } from '../text/id.ts';
import { arrange, candidates } from './candidates.ts';
import { localDateOf } from './due.ts';
import { putEditionArticles } from './edition-articles.ts';
import { NothingNew, requireLetter } from './errors.ts';
import { sameSpecial } from './same-special.ts';
import type { DueSlot } from './schedule.ts';
import { adoptDraft } from './transitions.ts';

type EditionRow = Selectable<Database['editions']>;

export interface Composing {
  /** Slug. */
  newsletter: string;
  kind: Kind;
  now: Date;
  /**
   * Ids of chosen articles, in their order; otherwise all that is new, or for a special with an introduction none: it is
   * a letter then. Empty: a letter.
   */
  articles?: string[];
  /** Markdown. */
  introduction?: string;
  /** Empty or left out, as the next: made from the headlines. */
  subject?: string;
  preheader?: string;
  /** Left out: the newsletter's. */
  layout?: Layout;
  /** Also makes a special that is there already. */
  again?: boolean;
  /** When it goes by itself; otherwise it waits for somebody to send it. */
  sendAt?: Date;
}

/**
 * Makes an edition with what is new, or with chosen articles. Of a daily or weekly there is one a
 * local date: where the date is taken, that edition is the answer, as it is. So is a special of the last
 * hour with the same articles, wording and time, unless it was cancelled: asked for several times at
 * once, it is made once, but for `again`. Call it in a transaction.
 * Throws NewsletterNotFound, NewsletterArchived, NothingNew, UnknownArticles, InvalidEdition.
 */
export async function composeEdition(
  tx: DbOrTransaction,
  composing: Composing,
): Promise<{ id: string; made: boolean }> {
  const newsletter = await getNewsletter(tx, composing.newsletter);
  if (!newsletter) throw new NewsletterNotFound(composing.newsletter);
  const { now, sendAt } = composing;
  const { articles, introduction, subject, preheader, layout } = composing;
  const chosen = articles?.length || introduction || subject || preheader || layout;
  return make(tx, newsletter, {
    ...composing,
    localDate: localDateOf(sendAt ?? now, newsletter.timezone),
    now,
    until: now,
    sendAt: sendAt ?? null,
    state: sendAt ? 'scheduled' : 'draft',
    touchedAt: chosen ? now : null,
  });
}

/**
 * Makes the draft that the schedule asks for, or takes over one that was composed by hand before its
 * hour: it then goes by itself, or `waits` where the newsletter wants a person to look first or where it may have been
 * sent before a restore. Neither `made` nor `taken` where that edition is on its way already. Throws NothingNew.
 */
export async function composeSlot(
  tx: DbOrTransaction,
  newsletter: Newsletter,
  { held, ...slot }: DueSlot,
  now: Date,
): Promise<{ id: string; made: boolean; taken: boolean; waits: boolean }> {
  const waits = newsletter.reviewRequired || held !== undefined;
  const edition = await make(tx, newsletter, {
    ...slot,
    // What comes while a missed hour is made up for belongs to the next edition.
    until: now < slot.sendAt ? now : slot.sendAt,
    now,
    state: waits ? 'draft' : 'scheduled',
    held,
    touchedAt: null,
  });
  if (edition.made) return { ...edition, taken: false, waits };
  const { sendAt } = slot;
  const review = newsletter.reviewRequired;
  const state = await adoptDraft(tx, edition.id, { sendAt, review, held });
  return { ...edition, taken: state !== undefined, waits: state === 'draft' };
}

/**
 * Brings a draft that nobody touched up to what is new; call it with the edition's row locked. False
 * where there is nothing left.
 */
export async function refreshDraft(
  tx: DbOrTransaction,
  edition: Pick<EditionRow, 'id' | 'newsletterId' | 'kind' | 'sendAt' | 'createdAt'>,
  now: Date,
): Promise<boolean> {
  const newsletter = await newsletterOfId(tx, edition.newsletterId);
  const until = edition.sendAt && edition.sendAt < now ? edition.sendAt : now;
  const found = await candidates(
    tx,
    newsletter,
    edition.kind,
    until,
    edition.createdAt,
    edition.id,
  );
  const articles = arrange(found, newsletter.sections);
  const held = await tx
    .selectFrom('editionArticles')
    .select(['articleId as id', 'section'])
    .where('editionId', '=', edition.id)
    .orderBy('position')
    .execute();
  if (!isDeepStrictEqual(held, articles)) await putEditionArticles(tx, edition.id, articles);
  return articles.length > 0;
}

interface Draft {
  kind: Kind;
  localDate: string;
  sendAt: Date | null;
  state: 'draft' | 'scheduled';
  /** Words for why a restore holds it. */
  held?: string | undefined;
  now: Date;
  until: Date;
  touchedAt: Date | null;
  articles?: string[];
  introduction?: string;
  subject?: string;
  preheader?: string;
  layout?: Layout;
  again?: boolean;
}

async function make(
  tx: DbOrTransaction,
  newsletter: Newsletter,
  draft: Draft,
): Promise<{ id: string; made: boolean }> {
  // Two schedulers, or two operators, stand in line here; numbers stay without gaps.
  const { lastNumber, archivedAt } = await tx
    .selectFrom('newsletters')
    .select(['lastNumber', 'archivedAt'])
    .where('id', '=', newsletter.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  if (archivedAt) throw new NewsletterArchived(newsletter.slug);
  if (draft.kind !== 'special') {
    const taken = await tx
      .selectFrom('editions')
      .select('id')
      .where('newsletterId', '=', newsletter.id)
      .where('kind', '=', draft.kind)
      .where('localDate', '=', draft.localDate)
      .executeTakeFirst();
    if (taken) return { id: taken.id, made: false };
  }
  const articles = await articlesFor(tx, newsletter, draft);
  if (draft.kind === 'special' && !draft.again) {
    const ids = articles.map(({ id }) => id);
    const same = await sameSpecial(tx, { ...draft, newsletterId: newsletter.id, articles: ids });
    if (same) return { id: same, made: false };
  }
  const number = lastNumber + 1;
  await tx
    .updateTable('newsletters')
    .set({ lastNumber: number })
    .where('id', '=', newsletter.id)
    .execute();
  const { id } = await tx
    .insertInto('editions')
    .values({
      newsletterId: newsletter.id,
      number,
      kind: draft.kind,
      localDate: draft.localDate,
      state: draft.state,
      heldBy: draft.held === undefined ? null : 'restore',
      statusText: draft.held ?? null,
      sendAt: draft.sendAt,
      introduction: draft.introduction ?? '',
      subject: draft.subject ?? '',
      preheader: draft.preheader ?? '',
      layout: draft.layout ?? null,
      touchedAt: draft.touchedAt,
      createdAt: draft.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await putEditionArticles(tx, id, articles);
  return { id, made: true };
}

/** What goes into a new edition. Throws NothingNew, UnknownArticles, InvalidEdition. */
async function articlesFor(
  tx: DbOrTransaction,
  newsletter: Newsletter,
  { kind, articles, introduction, until, now }: Draft,
): Promise<{ id: string; section: string | null }[]> {
  if (articles?.length) return chosenArticles(tx, newsletter, articles);
  if (articles || (kind === 'special' && introduction)) {
    requireLetter({ kind, introduction });
    return [];
  }
  const found = arrange(await candidates(tx, newsletter, kind, until, now), newsletter.sections);
  if (found.length === 0) throw new NothingNew(newsletter.slug, kind);
  return found;
}

/**
 * Articles by id in the given order, each with its section in that newsletter. Throws UnknownArticles
 * when one does not exist or was removed.
 */
export async function chosenArticles(
  tx: DbOrTransaction,
  newsletter: Newsletter,
  ids: string[],
): Promise<{ id: string; section: string | null }[]> {
  const distinct = [...new Set(ids)];
  const numbers = distinct.filter((id) => readId(id));
  const { rows } = await sql<{ id: string; section: string | null }>`
    select article.id, (
      select section.slug from article_sources source
      join sections section on section.id = source.section_id
      where source.article_id = article.id and section.newsletter_id = ${newsletter.id}
      order by source.id limit 1) as section
    from articles article
    where article.id = any(${numbers}::bigint[]) and article.deleted_at is null`.execute(tx);
  const found = new Map(rows.map((row) => [row.id, row.section]));
  const unknown = distinct.filter((id) => !found.has(id));
  if (unknown.length > 0) throw new UnknownArticles(unknown);
  const first = newsletter.sections[0]?.slug ?? null;
  return distinct.map((id) => ({ id, section: found.get(id) ?? first }));
}
