import { type Kysely, sql } from 'kysely';

/** How mails look: a newsletter's layout and face, an edition's own layout, how much of it a reader wants, an article's length and last change. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const LAYOUTS = `('broadsheet', 'compact')`;

const statements = [
  `alter table newsletters
    add column layout text not null default 'broadsheet' check (layout in ${LAYOUTS}),
    add column typeface text not null default 'georgia'
      check (typeface in ('georgia', 'palatino', 'times', 'helvetica'))`,
  `alter table editions add column layout text check (layout in ${LAYOUTS})`,
  `alter table subscriptions add column format text not null default 'full'
    check (format in ('full', 'headlines', 'text'))`,
  `alter table articles
    add column words integer check (words > 0),
    add column revised_at timestamptz`,

  // As 0006 made it, with the format.
  `create or replace function tell_of_choices() returns trigger language plpgsql as $$
    begin
      if not exists (select from webhooks where disabled_at is null and 'changed' = any(events)) then return null; end if;
      insert into webhook_messages (webhook_id, type, subscriber_id, data)
      select w.id, 'changed', t.subscriber_id, jsonb_build_object('subscriber', t.subscriber_id::text,
        'email', s.email, 'newsletter', n.slug, 'frequency', t.frequency, 'hour', t.hour,
        'sections', t.sections, 'format', t.format, 'pausedUntil', t.paused_until)
      from after_it t join before_it b on b.subscriber_id = t.subscriber_id and b.newsletter_id = t.newsletter_id
        and b.state = t.state and (b.frequency, b.hour, b.sections, b.format, b.paused_until)
          is distinct from (t.frequency, t.hour, t.sections, t.format, t.paused_until)
      join subscribers s on s.id = t.subscriber_id
      join newsletters n on n.id = t.newsletter_id
      join webhooks w on w.disabled_at is null and 'changed' = any(w.events)
        and (w.bound_to is null or n.id = any(w.bound_to))
      where t.state = 'active'
      order by t.subscriber_id, n.id, w.id;
      return null;
    end $$`,
];
