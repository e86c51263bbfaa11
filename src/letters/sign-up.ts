import { randomInt } from 'node:crypto';
import type { DbOrTransaction } from '../database/connection.ts';
import { prepared } from '../database/prepared.ts';
import type { Frequency } from '../database/tables.ts';
import type { Address } from '../mail/address.ts';
import type { Evidence } from '../subscribers/consent-evidence.ts';
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
 * address however many ask at once. What a reader has confirmed is never changed by it. Answers the letters.
 */
export async function requestSubscription(
  db: DbOrTransaction,
  request: SubscriptionRequest,
  now: Date,
  /** Silent: for somebody whose consent is recorded elsewhere; no letter, and none of the day's is used up. */
  { silent = false }: { silent?: boolean } = {},
): Promise<{ letters: string[] }> {
  return { letters: await requestSubscriptions(db, [request], now, silent) };
}

/**
 * The same for many at once, which must be of different addresses.
 *
 * One statement, with a write whatever the address is (new, known, active, suppressed): the same work and
 * the same wait for the disk, so that the time tells nobody which it was.
 */
export async function requestSubscriptions(
  db: DbOrTransaction,
  requests: SubscriptionRequest[],
  now: Date,
  silent = false,
): Promise<string[]> {
  const given = requests.map(({ address, addressHash, evidence, ...request }, n) => ({
    ...request,
    ...evidence,
    n,
    email: address.email,
    key: address.key,
    hash: addressHash.toString('hex'),
    group: address.group,
    mark: randomInt(2 ** 47),
  }));
  const rows = await takeDown(db, [JSON.stringify(given), now, silent, now.toISOString()]);
  return rows.map((row) => row.id);
}

// Prepared: planning took 1.3 ms of the 1.9 ms of one sign-up, and of the 3.7 ms of ten. The plan is kept, so
// tables are only looked into by their keys, row by row: one made while they were empty does no harm later.
//
// The row of the subscriber is locked by the upsert, and `do update` sees its latest state: of many
// requests at once exactly one finds that a day has passed, and knows by its mark that it was the one.
// In the order of the keys: two processes with the same addresses must not wait for each other crosswise.
const takeDown = prepared<{ id: string }>(
  'subscriptions-request',
  `
with asked as materialized (
  select * from jsonb_to_recordset($1::jsonb) as a(
    n int, email text, key text, hash text, "group" text, mark bigint, name text, language text,
    timezone text, frequency text, hour text, origin text, "originAddress" text, "userAgent" text,
    form text, wording text, "wordingVersion" text, newsletters jsonb)
), wanted as materialized (
  select a.n, a.key, w.* from asked a, jsonb_to_recordset(a.newsletters)
    as w(id bigint, slug text, title text, description text, sections text[])
), held as (
  update suppressions x set created_at = x.created_at from asked a
  where x.address_hash = decode(a.hash, 'hex') and not x.held
  returning a.n
), kind as (
  select a.n, case when $3 then 'none' when exists (
    select from wanted w where w.n = a.n and (
      select t.state from subscriptions t where t.newsletter_id = w.id
        and t.subscriber_id = (select s.id from subscribers s where s.email_key = w.key)
    ) is distinct from 'active'
  ) then 'confirmation' else 'notice' end as kind
  from asked a
), person as (
  insert into subscribers as s (email, email_key, address_hash, receiver_group, name, language,
    timezone, created_at, confirmation_at, notice_at, letter_mark)
  select a.email, a.key, decode(a.hash, 'hex'), a."group", a.name, a.language, a.timezone,
    $2::timestamptz,
    case when k.kind = 'confirmation' then $2::timestamptz end,
    case when k.kind = 'notice' then $2::timestamptz end,
    case when k.kind <> 'none' then a.mark end
  from asked a join kind k on k.n = a.n where a.n not in (select n from held)
  order by a.key
  on conflict (email_key) do update set
    letter_mark = case
      when coalesce(s.confirmation_at, '-infinity') <= $2::timestamptz - interval '1 day'
        and excluded.confirmation_at is not null then excluded.letter_mark
      when coalesce(s.notice_at, '-infinity') <= $2::timestamptz - interval '1 day'
        and excluded.notice_at is not null then excluded.letter_mark
      else s.letter_mark end,
    confirmation_at = case
      when coalesce(s.confirmation_at, '-infinity') <= $2::timestamptz - interval '1 day'
      then coalesce(excluded.confirmation_at, s.confirmation_at) else s.confirmation_at end,
    notice_at = case
      when coalesce(s.notice_at, '-infinity') <= $2::timestamptz - interval '1 day'
      then coalesce(excluded.notice_at, s.notice_at) else s.notice_at end
  returning s.id, s.email_key, s.letter_mark
), people as materialized (
  select p.id, a.*, coalesce(p.letter_mark = a.mark, false) as won, k.kind
  from person p join asked a on a.key = p.email_key join kind k on k.n = a.n
), placed as (
  insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections,
    created_at)
  select w.id, p.id, 'pending', p.frequency, p.hour, w.sections, $2::timestamptz
  from people p join wanted w on w.n = p.n
  on conflict (newsletter_id, subscriber_id) do update set state = 'pending',
    frequency = excluded.frequency, hour = excluded.hour, sections = excluded.sections,
    created_at = excluded.created_at
  where t.state <> 'active'
  returning t.newsletter_id, t.subscriber_id
), consented as (
  insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
    wording, wording_version)
  select p.id, t.newsletter_id, 'request', $2::timestamptz, p."originAddress", p."userAgent",
    p.form, p.wording, p."wordingVersion"
  from people p join placed t on t.subscriber_id = p.id where p.won
)
insert into letters (kind, subscriber_id, language, content, created_at, next_at, expires_at)
select p.kind, p.id, p.language,
  jsonb_build_object(
    'newsletters', (select jsonb_agg(jsonb_build_object(
      'slug', w.slug, 'title', w.title, 'description', w.description)) from wanted w where w.n = p.n),
    'requestedAt', $4::text, 'origin', p.origin),
  $2::timestamptz, $2::timestamptz, $2::timestamptz + interval '1 day'
from people p where p.won
returning id`,
);
