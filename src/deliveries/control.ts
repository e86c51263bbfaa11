import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import {
  type Change,
  continueEdition,
  pauseForRefusals,
  refusedByAll,
  takeUpAgain,
} from '../editions/transitions.ts';
import { adviceOnAnswer, said } from '../relays/advice.ts';
import type { Phase } from '../relays/smtp/outgoing.ts';
import { writeNotices } from '../text/notice.ts';
import { canBeResent } from './missed.ts';
import { issueTickets, type RangeTicket } from './tickets.ts';

/** Nothing of the edition was missed: all expired, cancelled and held rows are dealt with. */
export class NothingMissed extends Error {
  constructor() {
    super(
      'No reader of this edition was missed: none expired, was cancelled or is held as uncertain.',
    );
    this.name = 'NothingMissed';
  }
}

/** Pauses an edition whose refusals are about itself. What it has bounced so far waits for the operator. */
export async function pauseRefused(db: Db, edition: string, words: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const paused = await pauseForRefusals(tx, edition, words);
    await sql`
      update suppressions set held = true
      where edition_id = ${edition} and reason = 'bounce'`.execute(tx);
    return paused;
  });
}

/**
 * Pauses editions that are through and that nobody took, with refused readers, however few: they wait for the operator
 * instead of being sent. With `edition` looks at that one only. Whether there was any.
 */
export async function holdRefused(db: Db, edition?: string): Promise<boolean> {
  let held = false;
  for (const id of await refusedByAll(db, edition))
    held = (await pauseRefused(db, id, await lastRefusal(db, id))) || held;
  return held;
}

/** The relay's last refusal of an edition's message as operators read it. */
async function lastRefusal(db: Db, edition: string): Promise<string> {
  const { rows } = await sql<{
    relay: string;
    phase: Phase;
    code: number;
    enhanced: string | null;
    reply: string;
  }>`
    select relay, phase, code, enhanced, reply from delivery_events
    where edition_id = ${edition} and code >= 500 order by id desc limit 1`.execute(db);
  const [event] = rows;
  if (!event) return writeNotices({ code: 'allRefused' });
  const { relay, phase: at, code, enhanced, reply } = event;
  const answer = { kind: 'refused', relay, at, code, reply } as const;
  return said(relay, reply, adviceOnAnswer({ ...answer, ...(enhanced !== null && { enhanced }) }));
}

/**
 * Goes on where it was paused; what failed while the breaker was about to trip is sent as well. Enqueue the tickets.
 * Throws EditionNotFound, WrongEditionState.
 */
export async function resumeEdition(
  db: DbOrTransaction,
  edition: string,
): Promise<Change & { tickets: RangeTicket[] }> {
  if (!db.isTransaction) return db.transaction().execute((tx) => resumeEdition(tx, edition));
  await queueRefused(db, edition);
  const change = await continueEdition(db, edition);
  return { ...change, tickets: change.changed ? await issueTickets(db, { edition }) : [] };
}

/**
 * Of an edition that was paused for its refusals: queues again the readers who were refused, and forgets the suppressions that
 * waited for it. Their rows keep the reason, so that one that is refused once more is believed.
 */
async function queueRefused(tx: DbOrTransaction, edition: string): Promise<void> {
  const { rows } = await sql`
    select 1 from editions where id = ${edition} and state = 'paused' and held_by = 'refusals'
    for update`.execute(tx);
  if (rows.length === 0) return;
  await sql`
    with held as materialized (
      select id, first_subscriber, last_subscriber from ranges
      where edition_id = ${edition} and failed > 0 order by id for update
    ),
    again as (
      update deliveries d set state = 'queued', next_at = now(), claim = null
      from held h
      where d.edition_id = ${edition} and d.range_id = h.id
        and d.subscriber_id between h.first_subscriber and h.last_subscriber
        and d.state = 'failed' and d.reason in ('refused', 'content')
      returning d.range_id
    )
    update ranges r set queued = r.queued + c.rows, failed = r.failed - c.rows, state = 'planned',
      next_at = now()
    from (select range_id, count(*) as rows from again group by range_id) c
    where r.id = c.range_id`.execute(tx);
  await sql`
    delete from suppressions where edition_id = ${edition} and reason = 'bounce' and held`.execute(
    tx,
  );
  await sql`
    delete from bounces where edition_id = ${edition} and source = 'relay' and kind = 'bounce'
      and not followed`.execute(tx);
}

/**
 * Takes up an edition that was sent or cancelled again, for the readers it missed: expired, skipped by the cancel,
 * or held as uncertain. Never who left, is suppressed, or was refused for good. Enqueue the tickets.
 * Throws EditionNotFound, WrongEditionState, NothingMissed.
 */
export async function resendMissed(
  db: DbOrTransaction,
  edition: string,
): Promise<Change & { tickets: RangeTicket[] }> {
  if (!db.isTransaction) return db.transaction().execute((tx) => resendMissed(tx, edition));
  const change = await takeUpAgain(db, edition);
  if (!change.changed) return { ...change, tickets: [] };
  const { rows } = await sql`
    update ranges r set missed = true, state = 'planned', next_at = now()
    where r.edition_id = ${edition} and (r.state = 'planned' or exists (
      select 1 from deliveries d where d.edition_id = r.edition_id and d.range_id = r.id
        and d.subscriber_id between r.first_subscriber and r.last_subscriber
        and ${canBeResent}))
    returning 1`.execute(db);
  const { rows: unplanned } = await sql`
    select 1 from editions where id = ${edition} and planned_at is null`.execute(db);
  if (rows.length === 0 && unplanned.length === 0) throw new NothingMissed();
  return { ...change, tickets: await issueTickets(db, { edition }) };
}
