import { type Kysely, sql } from 'kysely';

/** What an imported reader costs: subscriptions and consents ask for their subscribers once for each statement. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Whatever the planner believes of a table that was just made or filled. */
const BY_INDEX = 'set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off';

const statements = [
  // The foreign keys asked for each row by itself, and wrote a lock into each subscriber: 10 of the 54 microseconds that
  // PostgreSQL takes to store an imported reader. Subscribers of this same transaction nobody else can delete.
  'alter table subscriptions drop constraint subscriptions_subscriber_id_fkey',
  'alter table consents drop constraint consents_subscriber_id_fkey',
  `create function require_subscriber() returns trigger language plpgsql ${BY_INDEX} as $$
    declare missing bigint; others bigint;
    begin
      select count(*) - count(s.id), count(*) filter (where s.xmin <> pg_current_xact_id()::xid) into missing, others
        from added a left join subscribers s on s.id = a.subscriber_id;
      if others > 0 then
        perform from (select subscriber_id from added order by subscriber_id) a
          join subscribers s on s.id = a.subscriber_id where s.xmin <> pg_current_xact_id()::xid
          for key share of s;
        select count(*) into missing from added a
          where not exists (select from subscribers s where s.id = a.subscriber_id);
      end if;
      if missing > 0 then
        raise foreign_key_violation using message = format('%s: there is no such subscriber', tg_table_name);
      end if;
      return null;
    end $$`,
  `create function stay_with_subscriber() returns trigger language plpgsql as $$
    begin
      raise foreign_key_violation using message = format('%s: a row is never given to another subscriber', tg_table_name);
    end $$`,
  ...['subscriptions', 'consents'].flatMap((table) => [
    `create trigger require_subscriber after insert on ${table} referencing new table as added
      for each statement execute function require_subscriber()`,
    `create trigger stay_with_subscriber before update of subscriber_id on ${table}
      for each row when (old.subscriber_id is distinct from new.subscriber_id) execute function stay_with_subscriber()`,
  ]),
  `create function keep_subscriber() returns trigger language plpgsql ${BY_INDEX} as $$
    begin
      if exists (select from gone g where exists (select from subscriptions t where t.subscriber_id = g.id)
          or exists (select from consents c where c.subscriber_id = g.id)) then
        raise foreign_key_violation using message = 'subscribers: one with subscriptions or consents is not deleted';
      end if;
      return null;
    end $$`,
  `create trigger keep_subscriber after delete on subscribers referencing old table as gone
    for each statement execute function keep_subscriber()`,
];
