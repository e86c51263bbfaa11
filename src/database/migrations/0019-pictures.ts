import { type Kysely, sql } from 'kysely';

/**
 * Pictures of our own: what the stories' pictures became, the files, and which edition shows which. And the words of past
 * editions, for the archive's search.
 */
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

  // PostgreSQL's stemmer of a language; where it has none, words are compared as they are.
  `create function search_config(tag text) returns regconfig language sql stable as $$
    select coalesce((
      select config.oid::regconfig from pg_ts_config config
      where config.cfgnamespace = 'pg_catalog'::regnamespace and config.cfgname =
        case split_part(lower(tag), '-', 1)
          when 'ar' then 'arabic' when 'ca' then 'catalan' when 'da' then 'danish' when 'de' then 'german'
          when 'el' then 'greek' when 'en' then 'english' when 'es' then 'spanish' when 'et' then 'estonian'
          when 'eu' then 'basque' when 'fi' then 'finnish' when 'fr' then 'french' when 'ga' then 'irish'
          when 'hi' then 'hindi' when 'hu' then 'hungarian' when 'hy' then 'armenian' when 'id' then 'indonesian'
          when 'it' then 'italian' when 'lt' then 'lithuanian' when 'nb' then 'norwegian' when 'ne' then 'nepali'
          when 'nl' then 'dutch' when 'nn' then 'norwegian' when 'no' then 'norwegian' when 'pt' then 'portuguese'
          when 'ro' then 'romanian' when 'ru' then 'russian' when 'sr' then 'serbian' when 'sv' then 'swedish'
          when 'ta' then 'tamil' when 'tr' then 'turkish' when 'yi' then 'yiddish' end), 'simple')
    $$`,
  // Where the database's locale is C (ours is), PostgreSQL takes quotation marks, dashes and ¿ for letters.
  `create function search_text(words text) returns text language sql immutable as $$
    select regexp_replace(replace(normalize(words, nfc), U&'\\00ad', ''), '[' ||
      '\\u00a0-\\u00a9\\u00ab-\\u00b4\\u00b6-\\u00b9\\u00bb-\\u00bf\\u00d7\\u00f7' ||
      '\\u055a-\\u055f\\u0589\\u05be\\u05c0\\u05c3\\u05f3\\u05f4\\u060c\\u061b\\u061f\\u066a-\\u066d\\u06d4\\u0964\\u0965' ||
      '\\u2000-\\u200b\\u200e-\\u206f\\u2190-\\u2bff\\u2e00-\\u2e7f\\u3000-\\u3003\\u3008-\\u3020\\ufe00-\\ufe0f' ||
      '\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65\\U0001f000-\\U0001faff' || ']+', ' ', 'g')
    $$`,
  // Readers leave accents out, also of words that their language's stemmer then no longer knows.
  `create function search_words(words text) returns text language sql immutable as $$
    select concat_ws(' ', written, nullif(plain, written))
    from (select search_text(words) as written) as given, lateral (
      select normalize(regexp_replace(normalize(written, nfd), '[\\u0300-\\u036f]', '', 'g'), nfc) as plain) as folded
    $$`,
  // Cut, because a tsvector takes a megabyte, each word may be in it twice, and a freeze must not fail for it.
  `alter table revisions add column document tsvector`,
  `create function index_revision() returns trigger language plpgsql as $$
    declare
      config regconfig := search_config(new.content->'newsletter'->>'language');
      edition jsonb := new.content->'edition';
    begin
      select setweight(to_tsvector(config, search_words(
            left(concat_ws(' ', edition->>'subject', string_agg(article->>'title', ' ')), 30000))), 'A')
          || to_tsvector(config, search_words(
            left(concat_ws(' ', edition->>'introduction', string_agg(article->>'standfirst', ' ')), 70000)))
        into new.document
        from jsonb_array_elements(case jsonb_typeof(new.content->'articles')
          when 'array' then new.content->'articles' else '[]' end) article;
      return new;
    end $$`,
  `create trigger index_revision before insert or update of content on revisions for each row
    execute function index_revision()`,
  `create index revisions_document on revisions using gin (document)`,
  `alter table earlier_editions add column document tsvector`,
  `create function index_earlier_edition() returns trigger language plpgsql as $$
    declare
      config regconfig := search_config(new.language);
    begin
      new.document := setweight(to_tsvector(config, search_words(left(new.title, 10000))), 'A')
        || to_tsvector(config, search_words(left(regexp_replace(new.html, '<[^>]*>', ' ', 'g'), 90000)));
      return new;
    end $$`,
  `create trigger index_earlier_edition before insert or update of title, html on earlier_editions for each row
    execute function index_earlier_edition()`,
  `create index earlier_editions_document on earlier_editions using gin (document)`,
  // what there is already
  `update revisions set content = content`,
  `update earlier_editions set html = html`,
];
