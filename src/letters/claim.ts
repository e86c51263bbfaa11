import { type Selectable, sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import type { LetterOutcome } from './settlement.ts';

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
> & {
  email: string;
  /** `content` for one whose content was refused before. */
  reasonBefore: string | null;
};

/** Who claimed a letter: a worker's lease, and a number that it uses once. */
export interface LetterClaim {
  worker: number;
  claim: string;
}

/** The letters that are due and held by nobody: the caller issues their tickets again. */
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

/** A letter that is due and claimed by nobody, as it is now. */
export type DueLetter = Omit<ClaimedLetter, 'email'> & {
  /** Null when its reader was erased. */
  email: string | null;
};

/** A letter that is due, to be written before it is claimed; undefined when there is nothing to send. */
export function dueLetter(db: Db, id: string): Promise<DueLetter | undefined> {
  return db
    .selectFrom('letters as l')
    .leftJoin('subscribers as s', 's.id', 'l.subscriberId')
    .select(['l.id', 'l.kind', 'l.subscriberId', 'l.newsletterId', 'l.language', 'l.content'])
    .select(['l.attempts', 'l.createdAt', 'l.reason as reasonBefore'])
    .select((eb) => eb.fn.coalesce('l.email', 's.email').as('email'))
    .where('l.id', '=', id)
    .where('l.state', '=', 'queued')
    .where('l.nextAt', '<=', sql<Date>`now()`)
    .executeTakeFirst();
}

/**
 * Takes one letter for a worker, unless it is not due, not queued any more, or must not go out: an expired
 * one fails, one to an erased or suppressed address is skipped. Only the letter that asks whether somebody signed up goes
 * to an address that mail came back from. `target` is the hash of the address that stands in the letter itself, where
 * that counts. Commits before it answers.
 */
export async function claimLetter(
  db: Db,
  id: string,
  claim: LetterClaim,
  target: Buffer | null = null,
): Promise<ClaimedLetter | undefined> {
  const { rows } = await sql<
    Omit<ClaimedLetter, 'email'> & { email: string | null; state: string }
  >`
    update letters l set
      state = case
        when l.expires_at <= now() then 'failed'
        when verdict.skip is not null then 'skipped'
        else 'sending' end,
      reason = case when l.expires_at <= now() then 'expired' else coalesce(verdict.skip, l.reason) end,
      worker = ${claim.worker}, claim = ${claim.claim}
    from (
      select q.id, q.reason as reason_before, coalesce(q.email, s.email) as email,
        case
          when coalesce(q.email, s.email) is null then 'erased'
          when x.address_hash is not null then 'suppressed'
        end as skip
      from letters q
        left join subscribers s on s.id = q.subscriber_id
        left join suppressions x on not x.held
          and x.address_hash = case when q.email is null or q.email = s.email then s.address_hash
            else ${target}::bytea end
          and not (x.reason in ('bounce', 'provider') and q.kind = 'confirmation')
      where q.id = ${id}
    ) verdict
    where l.id = verdict.id and l.state = 'queued' and l.next_at <= now()
    returning l.id, l.kind, l.subscriber_id, l.newsletter_id, verdict.email, l.language, l.content,
      l.attempts, l.created_at, verdict.reason_before, l.state`.execute(db);
  const row = rows[0];
  if (row?.state !== 'sending' || row.email === null) return undefined;
  const { state: _, email, ...letter } = row;
  return { ...letter, email };
}

/** How long a letter of a lost worker waits: one that was only cut off may still say how the relay answered. */
const LATE_ANSWER_S = 15;

/**
 * The row is still this claim's: being sent, or judged lost meanwhile and claimed by nobody since. A claim is taken
 * off the row as soon as its outcome is known, so writing that twice changes nothing.
 */
const heldBy = (id: string, claim: LetterClaim) => sql`
  id = ${id} and worker = ${claim.worker} and claim = ${claim.claim}
    and (state in ('sending', 'uncertain') or state = 'queued' and uncertain_at is not null)`;

/**
 * Writes what became of a letter, if this claim still holds it: also one that was judged lost meanwhile takes the
 * relay's late answer. Under `resend` an uncertain one goes out again. Failures of the receiver back off from 30 s,
 * doubled each time, with jitter. May be repeated.
 */
export async function settleLetter(
  db: DbOrTransaction,
  id: string,
  claim: LetterClaim,
  outcome: LetterOutcome,
  uncertain: 'resend' | 'hold',
): Promise<void> {
  const lost = outcome.state === 'uncertain';
  const state = lost && uncertain === 'resend' ? 'queued' : outcome.state;
  const soon = outcome.state === 'queued' && outcome.soon === true;
  const reason = 'reason' in outcome ? (outcome.reason ?? null) : null;
  const counted = outcome.state === 'queued' && outcome.counted ? 1 : 0;
  await sql`
    update letters set
      state = ${state},
      reason = case when ${state} = 'queued' then coalesce(${reason}, reason) else ${reason} end,
      relay = ${outcome.relay}, answer = ${outcome.answer},
      worker = case when ${lost} then worker end, claim = case when ${lost} then claim end,
      attempts = attempts + ${counted},
      next_at = case when ${soon} then now() + interval '1 second' when ${state} = 'queued'
        then now() + interval '1 second' * (30 * power(2, least(attempts, 6)) * (0.5 + random()))
        else next_at end,
      sent_at = case when ${state} = 'sent' then now() else sent_at end,
      uncertain_at = case when ${lost} then now()
        when ${state} = 'queued' and state <> 'sending' then null else uncertain_at end
    where ${heldBy(id, claim)} and (state = 'sending' or not ${lost})`.execute(db);
  if (outcome.state === 'failed') await forgetFailed(db, id);
}

/** A confirmation or notice that failed is not the one of its day: the next sign-up sends another. */
async function forgetFailed(db: DbOrTransaction, id: string): Promise<void> {
  await sql`
    update subscribers s set
      confirmation_at = case when l.kind = 'confirmation' then null else s.confirmation_at end,
      notice_at = case when l.kind = 'notice' then null else s.notice_at end
    from letters l
    where l.id = ${id} and l.state = 'failed' and l.kind in ('confirmation', 'notice')
      and s.id = l.subscriber_id
      -- a newer letter than this one counts on
      and l.created_at >= case l.kind when 'confirmation' then s.confirmation_at else s.notice_at end`.execute(
    db,
  );
}

/** Gives back a letter that never started: another worker may have it at once. May be repeated. */
export async function handBackLetter(db: Db, id: string, claim: LetterClaim): Promise<void> {
  await sql`
    update letters set state = 'queued', worker = null, claim = null,
      next_at = case when state = 'sending' then next_at else now() end,
      uncertain_at = case when state = 'sending' then uncertain_at end
    where ${heldBy(id, claim)}`.execute(db);
}

/**
 * Gives back the letters of a living worker's claims whose own answer was lost on the way: nothing of them started.
 * `open` are those it works on, `last` the newest it has made.
 */
export async function handBackUnknownClaims(
  db: Db,
  { worker, open, last }: { worker: number; open: string[]; last: string },
): Promise<void> {
  await sql`
    update letters set state = 'queued', worker = null, claim = null
    where worker = ${worker} and state = 'sending' and claim <= ${last}
      and claim <> all(${open}::bigint[])`.execute(db);
}

/**
 * Judges the letters of workers whose lease was ended: nobody knows whether they were taken. Under `resend` they go
 * out again after a while, and keep the time at which that was decided. They keep their claim, by which a late
 * answer finds them.
 */
export async function judgeLostLetters(db: Db, uncertain: 'resend' | 'hold'): Promise<void> {
  const state = uncertain === 'resend' ? 'queued' : 'uncertain';
  // The reaper alone ends leases: one that has run out may still be renewed.
  await sql`
    update letters l set state = ${state}, uncertain_at = now(),
      next_at = now() + ${LATE_ANSWER_S} * interval '1 second'
    from workers w
    where l.state = 'sending' and w.id = l.worker and w.stopped_at is not null`.execute(db);
}

/** Removes letters that ended more than `days` ago: they hold an address and what was written to it. */
export async function removeOldLetters(db: Db, days: number): Promise<void> {
  await sql`
    delete from letters
    where state in ('sent', 'failed', 'skipped') and created_at < now() - ${days} * interval '1 day'
  `.execute(db);
}
