import { agreedBefore, leftSince, takeOver } from '../../subscriptions/told-by-others.ts';

/**
 * What becomes of a line, as PostgreSQL tells it, a letter each. `new`, `changed`, `same`: what it did to a subscription,
 * or to the person where there is none. The line says that the reader left: `leftNew` nothing was known of them,
 * `leftEnded` it ended what was active, `leftKnown` it did nothing. `leftHere`: they left here, and no consent of
 * their own is later. `suppresses`: the line keeps mail from the address; `suppressed`: that is kept from it here.
 */
export const outcomes = {
  N: 'new',
  C: 'changed',
  S: 'same',
  L: 'leftNew',
  E: 'leftEnded',
  K: 'leftKnown',
  H: 'leftHere',
  X: 'suppresses',
  B: 'suppressed',
  A: 'archived',
} as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

/**
 * The table that COPY fills; the rest is what the statements find out. It is of one session alone. `new_id` is who the
 * line's person becomes if nobody knows them: so none of the rows has to be looked up and written again once they are stored.
 */
export const stagedTable = (columns: readonly string[]): string =>
  `create temporary table staged (${columns.join(', ')}, id bigint, new_id bigint default nextval('subscribers_id_seq'),
    is_new boolean, blocked boolean, person_changed boolean, outcome text) on commit delete rows`;

/** What a dry run has seen, in place of what an import stores: so that a second line of the same address counts as one. */
export const seenTables = [
  `create temporary table seen_people (key text primary key, id bigint, name text, language text, timezone text, blocked boolean)`,
  `create temporary table seen_places (key text, newsletter_id bigint, state text, frequency text, hour text,
    sections text[], format text, paused_until timestamptz, created_at timestamptz, confirmed_at timestamptz,
    left_at timestamptz, primary key (key, newsletter_id))`,
];

const personChanges = (known: string) =>
  `g.lead and (coalesce(g.name, ${known}.name), coalesce(g.language, ${known}.language), coalesce(g.timezone, ${known}.timezone))
    is distinct from (${known}.name, ${known}.language, ${known}.timezone)`;

/** What a line does to a subscription that there is, `t`. */
const OUTCOME = `case
    when g.state = 'unsubscribed' then case
      when t.state = 'unsubscribed' then 'K'
      when ${agreedBefore('g.unsubscribed_at')} then 'E' else 'S' end
    when g.state = 'pending' then 'S'
    when ${leftSince("coalesce(g.own_consent_at, '-infinity')")} then 'H'
    when t.state <> 'active' then 'N'
    when (coalesce(g.frequency, t.frequency), coalesce(g.hour, t.hour), coalesce(g.sections, t.sections),
        coalesce(g.format, t.format), coalesce(g.paused_until, t.paused_until))
      is distinct from (t.frequency, t.hour, t.sections, t.format, t.paused_until) then 'C'
    else 'S' end`;

const place = (join: string, from: string) => `
  update staged g set outcome = ${OUTCOME}, frequency = coalesce(g.frequency, t.frequency),
    hour = coalesce(g.hour, t.hour), sections = coalesce(g.sections, t.sections),
    format = coalesce(g.format, t.format), paused_until = coalesce(g.paused_until, t.paused_until)
  from ${from} t
  where t.newsletter_id = g.newsletter_id and ${join} and g.outcome is null and g.state is not null and ${TAKEN}
    and (g.blocked is null or g.state = 'unsubscribed')`;

/** Not a line that only keeps mail from the address. An export of ours tells of such a subscription too. */
const TAKEN = '(g.restored or g.suppress is null)';
/** Whose line it is, new or known. */
const WHO = 'coalesce(g.id, g.new_id)';
const IS_NEW = '(g.id is null or g.is_new)';
const STORED = `${WHO} is not null and ${TAKEN} and (g.blocked is null or g.outcome in ('E', 'K'))`;
const PLACED = `${STORED} and g.newsletter_id is not null and g.state is not null
    and coalesce(g.outcome, 'N') in ('N', 'C', 'E')`;
/** What is stored of people: those whom nobody knows, each by the first of their lines. */
const UNKNOWN = `g.lead and g.id is null and g.blocked is null and ${TAKEN}`;

const FINAL = `case
    when not ${TAKEN} then 'X'
    when g.blocked and g.outcome is null then 'B'
    when ${WHO} is null then 'B'
    when g.outcome = 'S' and g.person_changed then 'C'
    when g.outcome is not null then g.outcome
    when g.state is null then case when ${IS_NEW} then 'N' when g.person_changed then 'C' else 'S' end
    when g.state = 'unsubscribed' then 'L'
    else 'N' end`;

/*
 * Each statement goes from the few rows of `staged` to their rows in the large tables by an index, whatever the planner
 * believes of a table that was just filled. The rows of `staged` carry what was found from one to the next.
 */

/** $1: the newsletters that may be changed. Readers who also receive others stay who they are there. */
export const forgetWords = `
  update staged g set name = null, language = null, timezone = null
  from subscribers s where s.email_key = g.key and exists (
    select from subscriptions t where t.subscriber_id = s.id and t.newsletter_id <> all($1::bigint[]))`;

export const findPeople = `
  update staged g set id = s.id, person_changed = ${personChanges('s')}
  from subscribers s where s.email_key = g.key and g.id is null`;

export const findSuppressed = `
  update staged g set blocked = true from suppressions x
  where x.address_hash = g.hash and not x.held and not (g.restored and g.suppress is not null)`;

/** Whether each line's person is the one its `new_id` names, once they are stored: else findAdded has to look. */
export const countUnknown = `select count(*)::int as unknown from staged g where ${UNKNOWN}`;

/** $1: now. */
export const addPeople = `
  insert into subscribers (id, email, email_key, address_hash, receiver_group, name, language, timezone, created_at)
  overriding system value
  select g.new_id, g.email, g.key, g.hash, g.receiver_group, g.name, g.language, g.timezone, coalesce(g.joined_at, $1)
  from staged g where ${UNKNOWN}
  on conflict (email_key) do nothing`;

/** Where somebody signed up meanwhile, or several lines are of one person. */
export const findAdded = `
  update staged g set id = s.id, is_new = true from subscribers s
  where s.email_key = g.key and g.id is null and g.blocked is null`;

/** Who was stored and is gone again is nobody. */
export const forgetGone = `
  update staged g set new_id = null where g.id is null and g.blocked is null and ${TAKEN}`;

export const changePeople = `
  update subscribers s set name = coalesce(g.name, s.name), language = coalesce(g.language, s.language),
    timezone = coalesce(g.timezone, s.timezone)
  from staged g where g.person_changed and g.blocked is null and ${TAKEN} and s.id = g.id and s.erased_at is null`;

export const findPlaces = place('t.subscriber_id = g.id', 'subscriptions');

const PLACE = `
  insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections, format, paused_until,
    created_at, confirmed_at, active_from, left_at, leave_reason, requested)
  select g.newsletter_id, ${WHO}, g.state, coalesce(g.frequency, 'daily'), g.hour, g.sections,
    coalesce(g.format, 'full'), g.paused_until, coalesce(g.created_at, $1), g.consent_at,
    case when g.state = 'active' then $1::timestamptz end, g.unsubscribed_at, g.leave_reason, g.requested
  from staged g where ${PLACED}`;

/** $1: now. Of readers that this transaction has added nobody else knows. */
export const placeAdded = `${PLACE} and g.id is null`;

/** $1: now. Where the reader did something since it was looked, what they did stays. */
export const placeReaders = `${PLACE} and g.id is not null ${takeOver('excluded.active_from')}`;

const DETAIL = `jsonb_strip_nulls(jsonb_build_object('source', nullif(g.source, ''), 'import', $1::text, 'line', g.line,
    'statedBy', case when g.stated then $2::text end))`;
const RECORDED = `${STORED} and g.newsletter_id is not null and g.outcome is distinct from 'H'`;

/** $1: the import; $2: who brought it. What the same file told before is not told again. */
export const noteConsents = `
  insert into consents (subscriber_id, newsletter_id, action, at, form, detail)
  select ${WHO}, g.newsletter_id, case when g.state = 'active' then 'import' else 'withdraw' end,
    case when g.state = 'active' then g.consent_at else g.unsubscribed_at end, 'import', ${DETAIL}
  from staged g
  where g.consents is null and ${RECORDED} and (g.state = 'active' or g.outcome = 'E') and (${IS_NEW} or not exists (
    select from consents k where k.subscriber_id = ${WHO} and k.newsletter_id = g.newsletter_id
      and k.action = case when g.state = 'active' then 'import' else 'withdraw' end
      and k.at = case when g.state = 'active' then g.consent_at else g.unsubscribed_at end))`;

/** Only where lines tell of them. */
export const restoreConsents = `
  insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form, wording,
    wording_version, detail)
  select ${WHO}, g.newsletter_id, c->>'action', (c->>'at')::timestamptz, c->>'originAddress', c->>'userAgent',
    c->>'form', c->>'wording', c->>'wordingVersion', nullif(c->'detail', 'null')
  from staged g, jsonb_array_elements(g.consents) with ordinality as entry (c, nth)
  where ${RECORDED} and not exists (
    select from consents k where k.subscriber_id = ${WHO} and k.newsletter_id = g.newsletter_id
      and k.action = c->>'action' and k.at = (c->>'at')::timestamptz)
  order by g.n, nth`;

/** $1: now; $2: the import. Only where lines tell of them. */
export const suppressAddresses = `
  insert into suppressions as x (address_hash, reason, detail, created_at)
  select distinct on (g.hash) g.hash, g.suppress,
    coalesce(g.suppressed_detail, case when not g.restored then 'import ' || $2::text end), coalesce(g.suppressed_at, $1)
  from staged g where g.suppress is not null order by g.hash, g.n
  on conflict (address_hash) do update set held = false where x.held`;

/** $1: now; $2: the newsletters that may be changed, null: any; $3: the import. */
export const endSuppressed = `
  with ended as (
    update subscriptions t set state = 'unsubscribed', left_at = $1, leave_reason = null, requested = null
    from staged g
    where g.suppress is not null and not g.restored and t.subscriber_id = g.id and t.state in ('active', 'pending')
      and ($2::bigint[] is null or t.newsletter_id = any($2))
    returning t.subscriber_id, t.newsletter_id, g.suppress, g.line
  )
  insert into consents (subscriber_id, newsletter_id, action, at, form, detail)
  select subscriber_id, newsletter_id, 'withdraw', $1,
    case when suppress in ('bounce', 'complaint') then suppress else 'import' end,
    jsonb_build_object('import', $3::text, 'line', line)
  from ended`;

/** A letter for each line, in the order they were given. */
export const tellOutcomes = `select coalesce(string_agg(${FINAL}, '' order by g.n), '') as outcomes from staged g`;

/** What a dry run does in place of what writes, and before what looks at what is stored. */
export const dry = {
  findPeople: `
    update staged g set id = p.id, blocked = p.blocked, person_changed = ${personChanges('p')}
    from seen_people p where p.key = g.key`,
  findPlaces: place('t.key = g.key', 'seen_places'),
  seePeople: `
    insert into seen_people as p (key, id, name, language, timezone, blocked)
    select g.key, max(case when ${TAKEN} then ${WHO} else g.id end), max(coalesce(g.name, s.name)), max(coalesce(g.language, s.language)),
      max(coalesce(g.timezone, s.timezone)), nullif(bool_or(g.suppress is not null and not g.restored), false)
    from staged g left join subscribers s on s.id = g.id where g.blocked is null group by g.key
    on conflict (key) do update set id = coalesce(p.id, excluded.id), name = coalesce(excluded.name, p.name),
      language = coalesce(excluded.language, p.language), timezone = coalesce(excluded.timezone, p.timezone),
      blocked = coalesce(p.blocked, excluded.blocked)`,
  /** $1: now. */
  seePlaces: `
    insert into seen_places as t (key, newsletter_id, state, frequency, hour, sections, format, paused_until, created_at,
      confirmed_at, left_at)
    select g.key, g.newsletter_id, g.state, coalesce(g.frequency, 'daily'), g.hour, g.sections,
      coalesce(g.format, 'full'), g.paused_until, coalesce(g.created_at, $1), g.consent_at, g.unsubscribed_at
    from staged g where ${PLACED}
    on conflict (key, newsletter_id) do update set state = excluded.state, frequency = excluded.frequency,
      hour = excluded.hour, sections = excluded.sections, format = excluded.format,
      paused_until = excluded.paused_until, left_at = case when excluded.state = 'unsubscribed' then excluded.left_at end`,
};
