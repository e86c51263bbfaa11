import { type Kysely, sql } from 'kysely';

/** What a source says of itself beyond its link: for copies and translations that come later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table article_sources
    add column canonical_url text,
    add column claimed_url text,
    add column translations text[] not null default '{}',
    drop constraint article_sources_joined_by_check,
    add constraint article_sources_joined_by_check
      check (joined_by in ('guid', 'url', 'canonical', 'title', 'operator'))`,
  `create index article_sources_canonical_url on article_sources (canonical_url)`,
  `create index article_sources_claimed_url on article_sources (claimed_url)
    where claimed_url is not null`,
  `create index article_sources_translations on article_sources using gin (translations)`,
];
