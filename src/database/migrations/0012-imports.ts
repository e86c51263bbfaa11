import { type Kysely, sql } from 'kysely';

/** Imports go on after they are answered: how far they are, who works on them, and why one failed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table imports
    add column newsletters bigint[],
    add column progress real not null default 0,
    add column failure text check (failure in ('unreadable', 'stopped', 'lost', 'fault')),
    add column process text not null default '',
    add column touched_at timestamptz not null default now()`,
  'update imports set newsletters = array[newsletter_id] where newsletter_id is not null',
  `update imports set progress = 1 where state = 'done'`,
  `create index imports_running on imports (touched_at) where state = 'running'`,
];
