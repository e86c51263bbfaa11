import { type Kysely, sql } from 'kysely';

/** What came back of what was sent: bounces and complaints, each once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table bounces (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    kind text not null check (kind in ('bounce', 'complaint')),
    source text not null,
    subscriber_id bigint not null references subscribers (id) on delete cascade,
    edition_id bigint references editions (id),
    receiver_group text not null,
    hard boolean not null,
    reason text not null,
    status text,
    words text not null,
    suppressed boolean not null default false
  )`,
  // A report that comes again, by the same door or by another one, changes nothing.
  `create unique index bounces_once on bounces (subscriber_id, coalesce(edition_id, 0), kind, hard, ((at at time zone 'UTC')::date))`,
  'create index bounces_edition on bounces (edition_id)',
];
