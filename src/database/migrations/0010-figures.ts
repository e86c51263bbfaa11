import { type Kysely, sql } from 'kysely';

/** What relays answered by the hour, which receivers are held back, and the newsletters' readers by the day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Added to by every worker a few times a minute; a row for each hour, relay and group that had anything.
  `create table answer_counts (
    hour timestamptz not null,
    relay text not null,
    receiver_group text not null,
    sent integer not null default 0,
    deferred integer not null default 0,
    refused integer not null default 0,
    lost integer not null default 0,
    words text,
    words_at timestamptz,
    primary key (hour, relay, receiver_group)
  )`,
  // A newsletter's readers by the day, in its time zone: counted from the subscriptions every few minutes.
  `create table reader_days (
    newsletter_id bigint not null references newsletters on delete cascade,
    day date not null,
    readers integer not null,
    came integer not null,
    "left" integer not null,
    often integer not null,
    interest integer not null,
    never integer not null,
    other integer not null,
    written integer not null,
    updated_at timestamptz not null default now(),
    primary key (day, newsletter_id)
  )`,
  `create index editions_of_date on editions (local_date desc, id desc)`,
  // How the relay does, beside what it takes.
  `alter table relay_activity
    add column state text not null default 'up' check (state in ('up', 'slowed', 'resting', 'avoided')),
    add column connections integer not null default 0,
    add column resting_until timestamptz`,
  // Groups that a worker has found to take only so many messages, rewritten while it sends.
  `create table receiver_limits (
    worker integer not null,
    receiver_group text not null,
    per_second real not null,
    held_until timestamptz,
    at timestamptz not null default now(),
    primary key (worker, receiver_group)
  )`,
];
