import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { newsletterOfId } from '../newsletters/newsletters.ts';
import { PICTURE_PATH } from '../pictures/files.ts';
import { readId } from '../text/id.ts';
import { buildContent, type EditionHead } from './build-content.ts';
import { refreshDraft } from './compose.ts';
import type { EditionContent } from './content.ts';
import { instantOf, localDateOf } from './due.ts';
import { EditionNotFound, NothingNew } from './errors.ts';
import { frozenContent } from './read-content.ts';
import { MADE_UP_FOR } from './schedule.ts';
import { requireNotHeld, start } from './transitions.ts';
import { isLetter } from './variant.ts';

/**
 * Freezes an edition's content as its first revision and starts it. False where it was started or
 * cancelled before: of any number of calls, at once or later, one is true. The caller that gets true enqueues
 * the planning once it is committed. An untouched draft first takes up what is new.
 *
 * `due: 'hour'`: each reader at their hour, from the newsletter's hour on. The freeze counts from that
 * hour even if it happens later, so that readers of that very hour are not put off to the next day.
 * `due: 'now'`: everyone at once.
 * Throws EditionNotFound, NewsletterHeld while complaints hold its newsletter, and NothingNew when nothing is left in it.
 */
export async function startEdition(
  db: DbOrTransaction,
  id: string,
  { due, now }: { due: 'now' | 'hour'; now: Date },
): Promise<boolean> {
  if (!db.isTransaction) {
    return db.transaction().execute((tx) => startEdition(tx, id, { due, now }));
  }
  // Who edits or refreshes a draft locks its row as well: nothing changes between here and the freeze.
  const edition = await lockEdition(db, id);
  if (edition.state !== 'draft' && edition.state !== 'scheduled') return false;
  await requireNotHeld(db, id);
  if (!edition.touchedAt) await refreshDraft(db, edition, now);
  const frozen = due === 'hour' ? await nominalFreeze(db, edition, now) : { due, at: now };
  await oneFreezeAtATime(db);
  const content = await buildContent(db, edition, frozen.at);
  requireContent(content);
  await keepPictures(db, id, content);
  return start(db, id, { content, due: frozen.due, frozenAt: frozen.at, now });
}

/**
 * The next revision of an edition that is being sent, from its list and wording as they stand now;
 * readers whose message has not started get it. Returns its number, or null when the edition is
 * neither sending nor paused. Throws EditionNotFound, NothingNew.
 */
export async function reviseEdition(tx: DbOrTransaction, id: string): Promise<number | null> {
  const edition = await lockEdition(tx, id);
  if (edition.state !== 'sending' && edition.state !== 'paused') return null;
  await oneFreezeAtATime(tx);
  const before = await frozenContent(tx, id, edition.revision);
  const content = await buildContent(tx, edition, edition.frozenAt ?? new Date(), before);
  requireContent(content);
  await keepPictures(tx, id, content);
  const { rows } = await sql<{ number: number }>`
    with corrected as (
      update editions set revision = revision + 1
      where id = ${id} and state in ('sending', 'paused')
      returning id, revision)
    insert into revisions (edition_id, number, content)
    select id, revision, ${JSON.stringify(content)}::jsonb from corrected
    returning number`.execute(tx);
  return rows[0]?.number ?? null;
}

/** The files of what a revision shows stay as long as its edition. */
async function keepPictures(tx: DbOrTransaction, id: string, content: EditionContent) {
  const files = content.articles.flatMap(({ image }) => [image?.lead, image?.thumbnail]);
  const hashes = files.flatMap((file) => (file ? [PICTURE_PATH.exec(file.url)?.[1] ?? ''] : []));
  await sql`
    insert into edition_pictures (edition_id, hash)
    select ${id}::bigint, hash from unnest(${[...new Set(hashes)]}::text[]) as hash
    on conflict do nothing`.execute(tx);
}

function requireContent(content: EditionContent): void {
  if (content.articles.length === 0 && !isLetter(content))
    throw new NothingNew(content.newsletter.slug, content.edition.kind);
}

/** Reads an edition's row and holds it until the transaction ends. Throws EditionNotFound. */
export async function lockEdition(tx: DbOrTransaction, id: string) {
  if (!readId(id)) throw new EditionNotFound(id);
  const edition = await tx
    .selectFrom('editions')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!edition) throw new EditionNotFound(id);
  return edition;
}

/**
 * The editions that go by themselves and whose time has come, oldest first: none that was missed for too
 * long, none of a newsletter that was switched off since or that complaints hold.
 */
export async function editionsToStart(
  db: DbOrTransaction,
  now: Date,
): Promise<{ id: string; due: 'now' | 'hour' }[]> {
  const rows = await db
    .selectFrom('editions')
    .innerJoin('newsletters', 'newsletters.id', 'editions.newsletterId')
    .select(['editions.id', 'editions.kind'])
    .where('newsletters.active', '=', true)
    .where('newsletters.complaintsHeldAt', 'is', null)
    .where('editions.state', '=', 'scheduled')
    .where('editions.sendAt', '<=', now)
    .where('editions.sendAt', '>', new Date(now.getTime() - MADE_UP_FOR))
    .orderBy('editions.sendAt')
    .execute();
  return rows.map(({ id, kind }) => ({ id, due: kind === 'special' ? 'now' : 'hour' }));
}

/** Of two editions frozen at the same time with the same story, one must see the other. */
const oneFreezeAtATime = (tx: DbOrTransaction) =>
  sql`select pg_advisory_xact_lock(hashtext('gaceta: freeze'))`.execute(tx);

/**
 * From when readers' hours count: the newsletter's hour of the edition's date, or the edition's own
 * time if an editor set an earlier one. An edition moved to another date is due at once.
 */
async function nominalFreeze(
  tx: DbOrTransaction,
  edition: EditionHead & { sendAt: Date | null },
  now: Date,
): Promise<{ due: 'now' | 'hour'; at: Date }> {
  const { timezone, sendAt } = await newsletterOfId(tx, edition.newsletterId);
  const own = edition.sendAt ?? now;
  if (localDateOf(own, timezone) !== edition.localDate) return { due: 'now', at: now };
  const hour = instantOf(edition.localDate, sendAt, timezone);
  return { due: 'hour', at: new Date(Math.min(hour.getTime(), own.getTime(), now.getTime())) };
}
