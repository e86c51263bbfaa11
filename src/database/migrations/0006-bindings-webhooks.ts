import { type Kysely, sql } from 'kysely';

/**
 * Which newsletters operators and tokens are bound to, how long tokens hold, where an audited act came from, and the
 * webhooks: triggers write what is to be told, in the transaction of its cause and whichever code makes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Null: the whole newsroom. An id that no newsletter has any more opens nothing, so nothing widens by itself.
  `alter table operators add column bound_to bigint[]
    check (cardinality(bound_to) > 0 and (role <> 'owner' or bound_to is null))`,
  `alter table api_tokens add column bound_to bigint[] check (cardinality(bound_to) > 0)`,
  `alter table api_tokens add column expires_at timestamptz`,
  `alter table audit add column origin text`,
  `create index audit_operator on audit (operator_id, id) where operator_id is not null`,
  `create index audit_token on audit (token_id, id) where token_id is not null`,
  `create index audit_action on audit (action, id)`,
  `create index audit_object on audit (object text_pattern_ops, id)`,
  `create index audit_at on audit (at)`,

  // Where other programs are told what happened, and what each is to be told.
  `create table webhooks (
    id bigint generated always as identity primary key,
    url text not null,
    description text not null default '',
    events text[] not null check (cardinality(events) > 0),
    bound_to bigint[] check (cardinality(bound_to) > 0),
    -- sealed under SECRET
    secret bytea not null,
    -- still signed with for a day, so that a receiver can change over
    previous_secret bytea,
    previous_until timestamptz,
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_by text check (disabled_by in ('operator', 'failing', 'gone')),
    created_at timestamptz not null default now()
  )`,
  `create table webhook_messages (
    id bigint generated always as identity primary key,
    webhook_id bigint not null references webhooks on delete cascade,
    type text not null,
    at timestamptz not null default now(),
    data jsonb not null,
    subscriber_id bigint,
    state text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null default now()
  )`,
  `create index webhook_messages_due on webhook_messages (webhook_id, next_at) where state = 'queued'`,
  `create index webhook_messages_at on webhook_messages (at)`,
  `create index webhook_messages_subscriber on webhook_messages (subscriber_id)
    where subscriber_id is not null`,
  `create table webhook_attempts (
    id bigint generated always as identity primary key,
    message_id bigint not null references webhook_messages on delete cascade,
    webhook_id bigint not null references webhooks on delete cascade,
    at timestamptz not null default now(),
    status integer,
    answer text,
    error text,
    milliseconds integer not null
  )`,
  `create index webhook_attempts_newest on webhook_attempts (webhook_id, id)`,
  `create index webhook_attempts_message on webhook_attempts (message_id)`,

  // Whatever changes a subscription writes a consent; told is what the subscription has become by it.
  `create function tell_of_consents() returns trigger language plpgsql as $$
    begin
      if not exists (select from webhooks where disabled_at is null) then return null; end if;
      insert into webhook_messages (webhook_id, type, subscriber_id, data)
      select w.id, c.type, c.subscriber_id, jsonb_build_object('subscriber', c.subscriber_id::text,
        'email', s.email, 'name', s.name, 'language', s.language, 'newsletter', n.slug, 'by', c.action,
        'form', c.form)
      from (
        select distinct on (subscriber_id, newsletter_id, type) * from (
          select k.id, k.subscriber_id, k.newsletter_id, k.action, k.form, case k.action
            when 'request' then 'subscribed' when 'withdraw' then 'unsubscribed' else 'confirmed' end as type
          from added k) typed
        order by subscriber_id, newsletter_id, type, id desc) c
      join subscriptions t on t.subscriber_id = c.subscriber_id and t.newsletter_id = c.newsletter_id
        and t.state = case c.type when 'subscribed' then 'pending' when 'confirmed' then 'active' else 'unsubscribed' end
      join subscribers s on s.id = c.subscriber_id
      join newsletters n on n.id = c.newsletter_id
      join webhooks w on w.disabled_at is null and c.type = any(w.events)
        and (w.bound_to is null or n.id = any(w.bound_to))
      order by c.id, w.id;
      return null;
    end $$`,
  `create trigger tell_of_consents after insert on consents referencing new table as added
    for each statement execute function tell_of_consents()`,
  `create function tell_of_choices() returns trigger language plpgsql as $$
    begin
      if not exists (select from webhooks where disabled_at is null and 'changed' = any(events)) then return null; end if;
      insert into webhook_messages (webhook_id, type, subscriber_id, data)
      select w.id, 'changed', t.subscriber_id, jsonb_build_object('subscriber', t.subscriber_id::text,
        'email', s.email, 'newsletter', n.slug, 'frequency', t.frequency, 'hour', t.hour,
        'sections', t.sections, 'pausedUntil', t.paused_until)
      from after_it t join before_it b on b.subscriber_id = t.subscriber_id and b.newsletter_id = t.newsletter_id
        and b.state = t.state and (b.frequency, b.hour, b.sections, b.paused_until)
          is distinct from (t.frequency, t.hour, t.sections, t.paused_until)
      join subscribers s on s.id = t.subscriber_id
      join newsletters n on n.id = t.newsletter_id
      join webhooks w on w.disabled_at is null and 'changed' = any(w.events)
        and (w.bound_to is null or n.id = any(w.bound_to))
      where t.state = 'active'
      order by t.subscriber_id, n.id, w.id;
      return null;
    end $$`,
  `create trigger tell_of_choices after update on subscriptions
    referencing old table as before_it new table as after_it
    for each statement execute function tell_of_choices()`,
  `create function tell_of_people() returns trigger language plpgsql as $$
    begin
      if not exists (select from webhooks where disabled_at is null and 'changed' = any(events)) then return null; end if;
      insert into webhook_messages (webhook_id, type, subscriber_id, data)
      select w.id, 'changed', s.id, jsonb_build_object('subscriber', s.id::text, 'email', s.email,
        'name', s.name, 'language', s.language, 'timezone', s.timezone)
      from after_it s join before_it b on b.id = s.id and (b.email, b.name, b.language, b.timezone)
        is distinct from (s.email, s.name, s.language, s.timezone)
      join webhooks w on w.disabled_at is null and 'changed' = any(w.events)
        and exists (select from subscriptions t where t.subscriber_id = s.id and t.state = 'active'
          and (w.bound_to is null or t.newsletter_id = any(w.bound_to)))
      where s.erased_at is null
      order by s.id, w.id;
      return null;
    end $$`,
  `create trigger tell_of_people after update on subscribers
    referencing old table as before_it new table as after_it
    for each statement execute function tell_of_people()`,
  `create function tell_of_edition() returns trigger language plpgsql as $$
    begin
      insert into webhook_messages (webhook_id, type, data)
      select w.id, 'edition.' || new.state, jsonb_build_object('edition', new.id::text, 'newsletter', n.slug,
        'number', new.number, 'kind', new.kind, 'localDate', new.local_date, 'before', old.state,
        'heldBy', new.held_by, 'audience', new.audience)
      from newsletters n join webhooks w on w.disabled_at is null and 'edition.' || new.state = any(w.events)
        and (w.bound_to is null or n.id = any(w.bound_to))
      where n.id = new.newsletter_id
      order by w.id;
      return null;
    end $$`,
  `create trigger tell_of_edition after update of state on editions for each row
    when (old.state is distinct from new.state and new.state in ('sending', 'paused', 'sent'))
    execute function tell_of_edition()`,
];
