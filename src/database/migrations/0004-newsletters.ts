import { type Kysely, sql } from 'kysely';

/** What a newsletter has of its own: look, consent text, welcome, and its end; and why a feed could not be read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table newsletters
    add column colour text check (colour ~* '^#[0-9a-f]{6}$'),
    add column logo text,
    add column welcome text not null default '',
    add column wording jsonb not null default '{}',
    add column wording_version text,
    add column archived_at timestamptz,
    add check (archived_at is null or not active)`,

  `create table wordings (
    newsletter_id bigint not null references newsletters on delete cascade,
    version text not null,
    wording jsonb not null,
    created_at timestamptz not null default now(),
    primary key (newsletter_id, version)
  )`,

  // Mails that were sent go on naming theirs: a logo is never taken away.
  `create table logos (
    hash text primary key,
    type text not null,
    bytes bytea not null check (octet_length(bytes) <= 1048576),
    width integer not null,
    height integer not null,
    created_at timestamptz not null default now()
  )`,

  // A sentence of before is kept as it is until the feed is read again.
  `alter table feeds add column last_cause jsonb`,
  `update feeds set last_cause = jsonb_build_object('code', 'told', 'values', jsonb_build_object('text', last_error))
    where last_error is not null`,
  `alter table feeds drop column last_error`,
];
