import { type Kysely, sql } from 'kysely';

/** Which edition's link a reader unsubscribed by, and what operators were writing when their session ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table consents add column edition_id bigint`.execute(db);
  await sql`create index consents_of_edition on consents (edition_id)
    where edition_id is not null`.execute(db);
  await sql`
    create table kept_forms (
      operator_id bigint primary key references operators,
      address text not null,
      fields jsonb not null,
      created_at timestamptz not null default now()
    )`.execute(db);
}
