import { type Kysely, sql } from 'kysely';

/** What came back of what was sent: bounces and complaints, each once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table bounces (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    kind text not null check (kind in ('bounce', 'complaint')),
    source text not null,
    subscriber_id bigint not null references subscribers (id) on delete cascade,
    edition_id bigint references editions (id),
    receiver_group text not null,
    hard boolean not null,
    reason text not null,
    status text,
    words text not null,
    suppressed boolean not null default false
  )`,
  // A report that comes again, by the same door or by another one, changes nothing.
  `create unique index bounces_once on bounces (subscriber_id, coalesce(edition_id, 0), kind, hard, ((at at time zone 'UTC')::date))`,
  'create index bounces_edition on bounces (edition_id)',
  // An address is blocked: by a report that came back, or by what a relay answered while an edition was sent.
  `create function tell_of_suppression() returns trigger language plpgsql as $$
    begin
      insert into webhook_messages (webhook_id, type, subscriber_id, data)
      select w.id, e.type, s.id, jsonb_build_object('subscriber', s.id::text, 'email', s.email,
        'newsletter', n.slug, 'edition', new.edition_id::text, 'words', new.detail)
      from (select case new.reason when 'bounce' then 'bounced' else 'complained' end as type) e
      join subscribers s on s.address_hash = new.address_hash
      left join editions d on d.id = new.edition_id
      left join newsletters n on n.id = d.newsletter_id
      join webhooks w on w.disabled_at is null and e.type = any(w.events)
        and (w.bound_to is null or n.id = any(w.bound_to))
      order by w.id;
      return null;
    end $$`,
  `create trigger tell_of_suppression after insert or update of held on suppressions for each row
    when (not new.held and new.reason in ('bounce', 'complaint'))
    execute function tell_of_suppression()`,
];
