import { type Kysely, sql } from 'kysely';

/** What relays refuse counts as what came back does; events of providers; messages that came in, and replies. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // The sending path writes here, too: a foreign key would have it wait for who holds the reader's or the edition's row.
  `alter table bounces
    drop constraint bounces_subscriber_id_fkey,
    drop constraint bounces_edition_id_fkey,
    drop constraint bounces_kind_check,
    add constraint bounces_kind_check check (kind in ('bounce', 'complaint', 'suppressed')),
    add column newsletter_id bigint,
    add column letter_id bigint,
    add column followed boolean not null default true`,
  'update bounces b set newsletter_id = e.newsletter_id from editions e where e.id = b.edition_id',
  'create index bounces_open on bounces (id) where not followed',
  'create index bounces_newsletter on bounces (newsletter_id, id)',
  'create index bounces_reader on bounces (subscriber_id, id)',
  `alter table suppressions
    drop constraint suppressions_reason_check,
    add constraint suppressions_reason_check
      check (reason in ('bounce', 'complaint', 'erasure', 'operator', 'provider'))`,
  // What providers told: emptied when it was followed; the id stays, so that it counts once.
  `create table hook_events (
    provider text not null,
    event_id text not null,
    nonce text,
    event jsonb not null,
    signed boolean not null,
    at timestamptz not null default now(),
    taken_at timestamptz,
    tries integer not null default 0,
    primary key (provider, event_id),
    unique (provider, nonce)
  )`,
  'create index hook_events_open on hook_events (at) where taken_at is null',
  // Messages that came in and may come in once more, and what each was.
  `create table inbound_messages (
    key bytea primary key,
    at timestamptz not null default now(),
    source text not null,
    kind text not null
  )`,
  'create index inbound_messages_at on inbound_messages (at)',
  // What readers write to a newsletter's reply address, until it was passed on to the newsroom and a while after.
  `create table replies (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    newsletter_id bigint not null references newsletters (id),
    subscriber_id bigint,
    email text not null,
    message bytea not null,
    wants_out boolean not null,
    handled_at timestamptz
  )`,
  'create index replies_open on replies (id) where wants_out and handled_at is null',
  'create index replies_from on replies (email, at)',
];
