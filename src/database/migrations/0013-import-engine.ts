import { type Kysely, sql } from 'kysely';

/** An import survives its process: its file by name, what it was asked for, and each batch that was stored; a row of a reader takes less. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table imports
    drop constraint imports_state_check,
    add constraint imports_state_check check (state in ('running', 'ready', 'stopped', 'done', 'failed')),
    drop constraint imports_failure_check,
    add constraint imports_failure_check check (failure in ('unreadable', 'stopped', 'lost', 'fault', 'expired')),
    add column file text,
    add column options jsonb not null default '{}',
    add column understood jsonb,
    add column dry_run boolean not null default false,
    add column stated_by text,
    add column round integer not null default 0,
    add column left_count integer not null default 0,
    add column suppressed_count integer not null default 0,
    add column same_count integer not null default 0,
    add column refused_count integer not null default 0,
    add column changed_count integer not null default 0,
    add column new_count integer not null default 0`,
  // Of those from before: what they left out was not told apart, and told in a sentence.
  `update imports set new_count = added, changed_count = updated, refused_count = skipped,
    same_count = greatest(0, lines - added - updated - skipped),
    errors = coalesce((select jsonb_agg(jsonb_build_object('line', e->'line', 'nth', e->'line', 'code', 'told',
      'values', jsonb_build_object('text', e->'reason'))) from jsonb_array_elements(errors) e), '[]'),
    notes = coalesce((select jsonb_agg(jsonb_build_object('code', 'told', 'values', jsonb_build_object('text', e)))
      from jsonb_array_elements(notes) e), '[]')`,
  // A batch is stored with its row here, in one transaction: it is never stored twice, and an import goes on with those
  // that are missing. What became of its lines is text, packed.
  `create table import_batches (
    import_id bigint not null references imports on delete cascade,
    number integer not null,
    report bytea not null,
    primary key (import_id, number)
  )`,
  // Of a newsletter each inserted row asked by itself, for a lock on the one row that all of them name: 10 of the 70
  // microseconds that an imported reader takes. A statement asks once now, without a lock, since none is ever deleted.
  'alter table subscriptions drop constraint subscriptions_newsletter_id_fkey',
  'alter table consents drop constraint consents_newsletter_id_fkey',
  `create function require_newsletter() returns trigger language plpgsql as $$
    begin
      if exists (select from (select distinct newsletter_id from added) a
          where not exists (select from newsletters n where n.id = a.newsletter_id)) then
        raise foreign_key_violation using message = format('%s: there is no such newsletter', tg_table_name);
      end if;
      return null;
    end $$`,
  `create function stay_with_newsletter() returns trigger language plpgsql as $$
    begin
      raise foreign_key_violation using message = format('%s: a newsletter is never deleted or exchanged', tg_table_name);
    end $$`,
  ...['subscriptions', 'consents'].flatMap((table) => [
    `create trigger require_newsletter after insert on ${table} referencing new table as added
      for each statement execute function require_newsletter()`,
    `create trigger stay_with_newsletter before update of newsletter_id on ${table}
      for each row when (old.newsletter_id is distinct from new.newsletter_id) execute function stay_with_newsletter()`,
  ]),
  `create trigger stay_with_newsletter before delete or update of id on newsletters
    for each row execute function stay_with_newsletter()`,
  // Looked up by the whole value alone, and in no order: half the size of a B-tree over the 32 random bytes, of which
  // each new reader touches another page.
  'drop index subscribers_address_hash',
  'create index subscribers_address_hash on subscribers using hash (address_hash)',
];
