import { type Kysely, sql } from 'kysely';

/** Pictures of our own: what the stories' pictures became, the files, and which edition shows which. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table picture_files (
    hash text primary key,
    bytes bytea not null check (octet_length(bytes) <= 524288),
    width integer not null,
    height integer not null,
    created_at timestamptz not null default now()
  )`,
  // One row for each address of a picture. `next_at` is when it is fetched, or tried again, or, while it is being
  // fetched, when that is given up.
  `create table pictures (
    url text primary key check (octet_length(url) <= 2000),
    state text not null default 'wanted' check (state in ('wanted', 'ready', 'unusable')),
    reason text,
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    lead_hash text references picture_files,
    thumbnail_hash text references picture_files,
    created_at timestamptz not null default now()
  )`,
  `create index pictures_wanted on pictures (next_at) where state = 'wanted'`,
  `create index pictures_created on pictures (created_at)`,
  `create index pictures_lead on pictures (lead_hash) where lead_hash is not null`,
  `create index pictures_thumbnail on pictures (thumbnail_hash) where thumbnail_hash is not null`,
  // A revision says its pictures' paths for good: their files stay as long as the edition.
  `create table edition_pictures (
    edition_id bigint not null references editions on delete cascade,
    hash text not null,
    primary key (hash, edition_id)
  )`,
  `create index edition_pictures_edition on edition_pictures (edition_id)`,
  // Whichever way an article comes, in its transaction. Older ones are asked for when they are in a draft.
  `create function want_picture() returns trigger language plpgsql as $$
    begin
      insert into pictures (url) values (new.image_url) on conflict do nothing;
      return null;
    end $$`,
  `create trigger want_picture after insert or update of image_url on articles for each row
    when (new.image_url ~* '^https?://' and octet_length(new.image_url) <= 2000
      and new.published_at > now() - interval '8 days')
    execute function want_picture()`,
];
