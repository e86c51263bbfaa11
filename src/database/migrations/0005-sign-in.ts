import { type Kysely, sql } from 'kysely';

/** How operators get in: invitations, second factors, passkeys, single sign-on, and sessions one can tell apart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table operators
    add column oidc_issuer text,
    add column oidc_subject text,
    add constraint operators_oidc check ((oidc_issuer is null) = (oidc_subject is null))`,
  `create unique index operators_identity on operators (oidc_issuer, oidc_subject)`,
  `alter table setup_links
    add column purpose text not null default 'password'
      check (purpose in ('first', 'invitation', 'password')),
    add column replaced_at timestamptz`,
  `update setup_links set purpose = 'first' where operator_id is null`,
  `create index setup_links_operator on setup_links (operator_id)`,
  `alter table sessions
    add column id bigint generated always as identity unique,
    add column method text not null default 'password'
      check (method in ('password', 'link', 'passkey', 'oidc')),
    add column user_agent text,
    add column origin_address text`,
  `create table sign_in_steps (
    token_hash bytea primary key,
    kind text not null check (kind in ('second-factor', 'passkey', 'oidc')),
    operator_id bigint references operators,
    data jsonb not null default '{}',
    expires_at timestamptz not null
  )`,
  `create index sign_in_steps_expiry on sign_in_steps (expires_at)`,
  `create table totp_secrets (
    operator_id bigint primary key references operators,
    sealed bytea not null,
    confirmed_at timestamptz,
    last_step bigint
  )`,
  `create table recovery_codes (
    operator_id bigint not null references operators,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (operator_id, code_hash)
  )`,
  `create table passkeys (
    id bigint generated always as identity primary key,
    operator_id bigint not null references operators,
    credential_id text not null unique,
    public_key bytea not null,
    counter bigint not null default 0,
    transports text[] not null default '{}',
    name text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz
  )`,
  `create index passkeys_operator on passkeys (operator_id)`,
];
