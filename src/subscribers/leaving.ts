import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Evidence } from './evidence.ts';

/** How long a reader may undo leaving. */
export const UNDO_MS = 60 * 60 * 1000;

/**
 * Ends subscriptions of a subscriber: that of one newsletter, or all. Holds from this moment on, also for an
 * edition being sent. However many do it at once, one changes something; answers the newsletters left.
 */
export async function leave(
  db: DbOrTransaction,
  subscriberId: string,
  { newsletter, evidence }: { newsletter?: string | undefined; evidence: Evidence },
  now: Date,
): Promise<string[]> {
  const which =
    newsletter === undefined ? sql<boolean>`true` : sql<boolean>`newsletter_id = ${newsletter}`;
  const { rows } = await sql<{ newsletterId: string }>`
    with gone as (
      update subscriptions set state = 'unsubscribed', left_at = ${now}, leave_reason = null
      where subscriber_id = ${subscriberId} and state in ('active', 'pending') and ${which}
      returning newsletter_id
    ), withdrawn as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form)
      select ${subscriberId}, newsletter_id, 'withdraw', ${now}, ${evidence.originAddress},
        ${evidence.userAgent}, ${evidence.form}
      from gone
    )
    select newsletter_id from gone`.execute(db);
  return rows.map((row) => row.newsletterId);
}

/**
 * Takes a leaving back, within the hour: the subscriptions that ended at that very moment are as they were,
 * `activeFrom` with them. Those that were never confirmed stay ended. Answers the newsletters.
 */
export async function undoLeaving(
  db: DbOrTransaction,
  subscriberId: string,
  { leftAt, evidence }: { leftAt: Date; evidence: Evidence },
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ newsletterId: string }>`
    with back as (
      update subscriptions t set state = 'active', left_at = null, leave_reason = null
      from subscribers s
      where t.subscriber_id = ${subscriberId} and t.state = 'unsubscribed' and t.left_at = ${leftAt}
        and t.left_at > ${new Date(now.getTime() - UNDO_MS)} and t.active_from is not null
        and s.id = t.subscriber_id and s.erased_at is null
      returning t.newsletter_id
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form)
      select ${subscriberId}, newsletter_id, 'undo', ${now}, ${evidence.originAddress},
        ${evidence.userAgent}, ${evidence.form}
      from back
    )
    select newsletter_id from back`.execute(db);
  return rows.map((row) => row.newsletterId);
}

/** Keeps why somebody left, in their words, with the subscriptions that ended at that moment. */
export async function keepReason(
  db: DbOrTransaction,
  subscriberId: string,
  leftAt: Date,
  reason: string,
): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set({ leaveReason: reason })
    .where('subscriberId', '=', subscriberId)
    .where('state', '=', 'unsubscribed')
    .where('leftAt', '=', leftAt)
    .execute();
}
