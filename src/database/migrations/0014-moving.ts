import { type Kysely, sql } from 'kysely';

/** Editions that were sent elsewhere, with their old addresses, and what is done to many readers at once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table earlier_editions (
    id bigint generated always as identity primary key,
    newsletter_id bigint not null references newsletters,
    slug text not null,
    source_key text not null,
    title text not null,
    summary text not null,
    language text not null,
    html text not null,
    published_at timestamptz not null,
    old_address text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (newsletter_id, slug),
    unique (newsletter_id, source_key)
  )`,
  'create index earlier_editions_by_date on earlier_editions (newsletter_id, published_at, id)',
  `create table old_addresses (
    path text primary key,
    earlier_edition_id bigint not null references earlier_editions on delete cascade
  )`,
  'create index old_addresses_of_edition on old_addresses (earlier_edition_id)',
  `create table bulk_jobs (
    id bigint generated always as identity primary key,
    action text not null check (action in ('unsubscribe', 'move', 'section', 'erase')),
    options jsonb not null,
    newsletters bigint[],
    state text not null default 'prepared' check (state in ('prepared', 'running', 'done', 'stopped')),
    size integer not null default 0,
    done integer not null default 0,
    changed integer not null default 0,
    unknown integer not null default 0,
    actor jsonb not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`,
  `create index bulk_jobs_open on bulk_jobs (state, id) where state in ('prepared', 'running')`,
  `create table bulk_readers (
    job_id bigint not null references bulk_jobs on delete cascade,
    subscriber_id bigint not null,
    primary key (job_id, subscriber_id)
  )`,
];
