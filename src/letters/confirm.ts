import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Evidence } from '../subscribers/consent-evidence.ts';

/**
 * Makes pending subscriptions of a subscriber active (all of them, or those of `newsletters`) and queues one
 * welcome. However many do it at once, one changes something; the others answer with nothing confirmed.
 */
export async function confirmSubscriptions(
  db: DbOrTransaction,
  subscriberId: string,
  { newsletters, evidence }: { newsletters?: string[] | undefined; evidence: Evidence },
  now: Date,
): Promise<{ confirmed: string[]; letters: string[] }> {
  const chosen = newsletters
    ? sql<boolean>`t.newsletter_id = any(${newsletters}::bigint[])`
    : sql<boolean>`true`;
  const { rows } = await sql<{ confirmed: string[]; letter: string | null }>`
    with confirmed as (
      update subscriptions t set state = 'active', confirmed_at = ${now}, active_from = ${now},
        left_at = null, leave_reason = null
      from subscribers s
      where t.subscriber_id = ${subscriberId} and t.state = 'pending' and ${chosen}
        and s.id = t.subscriber_id and s.erased_at is null
      returning t.newsletter_id
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
        wording, wording_version)
      select ${subscriberId}, newsletter_id, 'confirm', ${now}, ${evidence.originAddress},
        ${evidence.userAgent}, ${evidence.form}, ${evidence.wording}, ${evidence.wordingVersion}
      from confirmed
    ), letter as (
      insert into letters (kind, subscriber_id, language, content, created_at, next_at, expires_at)
      select 'welcome', s.id, coalesce(s.language, max(n.language)),
        jsonb_build_object(
          'newsletters', jsonb_agg(jsonb_build_object(
            'slug', n.slug, 'title', n.title, 'description', n.description) order by n.id),
          'confirmedAt', ${now.toISOString()}::text),
        ${now}, ${now}, ${now}::timestamptz + interval '1 day'
      from confirmed c join newsletters n on n.id = c.newsletter_id
        join subscribers s on s.id = ${subscriberId}
      group by s.id
      returning id
    )
    select array(select newsletter_id::text from confirmed) as confirmed,
      (select id from letter) as letter`.execute(db);
  const { confirmed = [], letter = null } = rows[0] ?? {};
  return { confirmed, letters: letter === null ? [] : [letter] };
}
