import { type Kysely, sql } from 'kysely';

/** Who we are to receivers: the keys that sign, and what receivers report about mail in our name. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table dkim_keys (
    id bigint generated always as identity primary key,
    domain text not null,
    selector text not null,
    state text not null default 'waiting' check (state in ('waiting', 'active', 'retired')),
    private_key bytea,
    public_key text not null,
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    retired_at timestamptz,
    unique (domain, selector),
    check ((state = 'retired') = (private_key is null))
  )`,
  // one that signs and one that waits for its record, of each domain
  `create unique index dkim_keys_state on dkim_keys (domain, state) where state <> 'retired'`,

  // What a receiver reports of a day (RFC 7489, RFC 8460), each once however often it comes.
  `create table machine_reports (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('dmarc', 'tls')),
    received_at timestamptz not null default now(),
    reporter text not null,
    report_id text not null,
    domain text not null,
    begins_at timestamptz not null,
    ends_at timestamptz not null,
    policy text not null,
    signed_by text,
    doubt text check (doubt in ('unsigned', 'other-signer')),
    unique (kind, reporter, report_id, domain)
  )`,
  'create index machine_reports_time on machine_reports (kind, begins_at)',
  'create index machine_reports_received on machine_reports (received_at)',
  `create table dmarc_rows (
    report_id bigint not null references machine_reports (id) on delete cascade,
    source inet not null,
    messages bigint not null,
    disposition text not null,
    dkim_aligned boolean not null,
    spf_aligned boolean not null
  )`,
  'create index dmarc_rows_report on dmarc_rows (report_id)',
  `create table tls_rows (
    report_id bigint not null references machine_reports (id) on delete cascade,
    policy_type text not null,
    sessions bigint not null,
    failed bigint not null,
    failures jsonb not null default '[]'
  )`,
  'create index tls_rows_report on tls_rows (report_id)',
  // the reverse names of the addresses in them, looked up once
  `create table source_names (
    source inet primary key,
    name text,
    looked_up_at timestamptz
  )`,
  'create index source_names_due on source_names (source) where looked_up_at is null',

  // Why messages were put off or refused, by day: what answer_counts has no room for.
  `create table answer_causes (
    day date not null,
    receiver_group text not null,
    answer text not null check (answer in ('deferred', 'refused')),
    cause text not null,
    messages bigint not null,
    primary key (day, receiver_group, answer, cause)
  )`,
];
