import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Frequency } from '../database/tables.ts';
import type { Address } from '../subscribers/address.ts';
import type { Evidence } from '../subscribers/evidence.ts';
import type { NamedNewsletter } from './content.ts';

/** What somebody asked for who typed an address. */
export interface SubscriptionRequest {
  address: Address;
  /** HMAC of the address' compared form. */
  addressHash: Buffer;
  name: string | null;
  language: string;
  timezone: string | null;
  newsletters: (NamedNewsletter & { id: string; sections: string[] | null })[];
  frequency: Frequency;
  hour: string | null;
  /** The site that the form stood on, for the letter. */
  origin: string;
  evidence: Evidence;
}

/**
 * Writes down that somebody asked for newsletters, and the letter that asks whether it was the owner of the
 * address: a confirmation, or a notice where all of them are active already, each at most once a day to one
 * address however many ask at once. What a reader has confirmed is never changed by it.
 *
 * One statement, with a write whatever the address is (new, known, active, suppressed): the same work and
 * the same wait for the disk, so that the time tells nobody which it was.
 */
export async function requestSubscription(
  db: DbOrTransaction,
  request: SubscriptionRequest,
  now: Date,
  /** Silent: for somebody whose consent is recorded elsewhere; no letter, and none of the day's is used up. */
  { silent = false }: { silent?: boolean } = {},
): Promise<{ letters: string[] }> {
  const { address, evidence } = request;
  const mark = randomInt(2 ** 47);
  const newsletters = JSON.stringify(request.newsletters);
  // The row of the subscriber is locked by the upsert, and `do update` sees its latest state: of many
  // requests at once exactly one finds that a day has passed, and knows by its mark that it was the one.
  const { rows } = await sql<{ id: string }>`
    with asked as (
      select n.id, n.slug, n.title, n.description, n.sections
      from jsonb_to_recordset(${newsletters}::jsonb)
        as n(id bigint, slug text, title text, description text, sections text[])
    ), held as (
      update suppressions set created_at = created_at
      where address_hash = ${request.addressHash} and not held
      returning address_hash
    ), kind as (
      select case when ${silent} then 'none' when exists (
        select from asked where not exists (
          select from subscriptions t join subscribers s on s.id = t.subscriber_id
          where s.email_key = ${address.key} and t.newsletter_id = asked.id and t.state = 'active')
      ) then 'confirmation' else 'notice' end as kind
    ), person as (
      insert into subscribers as s (email, email_key, address_hash, receiver_group, name, language,
        timezone, created_at, confirmation_at, notice_at, letter_mark)
      select ${address.email}, ${address.key}, ${request.addressHash}::bytea, ${address.group},
        ${request.name}, ${request.language}, ${request.timezone}, ${now}::timestamptz,
        case when kind = 'confirmation' then ${now}::timestamptz end,
        case when kind = 'notice' then ${now}::timestamptz end,
        case when kind <> 'none' then ${mark}::bigint end
      from kind where not exists (select from held)
      on conflict (email_key) do update set
        letter_mark = case
          when coalesce(s.confirmation_at, '-infinity') <= ${now}::timestamptz - interval '1 day'
            and excluded.confirmation_at is not null then excluded.letter_mark
          when coalesce(s.notice_at, '-infinity') <= ${now}::timestamptz - interval '1 day'
            and excluded.notice_at is not null then excluded.letter_mark
          else s.letter_mark end,
        confirmation_at = case
          when coalesce(s.confirmation_at, '-infinity') <= ${now}::timestamptz - interval '1 day'
          then coalesce(excluded.confirmation_at, s.confirmation_at) else s.confirmation_at end,
        notice_at = case
          when coalesce(s.notice_at, '-infinity') <= ${now}::timestamptz - interval '1 day'
          then coalesce(excluded.notice_at, s.notice_at) else s.notice_at end
      returning s.id, coalesce(s.letter_mark = ${mark}::bigint, false) as won
    ), placed as (
      insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections,
        created_at)
      select asked.id, person.id, 'pending', ${request.frequency}, ${request.hour}, asked.sections,
        ${now}::timestamptz
      from person, asked
      on conflict (newsletter_id, subscriber_id) do update set state = 'pending',
        frequency = excluded.frequency, hour = excluded.hour, sections = excluded.sections,
        created_at = excluded.created_at
      where t.state <> 'active'
      returning t.newsletter_id
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
        wording, wording_version)
      select person.id, placed.newsletter_id, 'request', ${now}::timestamptz,
        ${evidence.originAddress}, ${evidence.userAgent}, ${evidence.form}, ${evidence.wording},
        ${evidence.wordingVersion}
      from person, placed where person.won
    )
    insert into letters (kind, subscriber_id, language, content, created_at, next_at, expires_at)
    select kind.kind, person.id, ${request.language},
      jsonb_build_object(
        'newsletters', (select jsonb_agg(jsonb_build_object(
          'slug', slug, 'title', title, 'description', description)) from asked),
        'requestedAt', ${now.toISOString()}::text, 'origin', ${request.origin}::text),
      ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz + interval '1 day'
    from person, kind where person.won
    returning id`.execute(db);
  return { letters: rows.map((row) => row.id) };
}
