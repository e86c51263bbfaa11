import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Evidence } from '../consent-evidence.ts';

/**
 * The reader's click: makes pending subscriptions active (all of them, or those of `newsletters`) if the click
 * came from a letter to the present address (`sentTo`: its `addressMark`, in the link), and queues one welcome to those
 * newsletters that had none in the last 30 days, as long as letters are kept. An address that was suppressed because mail
 * to it came back is no more, if the sign-up came after that; one that is suppressed for another reason cannot confirm. The name,
 * language and time zone of the newest of these sign-ups become the subscriber's. However many clicks there
 * are at once, one changes something; the others return nothing confirmed.
 */
export async function confirmSubscriptions(
  db: DbOrTransaction,
  subscriberId: string,
  {
    newsletters,
    sentTo,
    evidence,
  }: { newsletters?: string[] | undefined; sentTo: string; evidence: Evidence },
  now: Date,
): Promise<{ confirmed: string[]; letters: string[] }> {
  const chosen = newsletters
    ? sql<boolean>`t.newsletter_id = any(${newsletters}::bigint[])`
    : sql<boolean>`true`;
  const { rows } = await sql<{ confirmed: string[]; letter: string | null }>`
    with person as materialized (
      -- locked first, as a sign-up does it, so that the two never wait for each other crosswise
      select id, language, address_hash from subscribers s where id = ${subscriberId} and erased_at is null
        and encode(substring(address_hash, 1, 8), 'hex') = ${sentTo}
        and not exists (select from suppressions x where x.address_hash = s.address_hash and not x.held
          and x.reason not in ('bounce', 'provider'))
      for update
    ), confirmed as (
      update subscriptions t set state = 'active', confirmed_at = ${now}, active_from = ${now},
        left_at = null, leave_reason = null, requested = null
      from person, subscriptions before
      where t.subscriber_id = person.id and t.state = 'pending' and ${chosen}
        and before.newsletter_id = t.newsletter_id and before.subscriber_id = t.subscriber_id
      returning t.newsletter_id, t.created_at, before.requested
    ), lifted as (
      delete from suppressions x using person p
      where x.address_hash = p.address_hash and x.reason in ('bounce', 'provider')
        and exists (select from confirmed c where c.created_at >= x.created_at)
      returning x.address_hash, x.reason
    ), written as (
      insert into audit (actor, action, object, detail)
      select 'reader', 'unsuppress', 'address ' || encode(address_hash, 'hex'),
        jsonb_build_object('was', reason, 'reason', 'signed up again') from lifted
    ), newest as (
      select requested->>'name' as name, requested->>'language' as language,
        requested->>'timezone' as timezone
      from confirmed order by created_at desc, newsletter_id limit 1
    ), named as (
      update subscribers s set name = coalesce(r.name, s.name),
        language = coalesce(r.language, s.language), timezone = coalesce(r.timezone, s.timezone)
      from newest r where s.id = ${subscriberId}
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
        wording, wording_version)
      select ${subscriberId}, newsletter_id, 'confirm', ${now}, ${evidence.originAddress},
        ${evidence.userAgent}, ${evidence.form}, ${evidence.wording}, ${evidence.wordingVersion}
      from confirmed
    ), letter as (
      insert into letters (kind, subscriber_id, language, content, created_at, next_at, expires_at)
      select 'welcome', p.id, coalesce(max(r.language), p.language, max(n.language)),
        jsonb_build_object(
          'newsletters', jsonb_agg(jsonb_build_object(
            'slug', n.slug, 'title', n.title, 'description', n.description) order by n.id),
          'confirmedAt', ${now.toISOString()}::text),
        ${now}, ${now}, ${now}::timestamptz + interval '1 day'
      from confirmed c join newsletters n on n.id = c.newsletter_id
        cross join person p cross join newest r
      where not exists (
        select from letters l where l.subscriber_id = p.id and l.kind = 'welcome'
          and l.state not in ('failed', 'skipped')
          and l.content->'newsletters' @> jsonb_build_array(jsonb_build_object('slug', n.slug)))
      group by p.id, p.language
      returning id
    )
    select array(select newsletter_id::text from confirmed) as confirmed,
      (select id from letter) as letter`.execute(db);
  const { confirmed = [], letter = null } = rows[0] ?? {};
  return { confirmed, letters: letter === null ? [] : [letter] };
}
