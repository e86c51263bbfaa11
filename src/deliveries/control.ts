import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import {
  type Change,
  continueEdition,
  pauseForRefusals,
  takeUpAgain,
} from '../editions/transitions.ts';
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
export async function pauseInDoubt(db: Db, edition: string, words: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const paused = await pauseForRefusals(tx, edition, words);
    await sql`
      update suppressions set held = true
      where edition_id = ${edition} and reason = 'bounce'`.execute(tx);
    return paused;
  });
}

/** Goes on where it was paused. Enqueue the tickets. Throws EditionNotFound, WrongEditionState. */
export async function resumeEdition(
  db: DbOrTransaction,
  edition: string,
): Promise<Change & { tickets: RangeTicket[] }> {
  const change = await continueEdition(db, edition);
  return { ...change, tickets: change.changed ? await issueTickets(db, { edition }) : [] };
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
        and (d.state = 'failed' and d.reason = 'expired' or d.state = 'skipped' and d.reason = 'cancelled'
          or d.state = 'uncertain')))
    returning 1`.execute(db);
  const { rows: unplanned } = await sql`
    select 1 from editions where id = ${edition} and planned_at is null`.execute(db);
  if (rows.length === 0 && unplanned.length === 0) throw new NothingMissed();
  return { ...change, tickets: await issueTickets(db, { edition }) };
}
