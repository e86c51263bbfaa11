import { type Kysely, sql } from 'kysely';

/** Forms of the console that were sent, so that one pressed twice does its work once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table form_posts (
      key bytea primary key,
      location text,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index form_posts_created on form_posts (created_at)`.execute(db);
}
