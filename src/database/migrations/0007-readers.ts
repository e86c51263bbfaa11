import { type Kysely, sql } from 'kysely';

/** What finding readers among a million takes, and reading why they unsubscribed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // In lower case, without accents and Arabic vowel marks: "garcia" finds García. Other letters than ASCII are spelt by
  // their code points, since pg_trgm leaves out what the locale of the database (C in the embedded one) does not
  // call a letter. In plpgsql: as an SQL function it took ten times as long.
  `create function search_form(given text) returns text language plpgsql immutable parallel safe as $$
    declare plain text := lower(given);
    begin
      if octet_length(plain) = length(plain) then return plain; end if;
      plain := lower(regexp_replace(normalize(given, NFD), U&'[\\0300-\\036F\\064B-\\065F]', '', 'g'));
      if octet_length(plain) = length(plain) then return plain; end if;
      return (
        select string_agg(
          case when ascii(c) < 128 then c else 'x' || lpad(to_hex(ascii(c)), 5, '0') end, '' order by n)
        from regexp_split_to_table(plain, '') with ordinality as each (c, n));
    end $$`,
  // The address as it was typed, its compared form where that is another (a domain in Unicode), and the name. Stored:
  // to work it out for each row that a search looks at took 1.7 s of a million, and 80 ms now.
  `alter table subscribers add column search text generated always as (search_form(
    coalesce(email, '') || case when lower(email) = email_key then '' else ' ' || coalesce(email_key, '') end
      || ' ' || coalesce(name, ''))) stored`,
  // Signs have no trigrams: who has one beyond those of every address, or two of these in a row, is found here.
  `create index subscribers_signs on subscribers (created_at, id)
    where erased_at is null and search ~ '[^a-z0-9@. ]|[@.]{2}'`,
  `create index subscribers_created on subscribers (created_at, id) where erased_at is null`,
  `create index subscribers_language on subscribers (language, id) where erased_at is null`,
  `create index subscriptions_of_state on subscriptions (newsletter_id, state, subscriber_id)`,
  `create index subscriptions_reasons on subscriptions (left_at, newsletter_id, subscriber_id)
    where leave_reason is not null`,
  `create index audit_of_object on audit (object, id)`,
  // Any part of an address or name, quickly. pg_trgm comes with PostgreSQL, and who may create tables in a database of
  // their own may create it; where that is not so, the search works without the index and takes a second.
  `do $$ declare place text;
  begin
    begin
      create extension if not exists pg_trgm;
    exception when insufficient_privilege or undefined_file or feature_not_supported then
      raise notice 'pg_trgm is not there: %', sqlerrm;
    end;
    select quote_ident(n.nspname) into place from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm';
    if place is not null then
      execute format('create index subscribers_search on subscribers
        using gin (search %s.gin_trgm_ops) where erased_at is null', place);
    end if;
  end $$`,
];
