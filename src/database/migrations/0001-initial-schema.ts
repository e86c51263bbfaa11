import { type Kysely, sql } from 'kysely';

/** The schema of the first release. Once released it is never edited: later migrations add to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table settings (
    key text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
  )`,

  `create table newsletters (
    id bigint generated always as identity primary key,
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title text not null,
    description text not null default '',
    active boolean not null default true,
    language text not null,
    timezone text not null,
    send_at text not null default '07:00' check (send_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    kinds text[] not null default '{daily,weekly,special}' check (kinds <@ '{daily,weekly,special}'),
    days smallint[] not null default '{1,2,3,4,5,6,7}' check (days <@ '{1,2,3,4,5,6,7}'),
    weekly_day smallint not null default 7 check (weekly_day between 1 and 7),
    mail_from text,
    reply_to text,
    private boolean not null default false,
    origins text[] not null default '{}',
    link_parameters text,
    review_minutes integer not null default 30 check (review_minutes between 0 and 1440),
    review_required boolean not null default false,
    last_number integer not null default 0,
    created_at timestamptz not null default now(),
    scheduled_since timestamptz not null default now()
  )`,
  `create table sections (
    id bigint generated always as identity primary key,
    newsletter_id bigint not null references newsletters on delete cascade,
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title text not null,
    position integer not null,
    article_limit integer not null default 10 check (article_limit between 1 and 100),
    unique (newsletter_id, slug)
  )`,

  // Erasure keeps the row with every personal column null, so that old ledgers still balance.
  `create table subscribers (
    id bigint generated always as identity primary key,
    email text,
    email_key text unique,
    address_hash bytea,
    address_changes integer not null default 0,
    receiver_group text not null default 'rest',
    name text,
    language text,
    timezone text,
    created_at timestamptz not null default now(),
    erased_at timestamptz,
    confirmation_at timestamptz,
    notice_at timestamptz,
    letter_mark bigint
  )`,
  `create index subscribers_address_hash on subscribers (address_hash)`,
  `create table subscriptions (
    newsletter_id bigint not null references newsletters,
    subscriber_id bigint not null references subscribers,
    state text not null check (state in ('pending', 'active', 'unsubscribed')),
    frequency text not null default 'daily' check (frequency in ('daily', 'weekdays', 'weekly', 'special')),
    frequency_before text,
    frequency_since timestamptz,
    hour text check (hour ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    sections text[],
    paused_until timestamptz,
    created_at timestamptz not null default now(),
    confirmed_at timestamptz,
    active_from timestamptz,
    left_at timestamptz,
    leave_reason text,
    requested jsonb,
    primary key (newsletter_id, subscriber_id)
  )`,
  `create index subscriptions_of_subscriber on subscriptions (subscriber_id)`,
  // Whose edition it is was decided when it was frozen: a range planned a minute later must not see another choice.
  `create function remember_frequency() returns trigger language plpgsql as $$
    begin
      new.frequency_before := old.frequency;
      new.frequency_since := now();
      return new;
    end $$`,
  `create trigger remember_frequency before update of frequency on subscriptions
    for each row when (old.frequency is distinct from new.frequency) execute function remember_frequency()`,
  `create index subscriptions_pending on subscriptions (created_at) where state = 'pending'`,
  `create table consents (
    id bigint generated always as identity primary key,
    subscriber_id bigint not null references subscribers,
    newsletter_id bigint not null references newsletters,
    action text not null check (action in ('request', 'confirm', 'withdraw', 'undo', 'import', 'operator')),
    at timestamptz not null default now(),
    origin_address text,
    user_agent text,
    form text,
    wording text,
    wording_version text,
    detail jsonb
  )`,
  `create index consents_of_subscriber on consents (subscriber_id)`,
  `create table suppressions (
    address_hash bytea primary key,
    reason text not null check (reason in ('bounce', 'complaint', 'erasure', 'operator')),
    edition_id bigint,
    held boolean not null default false,
    detail text,
    created_at timestamptz not null default now()
  )`,

  // Counters of rate-limiter-flexible, in its form. Unlogged: a crash forgets them, and nothing waits for the disk.
  `create unlogged table rate_limits (
    key varchar(255) primary key,
    points integer not null default 0,
    expire bigint
  )`,

  `create table feeds (
    id bigint generated always as identity primary key,
    newsletter_id bigint not null references newsletters,
    section_id bigint references sections on delete set null,
    url text not null,
    -- name:password of the address; never read out again
    credentials text,
    title text,
    state text not null default 'active' check (state in ('active', 'off', 'gone')),
    etag text,
    last_modified text,
    last_fetched_at timestamptz,
    next_fetch_at timestamptz not null default now(),
    claimed_until timestamptz,
    last_error text,
    failures integer not null default 0,
    hub_url text,
    hub_topic text,
    hub_secret text,
    hub_lease_until timestamptz,
    created_at timestamptz not null default now(),
    unique (newsletter_id, url)
  )`,
  `create index feeds_due on feeds (next_fetch_at) where state = 'active'`,
  // Articles that translate each other carry the same story_id.
  `create table articles (
    id bigint generated always as identity primary key,
    external_id text unique,
    title text not null,
    standfirst text not null default '',
    url text not null,
    canonical_url text not null,
    image_url text,
    image_alt text,
    image_credit text,
    author text,
    language text,
    categories text[] not null default '{}',
    story_id bigint,
    set_apart boolean not null default false,
    published_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    edited_at timestamptz,
    deleted_at timestamptz
  )`,
  `create index articles_canonical_url on articles (canonical_url)`,
  `create index articles_published on articles (published_at desc, id desc)`,
  `create index articles_story on articles (story_id) where story_id is not null`,
  // Where an article came from: one row a feed item (or operator) and newsletter; a joined duplicate is a second row.
  `create table article_sources (
    id bigint generated always as identity primary key,
    article_id bigint not null references articles on delete cascade,
    newsletter_id bigint not null references newsletters,
    section_id bigint references sections on delete set null,
    feed_id bigint references feeds on delete set null,
    guid text,
    url text not null,
    title text not null,
    joined_by text check (joined_by in ('guid', 'url', 'canonical', 'title', 'operator')),
    canonical_url text,
    claimed_url text,
    translations text[] not null default '{}',
    seen_at timestamptz not null default now()
  )`,
  `create index article_sources_any_guid on article_sources (guid) where guid is not null`,
  `create unique index article_sources_guid on article_sources (feed_id, guid)`,
  `create index article_sources_article on article_sources (article_id)`,
  `create index article_sources_newsletter on article_sources (newsletter_id, seen_at)`,
  `create index article_sources_canonical_url on article_sources (canonical_url)`,
  `create index article_sources_claimed_url on article_sources (claimed_url)
    where claimed_url is not null`,
  `create index article_sources_translations on article_sources using gin (translations)`,

  `create table editions (
    id bigint generated always as identity primary key,
    newsletter_id bigint not null references newsletters,
    number integer not null,
    kind text not null check (kind in ('daily', 'weekly', 'special')),
    local_date date not null,
    state text not null default 'draft'
      check (state in ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
    held_by text check (held_by in ('editor', 'missed', 'refusals', 'restore', 'nothing')),
    status_text text,
    revision integer not null default 0,
    subject text not null default '',
    preheader text not null default '',
    introduction text not null default '',
    send_at timestamptz,
    due text not null default 'hour' check (due in ('hour', 'now')),
    touched_at timestamptz,
    frozen_at timestamptz,
    started_at timestamptz,
    planned_at timestamptz,
    finished_at timestamptz,
    audience integer,
    plan_cursor bigint not null default 0,
    created_at timestamptz not null default now(),
    unique (newsletter_id, number)
  )`,
  // Two schedulers make one.
  `create unique index editions_date on editions (newsletter_id, kind, local_date) where kind <> 'special'`,
  `create index editions_open on editions (state, send_at) where state not in ('sent', 'cancelled')`,
  `create table edition_articles (
    edition_id bigint not null references editions on delete cascade,
    article_id bigint not null references articles,
    section text,
    position integer not null,
    pinned boolean not null default false,
    dropped boolean not null default false,
    title text,
    standfirst text,
    primary key (edition_id, article_id)
  )`,
  `create index edition_articles_article on edition_articles (article_id)`,
  `create table revisions (
    edition_id bigint not null references editions,
    number integer not null,
    content jsonb not null,
    created_at timestamptz not null default now(),
    primary key (edition_id, number)
  )`,
  `create table variants (
    id bigint generated always as identity primary key,
    edition_id bigint not null,
    revision integer not null,
    key text not null,
    language text not null,
    article_ids bigint[] not null,
    subject text not null,
    message bytea not null,
    places jsonb not null,
    created_at timestamptz not null default now(),
    unique (edition_id, revision, key)
  )`,

  `create table workers (
    id integer generated always as identity primary key,
    host text not null,
    pid integer not null,
    connections integer not null,
    started_at timestamptz not null default now(),
    lease_until timestamptz not null,
    stopped_at timestamptz
  )`,
  `create table ranges (
    id bigint generated always as identity primary key,
    edition_id bigint not null references editions,
    due_at timestamptz not null,
    receiver_group text not null,
    first_subscriber bigint not null,
    last_subscriber bigint not null,
    state text not null default 'planned' check (state in ('planned', 'done')),
    worker integer,
    next_at timestamptz not null,
    ticket_at timestamptz not null default '-infinity',
    issued integer not null default 0,
    missed boolean not null default false,
    size integer not null,
    queued integer not null default 0,
    sending integer not null default 0,
    sent integer not null default 0,
    failed integer not null default 0,
    skipped integer not null default 0,
    uncertain integer not null default 0
  ) with (fillfactor = 50)`,
  `create index ranges_edition on ranges (edition_id)`,
  `create index ranges_due on ranges (next_at) where state = 'planned'`,
  `create index ranges_worker on ranges (worker) where worker is not null`,
  // The ledger. No foreign keys, no address, and no index that names a changing column, not even in a
  // partial index's condition: each would end HOT updates, and every row is updated at least twice.
  `create table deliveries (
    edition_id bigint not null,
    subscriber_id bigint not null,
    range_id bigint not null,
    due_at timestamptz not null,
    next_at timestamptz not null,
    state text not null,
    reason text,
    revision integer,
    variant_id bigint,
    worker integer,
    claim bigint,
    attempts smallint not null default 0,
    relay text,
    answer text,
    sent_at timestamptz,
    uncertain_at timestamptz,
    primary key (edition_id, subscriber_id)
  ) partition by range (edition_id)`,
  `create table delivery_events (
    id bigint generated always as identity primary key,
    edition_id bigint not null,
    subscriber_id bigint not null,
    at timestamptz not null default now(),
    relay text,
    phase text not null,
    code integer,
    enhanced text,
    reply text
  )`,
  `create index delivery_events_delivery on delivery_events (edition_id, subscriber_id)`,
  `create index delivery_events_subscriber on delivery_events (subscriber_id)`,

  `create table letters (
    id bigint generated always as identity primary key,
    kind text not null,
    subscriber_id bigint references subscribers,
    newsletter_id bigint references newsletters,
    email text,
    mailbox text,
    language text not null,
    content jsonb not null,
    state text not null default 'queued'
      check (state in ('queued', 'sending', 'sent', 'failed', 'skipped', 'uncertain')),
    reason text,
    attempts smallint not null default 0,
    next_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '24 hours',
    worker integer,
    claim bigint,
    relay text,
    answer text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    uncertain_at timestamptz
  )`,
  `create index letters_due on letters (next_at) where state = 'queued'`,
  `create index letters_sending on letters (worker) where state = 'sending'`,
  `create index letters_of_mailbox on letters (mailbox, created_at) where mailbox is not null`,
  `create index letters_of_subscriber on letters (subscriber_id, kind, created_at)`,

  `create table operators (
    id bigint generated always as identity primary key,
    email text not null,
    name text not null default '',
    role text not null check (role in ('owner', 'admin', 'editor', 'sender', 'viewer')),
    password_hash text,
    language text not null default 'en',
    draft_notices boolean not null default false,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz,
    disabled_at timestamptz
  )`,
  `create unique index operators_email on operators (lower(email))`,
  `create table setup_links (
    token_hash bytea primary key,
    operator_id bigint references operators,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  `create table sessions (
    id_hash bytea primary key,
    operator_id bigint not null references operators,
    data jsonb not null default '{}',
    created_at timestamptz not null default now(),
    used_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  `create index sessions_operator on sessions (operator_id)`,
  `create table api_tokens (
    id bigint generated always as identity primary key,
    name text not null,
    role text not null check (role in ('admin', 'editor', 'sender', 'viewer')),
    token_hash bytea not null unique,
    created_by bigint references operators,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  `create table idempotency_keys (
    token_id bigint not null references api_tokens,
    key text not null,
    request_hash bytea not null,
    status integer,
    response jsonb,
    created_at timestamptz not null default now(),
    primary key (token_id, key)
  )`,
  `create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    operator_id bigint,
    token_id bigint,
    action text not null,
    object text not null,
    detail jsonb
  )`,
  `create table imports (
    id bigint generated always as identity primary key,
    newsletter_id bigint references newsletters,
    state text not null default 'running' check (state in ('running', 'done', 'failed')),
    lines integer not null default 0,
    added integer not null default 0,
    updated integer not null default 0,
    skipped integer not null default 0,
    errors jsonb not null default '[]',
    notes jsonb not null default '[]',
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`,
];
