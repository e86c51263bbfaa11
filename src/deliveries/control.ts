import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { EditionState } from '../database/tables.ts';
import { issueTickets, type RangeTicket } from './tickets.ts';

/** There is no such edition. */
export class UnknownEdition extends Error {
  constructor(edition: string) {
    super(`There is no edition ${edition}.`);
    this.name = 'UnknownEdition';
  }
}

/** The edition is in a state from which this cannot be done. */
export class WrongEditionState extends Error {
  readonly state: EditionState;
  constructor(verb: string, state: EditionState, from: EditionState[]) {
    super(`This edition is ${state}: only one that is ${from.join(' or ')} can be ${verb}.`);
    this.name = 'WrongEditionState';
    this.state = state;
  }
}

/** Nothing of the edition was missed: all expired, cancelled and held rows are dealt with. */
export class NothingMissed extends Error {
  constructor() {
    super(
      'No reader of this edition was missed: none expired, was cancelled or is held as uncertain.',
    );
    this.name = 'NothingMissed';
  }
}

/** Whether this call changed the state; a second one finds it done and changes nothing. */
export interface Change {
  changed: boolean;
}

/** Stops claiming; what has started finishes. */
export async function pauseEdition(db: DbOrTransaction, edition: string): Promise<Change> {
  const { numAffectedRows } = await sql`
    update editions set state = 'paused', status_text = null
    where id = ${edition} and state = 'sending'`.execute(db);
  return changedOrIs(db, edition, numAffectedRows, 'paused', 'paused', ['sending']);
}

/** Pauses an edition whose refusals are about itself. What it has bounced so far waits for the operator. */
export async function pauseInDoubt(db: Db, edition: string, words: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { numAffectedRows } = await sql`
      update editions set state = 'paused', held_by = 'refusals', status_text = ${words}
      where id = ${edition} and state = 'sending'`.execute(tx);
    await sql`
      update suppressions set held = true
      where edition_id = ${edition} and reason = 'bounce'`.execute(tx);
    return numAffectedRows === 1n;
  });
}

/** Goes on where it was paused. Enqueue the tickets. */
export async function resumeEdition(
  db: DbOrTransaction,
  edition: string,
): Promise<Change & { tickets: RangeTicket[] }> {
  const { numAffectedRows } = await sql`
    update editions set state = 'sending', held_by = null, status_text = null
    where id = ${edition} and state = 'paused'`.execute(db);
  const change = await changedOrIs(db, edition, numAffectedRows, 'resumed', 'sending', ['paused']);
  return { ...change, tickets: change.changed ? await issueTickets(db, { edition }) : [] };
}

/**
 * Stops claiming for good. What has started finishes; queued rows become skipped, range by range, by
 * `sweepCancelled`: call it, or leave it to housekeeping.
 */
export async function cancelEdition(db: DbOrTransaction, edition: string): Promise<Change> {
  // One that never began has nothing to wait for.
  const { numAffectedRows } = await sql`
    update editions set state = 'cancelled', held_by = null, status_text = null,
      finished_at = case when state in ('draft', 'scheduled') then now() end
    where id = ${edition} and state in ('draft', 'scheduled', 'sending', 'paused')`.execute(db);
  return changedOrIs(db, edition, numAffectedRows, 'cancelled', 'cancelled', [
    'draft',
    'scheduled',
    'sending',
    'paused',
  ]);
}

/**
 * Takes up an edition that was sent or cancelled again, for the readers it missed: expired, skipped by the cancel,
 * or held as uncertain. Never who left, is suppressed, or was refused for good. Enqueue the tickets.
 */
export async function resendMissed(
  db: DbOrTransaction,
  edition: string,
): Promise<Change & { tickets: RangeTicket[] }> {
  if (!db.isTransaction) return db.transaction().execute((tx) => resendMissed(tx, edition));
  const { numAffectedRows } = await sql`
    update editions set state = 'sending', held_by = null, status_text = null, finished_at = null
    where id = ${edition} and frozen_at is not null and state in ('sent', 'cancelled')`.execute(db);
  const verb = 'sent to those it missed';
  const change = await changedOrIs(db, edition, numAffectedRows, verb, 'sending', [
    'sent',
    'cancelled',
  ]);
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

async function changedOrIs(
  db: DbOrTransaction,
  edition: string,
  affected: bigint | undefined,
  verb: string,
  done: EditionState,
  from: EditionState[],
): Promise<Change> {
  if (affected === 1n) return { changed: true };
  const { rows } = await sql<{ state: EditionState }>`
    select state from editions where id = ${edition}`.execute(db);
  const state = rows[0]?.state;
  if (!state) throw new UnknownEdition(edition);
  if (state !== done) throw new WrongEditionState(verb, state, from);
  return { changed: false };
}
