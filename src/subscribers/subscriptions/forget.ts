import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';

/**
 * Forgets up to a thousand pending subscriptions asked for before a time; one whose reader had unsubscribed
 * earlier is `unsubscribed` again. Returns the subscribers, one for each subscription.
 */
export async function forgetPending(db: DbOrTransaction, before: Date): Promise<string[]> {
  const { rows } = await sql<{ subscriberId: string }>`
    with stale as (
      select newsletter_id, subscriber_id from subscriptions
      where state = 'pending' and created_at <= ${before}
      order by created_at limit 1000 for update skip locked
    ), ended_before as (
      update subscriptions t set state = 'unsubscribed', requested = null from stale
      where t.newsletter_id = stale.newsletter_id and t.subscriber_id = stale.subscriber_id
        and t.state = 'pending' and t.left_at is not null
    ), forgotten as (
      delete from subscriptions t using stale
      where t.newsletter_id = stale.newsletter_id and t.subscriber_id = stale.subscriber_id
        and t.state = 'pending' and t.left_at is null
    )
    select subscriber_id from stale`.execute(db);
  return rows.map((row) => row.subscriberId);
}
