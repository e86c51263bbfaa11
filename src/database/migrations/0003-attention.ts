import { type Kysely, sql } from 'kysely';

/** What needs a person, and who is told of it by mail. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table attention (
    id bigint generated always as identity primary key,
    cause text not null,
    subject text not null,
    newsletter_id bigint references newsletters on delete cascade,
    -- a key of src/locales/*/attention.ts, and what it is filled with
    detail text not null,
    facts jsonb not null default '{}',
    -- what must stand still for its time to count
    mark text,
    since timestamptz not null,
    found_at timestamptz not null default now(),
    seen timestamptz not null default now(),
    raised_at timestamptz,
    over timestamptz
  )`,
  `create unique index attention_open on attention (cause, subject) where over is null`,
  `create index attention_over on attention (over) where over is not null`,

  // Mails about it: one for each that is told, when it begins and when it is over.
  `create table alerts (
    id bigint generated always as identity primary key,
    attention_id bigint not null references attention on delete cascade,
    event text not null check (event in ('raised', 'over')),
    email text not null,
    language text not null,
    operator_id bigint references operators,
    state text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    relay text,
    answer text,
    created_at timestamptz not null default now(),
    sent_at timestamptz
  )`,
  `create unique index alerts_once on alerts (attention_id, event, lower(email))`,
  `create index alerts_due on alerts (next_at) where state = 'queued'`,
  `alter table operators add column alerts text[] not null default '{}'`,

  `alter table article_sources add column withdrawn_at timestamptz`,
  `create index article_sources_withdrawn on article_sources (article_id) where withdrawn_at is not null`,

  `alter table feeds add column failing_since timestamptz`,
  `update feeds set failing_since = coalesce(last_fetched_at, now()) where last_error is not null`,

  `create index audit_nothing_new on audit (object, at) where action = 'nothing new'`,
  `create index suppressions_complaints on suppressions (created_at) where reason = 'complaint'`,
];
