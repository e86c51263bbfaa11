import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { EditionState } from '../database/tables.ts';
import { NewsletterHeld } from '../newsletters/errors.ts';
import { readId } from '../text/id.ts';
import type { EditionContent } from './content.ts';
import { EditionNotFound, WrongEditionState } from './errors.ts';

// Every change of an edition's state: draft ⇄ scheduled → sending ⇄ paused → sent or cancelled, and from those two
// back to sending. Each is one statement that names the states it starts from, and returns whether it happened. Only
// a restore, which this room builds on, pauses what was being sent itself (database/backup/restore.ts).

/** Whether this call changed the state; a second one finds it done and changes nothing. */
export interface Change {
  changed: boolean;
}

/** Puts an edition that has not started on the schedule, for a time of its own. */
export function schedule(db: DbOrTransaction, id: string, sendAt: Date): Promise<boolean> {
  return happened(
    db,
    sql`update editions set state = 'scheduled', held_by = null, status_text = null, send_at = ${sendAt}
      where id = ${id} and state in ('draft', 'scheduled')`,
  );
}

/** Takes an edition that has not started off the schedule: it waits until an operator sends it. */
export function unschedule(db: DbOrTransaction, id: string): Promise<boolean> {
  return happened(
    db,
    sql`update editions set state = 'draft', held_by = 'editor', status_text = null, send_at = null
      where id = ${id} and state in ('draft', 'scheduled')`,
  );
}

/** Schedules a draft that waits for review, unless its time has passed: an approval never sends anything. */
export function approve(db: DbOrTransaction, id: string, now: Date): Promise<boolean> {
  return happened(
    db,
    sql`update editions set state = 'scheduled'
      where id = ${id} and state = 'draft' and held_by is null and send_at > ${now}`,
  );
}

/**
 * Gives a draft that was composed by hand before its hour that hour. With `review` it waits for an editor unless one has
 * changed it before that hour, and with `held`, the words for why a restore holds it, in any case. Returns its state;
 * undefined where the draft is not one of those.
 */
export async function adoptDraft(
  db: DbOrTransaction,
  id: string,
  { sendAt, review, held }: { sendAt: Date; review: boolean; held?: string | undefined },
): Promise<EditionState | undefined> {
  const { rows } = await sql<{ state: EditionState }>`
    update editions set send_at = ${sendAt},
      state = case when ${held !== undefined} or ${review} and (touched_at is null or touched_at >= ${sendAt})
        then 'draft' else 'scheduled' end,
      held_by = ${held === undefined ? null : 'restore'}, status_text = ${held ?? null}
    where id = ${id} and state = 'draft' and send_at is null and held_by is null and created_at < ${sendAt}
    returning state`.execute(db);
  return rows[0]?.state;
}

/**
 * Makes drafts of the editions whose time was at or before `until` and that were never started, some because complaints
 * held their newsletter. Returns their ids.
 */
export async function holdMissed(db: DbOrTransaction, until: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update editions e set state = 'draft',
      held_by = case when n.complaints_held_at is null then 'missed' else 'complaints' end
    from newsletters n
    where n.id = e.newsletter_id and e.state = 'scheduled' and e.send_at <= ${until} returning e.id`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** Cancels a scheduled edition that no article is left in. */
export function cancelEmpty(db: DbOrTransaction, id: string, now: Date): Promise<boolean> {
  return happened(
    db,
    sql`update editions set state = 'cancelled', held_by = 'nothing', finished_at = ${now}
      where id = ${id} and state = 'scheduled'`,
  );
}

/** Starts an edition with its frozen content as the first revision. False where it was started or cancelled before. */
export function start(
  db: DbOrTransaction,
  id: string,
  {
    content,
    due,
    frozenAt,
    now,
  }: { content: EditionContent; due: 'now' | 'hour'; frozenAt: Date; now: Date },
): Promise<boolean> {
  return happened(
    db,
    sql`with started as (
        update editions set state = 'sending', held_by = null, status_text = null, revision = 1, due = ${due},
          frozen_at = ${frozenAt}, started_at = ${now}
        where id = ${id} and state in ('draft', 'scheduled')
        returning id)
      insert into revisions (edition_id, number, content)
      select id, 1, ${JSON.stringify(content)}::jsonb from started`,
  );
}

/** Stops claiming; what has started finishes. Throws EditionNotFound, WrongEditionState. */
export function pauseEdition(db: DbOrTransaction, id: string): Promise<Change> {
  return change(db, id, ['sending'], 'paused', 'paused', sql`state = 'paused', status_text = null`);
}

/** Pauses an edition whose refusals are about itself, with the relay's words. */
export function pauseForRefusals(db: DbOrTransaction, id: string, words: string): Promise<boolean> {
  return happened(
    db,
    sql`update editions set state = 'paused', held_by = 'refusals', status_text = ${words}
      where id = ${id} and state = 'sending'`,
  );
}

/** Pauses what is being sent of newsletters that complaints hold. Returns the editions. */
export async function pauseForComplaints(db: DbOrTransaction): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update editions e set state = 'paused', held_by = 'complaints', status_text = null
    from newsletters n
    where n.id = e.newsletter_id and n.complaints_held_at is not null and e.state = 'sending'
    returning e.id`.execute(db);
  return rows.map((row) => row.id);
}

/** Leaves it to the operators when editions that complaints held go on. Returns those that had begun. */
export async function leaveToOperators(
  db: DbOrTransaction,
  newsletterId: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update editions set held_by = null
    where newsletter_id = ${newsletterId} and state = 'paused' and held_by = 'complaints'
    returning id`.execute(db);
  return rows.map((row) => row.id);
}

/** Claims may go on. Throws EditionNotFound, WrongEditionState, NewsletterHeld. */
export async function continueEdition(db: DbOrTransaction, id: string): Promise<Change> {
  await requireNotHeld(db, id);
  return change(db, id, ['paused'], 'sending', 'resumed', released);
}

/**
 * Stops claiming for good; one that never began is finished with that, and what a restore held keeps that: its stories may
 * have been sent. Throws EditionNotFound, WrongEditionState.
 */
export function cancelEdition(db: DbOrTransaction, id: string): Promise<Change> {
  const finished = sql`finished_at = case when state in ('draft', 'scheduled') then now() end`;
  return change(
    db,
    id,
    ['draft', 'scheduled', 'sending', 'paused'],
    'cancelled',
    'cancelled',
    sql`state = 'cancelled', held_by = case held_by when 'restore' then held_by end,
      status_text = case held_by when 'restore' then status_text end, ${finished}`,
  );
}

/** Throws NewsletterHeld where complaints hold the newsletter of an edition. */
export async function requireNotHeld(db: DbOrTransaction, id: string): Promise<void> {
  if (!readId(id)) throw new EditionNotFound(id);
  const { rows } = await sql<{ slug: string }>`
    select n.slug from editions e join newsletters n on n.id = e.newsletter_id
    where e.id = ${id} and n.complaints_held_at is not null`.execute(db);
  if (rows[0]) throw new NewsletterHeld(rows[0].slug);
}

/** Cancels the editions of a newsletter that have not started. Returns their ids. */
export async function cancelUnstarted(
  db: DbOrTransaction,
  newsletterId: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update editions set state = 'cancelled', held_by = null, status_text = null, finished_at = now()
    where newsletter_id = ${newsletterId} and state in ('draft', 'scheduled') returning id`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** Takes up an edition that ended, for the readers it missed. Throws EditionNotFound, WrongEditionState, NewsletterHeld. */
export async function takeUpAgain(db: DbOrTransaction, id: string): Promise<Change> {
  await requireNotHeld(db, id);
  return change(
    db,
    id,
    ['sent', 'cancelled'],
    'sending',
    'sent to those it missed',
    sql`${released}, finished_at = null`,
    sql`frozen_at is not null`,
  );
}

/**
 * Ends editions of which no row is queued or sending: sent, or cancelled for good. With `id` only that one. Not those
 * that `refusedByAll` finds.
 */
export async function finishEditions(db: Db, id?: string): Promise<string[]> {
  const finished: string[] = [];
  for (const each of await dealtWith(db, id)) if (await finish(db, each)) finished.push(each);
  return finished;
}

function finish(db: Db, id: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    // A resend that is under way ends first: a statement that waits for it looks at the ranges as they were before.
    await sql`select 1 from editions where id = ${id} for update`.execute(tx);
    return happened(
      tx,
      sql`update editions e set state = case when e.state = 'sending' then 'sent' else e.state end,
          status_text = null, finished_at = now()
        where e.id = ${id} and ${nothingLeft} and not (e.state = 'sending' and ${takenByNobody(id)})`,
    );
  });
}

/**
 * Editions that every reader has been dealt with and no relay took a message of, with refused readers: that says more
 * of the newsroom or its relay than of each of them.
 */
export async function refusedByAll(db: DbOrTransaction, id?: string): Promise<string[]> {
  const found: string[] = [];
  for (const each of await dealtWith(db, id)) {
    const { rows } = await sql`
      select 1 from editions e
      where e.id = ${each} and ${nothingLeft} and e.state = 'sending' and ${takenByNobody(each)}`.execute(
      db,
    );
    if (rows.length > 0) found.push(each);
  }
  return found;
}

async function dealtWith(db: DbOrTransaction, id: string | undefined): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select e.id from editions e
    where ${nothingLeft} and ${id === undefined ? sql`true` : sql`e.id = ${id}`}`.execute(db);
  return rows.map((row) => row.id);
}

const nothingLeft = sql`
  e.planned_at is not null and e.finished_at is null and e.state in ('sending', 'cancelled')
    and not exists (
      select 1 from ranges r where r.edition_id = e.id
        and (r.state = 'planned' or r.queued > 0 or r.sending > 0))`;

// The ledger is read only where the ranges' counts say that nothing was taken. The edition is named, so that of the
// ledger's partitions one is opened and not all.
const takenByNobody = (id: string) => sql`case
  when (select coalesce(sum(r.sent + r.uncertain), 0) from ranges r where r.edition_id = e.id) > 0 then false
  else exists (
    select 1 from deliveries d where d.edition_id = ${id}
      and d.state = 'failed' and d.reason in ('refused', 'content')) end`;

/**
 * Takes up editions again that were done when a row that had counted as uncertain turned out never to have started:
 * its reader is not missed.
 */
export async function reopenEditions(db: DbOrTransaction): Promise<void> {
  await sql`
    update editions e set state = 'sending', finished_at = null
    where e.state = 'sent' and exists (
      select 1 from ranges r where r.edition_id = e.id and r.state = 'planned' and r.queued > 0)`.execute(
    db,
  );
}

const released = sql`state = 'sending', held_by = null, status_text = null`;

async function happened(db: DbOrTransaction, statement: ReturnType<typeof sql>): Promise<boolean> {
  const { numAffectedRows } = await statement.execute(db);
  return numAffectedRows === 1n;
}

/** What an operator asks for: done before, by anybody, it changes nothing and is no error. */
async function change(
  db: DbOrTransaction,
  id: string,
  from: EditionState[],
  to: EditionState,
  verb: string,
  set: ReturnType<typeof sql>,
  only = sql`true`,
): Promise<Change> {
  if (!readId(id)) throw new EditionNotFound(id);
  const statement = sql`update editions set ${set} where id = ${id} and state = any(${from}) and ${only}`;
  if (await happened(db, statement)) return { changed: true };
  const { rows } = await sql<{ state: EditionState }>`
    select state from editions where id = ${id}`.execute(db);
  const state = rows[0]?.state;
  if (!state) throw new EditionNotFound(id);
  if (state !== to) throw new WrongEditionState(verb, state, from);
  return { changed: false };
}
