import { type Kysely, sql } from 'kysely';

/** What each worker hands to each relay, for those who watch; rewritten every few seconds while anything is sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table relay_activity (
      worker integer not null,
      relay text not null,
      per_second real not null,
      words text,
      at timestamptz not null default now(),
      primary key (worker, relay)
    )`.execute(db);
}
