import { type Kysely, sql } from 'kysely';

/** What follows from what comes back: newsletters held for complaints, domains and readers that rest, rates by receiver. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table newsletters
    add column complaints_held_at timestamptz,
    add column complaints_decided bigint not null default 0`,
  'alter table editions drop constraint editions_held_by_check',
  `alter table editions add constraint editions_held_by_check
    check (held_by in ('editor', 'missed', 'refusals', 'restore', 'nothing', 'complaints'))`,
  `create index bounces_complaints on bounces (at) where kind = 'complaint'`,
  `alter table subscribers add column rests text check (rests in ('domain-gone', 'asleep'))`,
  'create index subscribers_rests on subscribers (rests, id) where rests is not null',
  // Which domains there are is found by going from one to the next in it.
  `create index subscribers_domain on subscribers (split_part(email_key, '@', 2), id)`,
  `create table receiver_domains (
    domain text primary key,
    receiver_group text,
    mx text,
    looked_at timestamptz,
    next_at timestamptz not null default now(),
    gone_since timestamptz,
    gone_why text check (gone_why in ('nxdomain', 'null-mx')),
    rests boolean not null default false
  )`,
  'create index receiver_domains_due on receiver_domains (next_at)',
  `create table receiver_pace (
    relay text not null default '',
    receiver_group text not null,
    per_second real check (per_second > 0),
    connections integer check (connections > 0),
    primary key (relay, receiver_group)
  )`,
  `create table relay_plans (
    relay text primary key,
    warm_up text
  )`,
  `create table signs_of_life (
    subscriber_id bigint primary key references subscribers (id) on delete cascade,
    seen_at timestamptz,
    asked_at timestamptz,
    rested_at timestamptz
  )`,
  'create index signs_of_life_asked on signs_of_life (asked_at) where asked_at is not null',
];
