import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { prepared } from '../database/prepared.ts';
import type { Frequency, SubscriptionState } from '../database/tables.ts';
import type { Address } from '../mail/address.ts';
import { mailboxOf } from '../mail/canonical-mailbox.ts';
import type { Evidence } from './consent-evidence.ts';
import { defaultLettersAMailbox } from './sign-up-settings.ts';

/*
 * The life of a subscription: pending → active → unsubscribed. Every statement that writes
 * `subscriptions.state` is in this file: each names the states it expects, and writes the consent or the
 * withdrawal, and the letter that belongs to it, with the same statement.
 */

/** What somebody asked for who typed an address. */
export interface SubscriptionRequest {
  address: Address;
  /** HMAC of the address' compared form. */
  addressHash: Buffer;
  /** Name, language and time zone count once the sign-up is confirmed. */
  name: string | null;
  language: string;
  timezone: string | null;
  newsletters: {
    id: string;
    slug: string;
    title: string;
    description: string;
    sections: string[] | null;
  }[];
  frequency: Frequency;
  hour: string | null;
  /** The site that the form stood on, for the letter. */
  origin: string;
  evidence: Evidence;
}

/**
 * Writes down that somebody asked for newsletters, and the letter that asks whether it was the owner of the
 * address: a confirmation, or a notice where all of them are active already. Each goes at most once a day to
 * one address however many ask at once; the day starts anew when its owner confirms or unsubscribes. What a
 * reader has confirmed is never changed by it. The requests must be of different addresses. Returns the ids
 * of the letters, to be enqueued.
 *
 * One statement, with a write whatever the address is (new, known, active, suppressed): the same work and
 * the same wait for the disk, so that the time tells nobody which it was.
 */
export async function requestSubscriptions(
  db: DbOrTransaction,
  requests: SubscriptionRequest[],
  now: Date,
): Promise<string[]> {
  const given = requests.map(({ address, addressHash, evidence, ...request }, n) => ({
    ...request,
    ...evidence,
    n,
    email: address.email,
    key: address.key,
    hash: addressHash.toString('hex'),
    mailbox: mailboxOf(address),
    group: address.group,
    mark: randomInt(2 ** 47),
  }));
  const parameters = [JSON.stringify(given), now, now.toISOString(), defaultLettersAMailbox];
  return (await request(db, parameters)).map((row) => row.id);
}

// Prepared: planning took 1.3 ms of the 1.9 ms of one sign-up, and of the 3.7 ms of ten. The plan is reused, so
// tables are only looked into by their keys, row by row: one made while they were empty does no harm later.
//
// The row of the subscriber is locked by the upsert, and `do update` sees its latest state: of many
// requests at once exactly one finds that a day has passed, and knows by its mark that it was the one.
// In the order of the keys: two processes with the same addresses must not wait for each other crosswise.
const request = prepared<{ id: string }>(
  'subscriptions-request',
  `
with asked as materialized (
  select *, row_number() over (partition by mailbox order by n) as nth
  from jsonb_to_recordset($1::jsonb) as a(
    n int, email text, key text, hash text, mailbox text, "group" text, mark bigint, name text,
    language text, timezone text, frequency text, hour text, origin text, "originAddress" text,
    "userAgent" text, form text, wording text, "wordingVersion" text, newsletters jsonb)
), wanted as materialized (
  select a.n, a.key, w.* from asked a, jsonb_to_recordset(a.newsletters)
    as w(id bigint, slug text, title text, description text, sections text[])
), held as (
  update suppressions x set created_at = x.created_at from asked a
  where x.address_hash = decode(a.hash, 'hex') and not x.held
  returning a.n
), kind as (
  select a.n, case when not exists (
    select from wanted w where w.n = a.n and (
      select t.state from subscriptions t where t.newsletter_id = w.id
        and t.subscriber_id = (select s.id from subscribers s where s.email_key = w.key)
    ) is distinct from 'active'
  ) then 'notice' when a.nth + (
    select count(*) from letters l where l.mailbox = a.mailbox
      and l.created_at > $2::timestamptz - interval '1 day' and l.state not in ('failed', 'skipped')
  ) > coalesce((select (value->>'perMailbox')::int from settings where key = 'signUp'), $4::int)
  then 'none' else 'confirmation' end as kind
  from asked a
), person as (
  insert into subscribers as s (email, email_key, address_hash, receiver_group, language, timezone,
    created_at, confirmation_at, notice_at, letter_mark)
  select a.email, a.key, decode(a.hash, 'hex'), a."group", a.language, a.timezone, $2::timestamptz,
    case when k.kind = 'confirmation' then $2::timestamptz end,
    case when k.kind = 'notice' then $2::timestamptz end,
    case when k.kind <> 'none' then a.mark end
  from asked a join kind k on k.n = a.n where a.n not in (select n from held)
  order by a.key
  on conflict (email_key) do update set (letter_mark, confirmation_at, notice_at) = (
    select
      case when confirm or notify then excluded.letter_mark else s.letter_mark end,
      case when confirm then excluded.confirmation_at else s.confirmation_at end,
      case when notify then excluded.notice_at else s.notice_at end
    from (select
      excluded.confirmation_at is not null and (
        coalesce(s.confirmation_at, '-infinity') <= $2::timestamptz - interval '1 day'
        or exists (select from subscriptions t where t.subscriber_id = s.id and t.confirmed_at is not null
          and greatest(t.confirmed_at, t.left_at) > s.confirmation_at)) as confirm,
      excluded.notice_at is not null
        and coalesce(s.notice_at, '-infinity') <= $2::timestamptz - interval '1 day' as notify) due)
  returning s.id, s.email_key, s.letter_mark
), people as materialized (
  select p.id, a.*, coalesce(p.letter_mark = a.mark, false) as won, k.kind
  from person p join asked a on a.key = p.email_key join kind k on k.n = a.n
), placed as (
  insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections,
    requested, created_at)
  select w.id, p.id, 'pending', p.frequency, p.hour, w.sections,
    jsonb_build_object('name', p.name, 'language', p.language, 'timezone', p.timezone), $2::timestamptz
  from people p join wanted w on w.n = p.n
  on conflict (newsletter_id, subscriber_id) do update set state = 'pending',
    frequency = excluded.frequency, hour = excluded.hour, sections = excluded.sections,
    requested = excluded.requested, created_at = excluded.created_at
  where t.state <> 'active'
  returning t.newsletter_id, t.subscriber_id
), consented as (
  insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
    wording, wording_version)
  select p.id, t.newsletter_id, 'request', $2::timestamptz, p."originAddress", p."userAgent",
    p.form, p.wording, p."wordingVersion"
  from people p join placed t on t.subscriber_id = p.id where p.won
)
insert into letters (kind, subscriber_id, mailbox, language, content, created_at, next_at, expires_at)
select p.kind, p.id, case when p.kind = 'confirmation' then p.mailbox end, p.language,
  jsonb_build_object(
    'newsletters', (select jsonb_agg(jsonb_build_object(
      'slug', w.slug, 'title', w.title, 'description', w.description)) from wanted w where w.n = p.n),
    'requestedAt', $3::text, 'origin', p.origin),
  $2::timestamptz, $2::timestamptz, $2::timestamptz + interval '1 day'
from people p where p.won
returning id`,
);

/**
 * The reader's click: makes pending subscriptions active (all of them, or those of `newsletters`) if the click
 * came from a letter to the present address (`sentTo`: its `addressMark`, in the link), and queues one welcome to those
 * newsletters that had none in the last 30 days, as long as letters are kept. The name,
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
      select id, language from subscribers where id = ${subscriberId} and erased_at is null
        and encode(substring(address_hash, 1, 8), 'hex') = ${sentTo} for update
    ), confirmed as (
      update subscriptions t set state = 'active', confirmed_at = ${now}, active_from = ${now},
        left_at = null, leave_reason = null, requested = null
      from person, subscriptions before
      where t.subscriber_id = person.id and t.state = 'pending' and ${chosen}
        and before.newsletter_id = t.newsletter_id and before.subscriber_id = t.subscriber_id
      returning t.newsletter_id, t.created_at, before.requested
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

/** A consent or its withdrawal, as it is stored. */
export interface ConsentRow extends Omit<Evidence, 'form'> {
  action: 'request' | 'confirm' | 'withdraw' | 'undo' | 'import' | 'operator';
  at: Date;
  form: string | null;
  detail: Record<string, unknown> | null;
}

/** A subscription that came about elsewhere and is recorded here: by an operator, a program or an import. */
export interface RecordedSubscription {
  subscriberId: string;
  newsletterId: string;
  state: SubscriptionState;
  /** Never null where the state is `active`. */
  consentAt: Date | null;
  /** Never null where the state is `unsubscribed`. */
  unsubscribedAt: Date | null;
  consents: ConsentRow[];
  /** Null, like the others: as the reader chose it before, else daily, the newsletter's hour, all sections, no pause. */
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  pausedUntil: Date | null;
}

/** What a recorded subscription changed; `unsubscribed`: nothing, the reader has unsubscribed since its consent. */
export type Recorded = 'added' | 'changed' | 'same' | 'unsubscribed';

/**
 * Records subscriptions with their consents, and no letter. An active one is active from now on, and of one that was
 * active before only the choices change; a reader who unsubscribed after the consent stays unsubscribed. A pending
 * one changes nothing where there is any; an unsubscribed one ends what was confirmed before. No two may be of
 * the same subscriber and newsletter. Returns what each changed, in the order given.
 */
export async function recordSubscriptions(
  db: DbOrTransaction,
  subscriptions: RecordedSubscription[],
  now: Date,
): Promise<Recorded[]> {
  const given = JSON.stringify(subscriptions.map((subscription, n) => ({ ...subscription, n })));
  const { rows } = await sql<{ n: number; outcome: Recorded }>`
    with given as materialized (
      select * from jsonb_to_recordset(${given}::jsonb) as g(n int, "subscriberId" bigint,
        "newsletterId" bigint, state text, "consentAt" timestamptz, "unsubscribedAt" timestamptz,
        consents jsonb, frequency text, hour text, sections text[], "pausedUntil" timestamptz)
    ), judged as (
      select g.n, g."subscriberId", g."newsletterId", g.state, g."consentAt", g."unsubscribedAt", g.consents,
        coalesce(g.frequency, t.frequency, 'daily') as frequency,
        coalesce(g.hour, t.hour) as hour, coalesce(g.sections, t.sections) as sections,
        coalesce(g."pausedUntil", t.paused_until) as paused_until,
        case
          when t.state is null then 'added'
          when g.state = 'pending' then 'same'
          when g.state = 'unsubscribed' then case when t.state <> 'unsubscribed'
            and coalesce(t.confirmed_at, t.created_at) < g."unsubscribedAt" then 'changed' else 'same' end
          when t.state = 'unsubscribed' and t.left_at > g."consentAt" then 'unsubscribed'
          when t.state <> 'active' then 'added'
          when (coalesce(g.frequency, t.frequency), coalesce(g.hour, t.hour),
              coalesce(g.sections, t.sections), coalesce(g."pausedUntil", t.paused_until))
            is distinct from (t.frequency, t.hour, t.sections, t.paused_until) then 'changed'
          else 'same' end as outcome
      from given g left join subscriptions t on t.subscriber_id = g."subscriberId"
        and t.newsletter_id = g."newsletterId"
    ), placed as (
      insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections,
        paused_until, created_at, confirmed_at, active_from, left_at)
      select j."newsletterId", j."subscriberId", j.state, j.frequency, j.hour, j.sections, j.paused_until,
        ${now}::timestamptz, j."consentAt", case when j.state = 'active' then ${now}::timestamptz end,
        j."unsubscribedAt"
      from judged j where j.outcome in ('added', 'changed') order by j."subscriberId", j."newsletterId"
      on conflict (newsletter_id, subscriber_id) do update set state = excluded.state,
        frequency = excluded.frequency, hour = excluded.hour, sections = excluded.sections,
        paused_until = excluded.paused_until, left_at = excluded.left_at, leave_reason = null, requested = null,
        confirmed_at = case when t.state = 'active' or excluded.state <> 'active' then t.confirmed_at
          else excluded.confirmed_at end,
        active_from = case when t.state = 'active' or excluded.state <> 'active' then t.active_from
          else excluded.active_from end
      where case excluded.state
        when 'active' then not (t.state = 'unsubscribed' and t.left_at > excluded.confirmed_at)
        when 'unsubscribed' then t.state in ('active', 'pending')
          and coalesce(t.confirmed_at, t.created_at) < excluded.left_at
        else false end
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
        wording, wording_version, detail)
      select j."subscriberId", j."newsletterId", c->>'action', (c->>'at')::timestamptz,
        c->>'originAddress', c->>'userAgent', c->>'form', c->>'wording', c->>'wordingVersion',
        nullif(c->'detail', 'null')
      from judged j, jsonb_array_elements(j.consents) with ordinality as entry (c, nth)
      where j.outcome <> 'unsubscribed' and not exists (
        select from consents k where k.subscriber_id = j."subscriberId" and k.newsletter_id = j."newsletterId"
          and k.action = c->>'action' and k.at = (c->>'at')::timestamptz)
      order by j.n, nth
    )
    select n, outcome from judged order by n`.execute(db);
  return rows.map((row) => row.outcome);
}

/** The end of a subscriber's subscription to one newsletter, or to all. */
export interface Ending {
  subscriber: string;
  newsletter: string | undefined;
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
  const rows = endings.map(({ subscriber, newsletter, evidence }) => ({
    subscriber,
    newsletter: newsletter ?? null,
    ...evidence,
  }));
  await end(db, [JSON.stringify(rows), now]);
}

const end = prepared(
  'subscriptions-end',
  `with asked as materialized (
  select distinct on (subscriber, newsletter) * from jsonb_to_recordset(
    $1::jsonb) as a(subscriber bigint, newsletter bigint,
    "originAddress" text, "userAgent" text, form text)
), ended as (
  update subscriptions t set state = 'unsubscribed', left_at = $2::timestamptz, leave_reason = null,
    requested = null
  from asked a
  where t.subscriber_id = a.subscriber and t.state in ('active', 'pending')
    and (a.newsletter is null or t.newsletter_id = a.newsletter)
  returning t.subscriber_id, t.newsletter_id, a."originAddress", a."userAgent", a.form
)
insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form)
select subscriber_id, newsletter_id, 'withdraw', $2::timestamptz, "originAddress", "userAgent", form
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
