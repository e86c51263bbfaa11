import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { prepared } from '../../database/prepared.ts';
import type { Evidence } from '../consent-evidence.ts';

/** The end of a subscriber's subscription to one newsletter, or to all. */
export interface Ending {
  subscriber: string;
  newsletter: string | undefined;
  /** The edition whose link was used. */
  edition?: string | undefined;
  evidence: Evidence;
}

/**
 * Ends subscriptions, of one reader or of many with one statement. Holds from this moment on, also for an
 * edition being sent. However often the same ending is in it, or is asked for at once, it changes something
 * once.
 */
export async function endSubscriptions(
  db: DbOrTransaction,
  endings: Ending[],
  now: Date,
): Promise<void> {
  const rows = endings.map(({ subscriber, newsletter, edition, evidence }) => ({
    subscriber,
    newsletter: newsletter ?? null,
    edition: edition ?? null,
    ...evidence,
  }));
  await end(db, [JSON.stringify(rows), now]);
}

const end = prepared(
  'subscriptions-end',
  `with asked as materialized (
  select distinct on (subscriber, newsletter) * from jsonb_to_recordset(
    $1::jsonb) as a(subscriber bigint, newsletter bigint, edition bigint,
    "originAddress" text, "userAgent" text, form text)
), ended as (
  update subscriptions t set state = 'unsubscribed', left_at = $2::timestamptz, leave_reason = null,
    requested = null
  from asked a
  where t.subscriber_id = a.subscriber and t.state in ('active', 'pending')
    and (a.newsletter is null or t.newsletter_id = a.newsletter)
  returning t.subscriber_id, t.newsletter_id, a.edition, a."originAddress", a."userAgent", a.form
)
insert into consents (subscriber_id, newsletter_id, action, at, edition_id, origin_address, user_agent, form)
select subscriber_id, newsletter_id, 'withdraw', $2::timestamptz, edition, "originAddress", "userAgent", form
from ended`,
);

/** How long a reader may undo unsubscribing. */
export const UNDO_MS = 60 * 60 * 1000;

/**
 * Undoes an unsubscribing, within the hour: the subscriptions that ended at that very moment are as they were,
 * `activeFrom` with them. Those that were never confirmed stay ended. Returns the newsletters.
 */
export async function undoUnsubscribing(
  db: DbOrTransaction,
  subscriberId: string,
  { endedAt, evidence }: { endedAt: Date; evidence: Evidence },
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ newsletterId: string }>`
    with back as (
      update subscriptions t set state = 'active', left_at = null, leave_reason = null
      from subscribers s
      where t.subscriber_id = ${subscriberId} and t.state = 'unsubscribed' and t.left_at = ${endedAt}
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
