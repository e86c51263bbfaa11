import { type Selectable, sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';

/** A letter that this worker holds. */
export type ClaimedLetter = Pick<
  Selectable<Database['letters']>,
  | 'id'
  | 'kind'
  | 'subscriberId'
  | 'newsletterId'
  | 'language'
  | 'content'
  | 'attempts'
  | 'createdAt'
> & { email: string };

/** What became of a claimed letter. */
export type LetterOutcome =
  | { state: 'sent'; relay: string; answer: string }
  /**
   * Tried again after a while; `counted` where the receiver, not the way there, was the reason. `soon`: as soon as the
   * relay that rests is tried again.
   */
  | { state: 'queued'; relay: string | null; answer: string; counted: boolean; soon?: boolean }
  | { state: 'failed'; reason: string; relay: string | null; answer: string }
  | { state: 'uncertain'; relay: string; answer: string };

/** The letters that are due and held by nobody: whoever asks issues their tickets again. */
export async function dueLetters(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('letters')
    .select('id')
    .where('state', '=', 'queued')
    .where('nextAt', '<=', sql<Date>`now()`)
    .orderBy('nextAt')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Where a letter that is due goes to, null when its reader was erased; undefined when there is nothing to send. */
export function letterAddress(db: Db, id: string): Promise<{ email: string | null } | undefined> {
  return db
    .selectFrom('letters as l')
    .leftJoin('subscribers as s', 's.id', 'l.subscriberId')
    .select((eb) => eb.fn.coalesce('l.email', 's.email').as('email'))
    .where('l.id', '=', id)
    .where('l.state', '=', 'queued')
    .where('l.nextAt', '<=', sql<Date>`now()`)
    .executeTakeFirst();
}

/**
 * Takes one letter for a worker, unless it is not due, not queued any more, or must not go out: an expired
 * one fails, one to an erased or suppressed address is skipped. Commits before it answers.
 */
export async function claimLetter(
  db: Db,
  id: string,
  claim: { worker: number; claim: string },
): Promise<ClaimedLetter | undefined> {
  const { rows } = await sql<
    Omit<ClaimedLetter, 'email'> & { email: string | null; state: string }
  >`
    update letters l set
      state = case
        when l.expires_at <= now() then 'failed'
        when verdict.skip is not null then 'skipped'
        else 'sending' end,
      reason = case when l.expires_at <= now() then 'expired' else verdict.skip end,
      worker = ${claim.worker}, claim = ${claim.claim}
    from (
      select q.id, coalesce(q.email, s.email) as email,
        case
          when coalesce(q.email, s.email) is null then 'erased'
          when x.address_hash is not null then 'suppressed'
        end as skip
      from letters q
        left join subscribers s on s.id = q.subscriber_id
        -- a letter to another address than the subscriber's (a change of it) is judged by neither
        left join suppressions x on x.address_hash = s.address_hash and not x.held
          and (q.email is null or q.email = s.email)
      where q.id = ${id}
    ) verdict
    where l.id = verdict.id and l.state = 'queued' and l.next_at <= now()
    returning l.id, l.kind, l.subscriber_id, l.newsletter_id, verdict.email, l.language, l.content,
      l.attempts, l.created_at, l.state`.execute(db);
  const row = rows[0];
  if (row?.state !== 'sending' || row.email === null) return undefined;
  const { state: _, email, ...letter } = row;
  return { ...letter, email };
}

/**
 * Writes what became of a letter, if this claim still holds it; one that was judged uncertain meanwhile
 * takes the relay's late word. Under `resend` an uncertain one goes out again. Failures of the receiver back off from 30 s, doubled each time, with jitter.
 */
export async function settleLetter(
  db: DbOrTransaction,
  id: string,
  claim: { worker: number; claim: string },
  outcome: LetterOutcome,
  uncertain: 'resend' | 'hold',
): Promise<void> {
  const state = outcome.state === 'uncertain' && uncertain === 'resend' ? 'queued' : outcome.state;
  const soon = outcome.state === 'queued' && outcome.soon === true;
  const counted = outcome.state === 'queued' && outcome.counted ? 1 : 0;
  await sql`
    update letters set
      state = ${state},
      reason = ${outcome.state === 'failed' ? outcome.reason : null},
      relay = ${outcome.relay}, answer = ${outcome.answer},
      attempts = attempts + ${counted},
      next_at = case when ${soon} then now() + interval '1 second' when ${state} = 'queued'
        then now() + interval '1 second' * (30 * power(2, least(attempts, 6)) * (0.5 + random()))
        else next_at end,
      sent_at = case when ${outcome.state} = 'sent' then now() else sent_at end,
      uncertain_at = case when ${outcome.state} = 'uncertain' then now() else uncertain_at end
    where id = ${id} and worker = ${claim.worker} and claim = ${claim.claim}
      and state in ('sending', 'uncertain')`.execute(db);
}

/** Gives back a letter that never started: another worker may have it at once. */
export async function handBackLetter(
  db: Db,
  id: string,
  claim: { worker: number; claim: string },
): Promise<void> {
  await sql`
    update letters set state = 'queued', worker = null, claim = null
    where id = ${id} and worker = ${claim.worker} and claim = ${claim.claim} and state = 'sending'
  `.execute(db);
}

/**
 * Judges the letters of workers whose lease has ended: nobody knows whether they were taken. Under `resend`
 * they go out again, and keep the time at which that was decided.
 */
export async function judgeLostLetters(db: Db, uncertain: 'resend' | 'hold'): Promise<void> {
  const state = uncertain === 'resend' ? 'queued' : 'uncertain';
  await sql`
    update letters l set state = ${state}, uncertain_at = now(), next_at = now()
    from workers w
    where l.state = 'sending' and w.id = l.worker
      and (w.stopped_at is not null or w.lease_until < now())
      -- a database that was away could not hear the heartbeats: all get one whole lease anew
      and pg_postmaster_start_time() < now() - interval '15 seconds'`.execute(db);
}

/** Removes letters that ended more than `days` ago: they hold an address and what was written to it. */
export async function removeOldLetters(db: Db, days: number): Promise<void> {
  await sql`
    delete from letters
    where state in ('sent', 'failed', 'skipped') and created_at < now() - ${days} * interval '1 day'
  `.execute(db);
}
