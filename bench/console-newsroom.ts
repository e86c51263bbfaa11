import { sql } from 'kysely';
import type { Db } from '../src/database/connection.ts';
import { ensurePartitions } from '../src/database/partitions.ts';
import { openSealing } from '../src/database/sealing.ts';
import { keepReaderDays } from '../src/subscribers/reader-days.ts';
import { addWebhook } from '../src/webhooks/webhooks.ts';
import type { ConsoleThings } from '../tests/browser/console-pages.ts';

/**
 * Fills a newsroom with what many readers and editions leave behind: names, reasons of those who left, consents,
 * a thousand ranges for each edition of a million, the whole ledger of the newest, an audit.
 */
export async function fillForConsole(
  db: Db,
  { readers, editions }: { readers: number; editions: number },
): Promise<ConsoleThings> {
  const rebuild = await dropIndexes(db, ['consents', 'audit', 'ranges', 'subscriptions']);
  await sql`
    insert into consents (subscriber_id, newsletter_id, action, at, form)
    select subscriber_id, newsletter_id, 'confirm', confirmed_at, 'page' from subscriptions`.execute(
    db,
  );
  await sql`
    insert into audit (at, actor, action, object)
    select now() - n * interval '1 minute', 'system', 'change', 'subscriber ' || n
    from generate_series(1, 100000) n`.execute(db);
  await sql`
    insert into suppressions (address_hash, reason)
    select address_hash, 'bounce' from subscribers where id % 50 = 0`.execute(db);
  const hook = {
    url: 'https://hooks.example/gaceta',
    description: '',
    events: ['confirmed' as const],
  };
  await addWebhook(db, openSealing(['bench']), hook, null);
  await sql`
    insert into imports (newsletter_id, newsletters, state, lines, skipped, errors, progress)
    select min(id), array[min(id)], 'done', 100000, 1000,
      (select jsonb_agg(jsonb_build_object('line', n, 'reason', 'A line without its consent.'))
        from generate_series(1, 1000) n), 1
    from newsletters, generate_series(1, 1000) each group by each`.execute(db);
  await sql`
    insert into feeds (newsletter_id, url)
    select min(id), 'https://harbour.example/feed.xml' from newsletters`.execute(db);
  await addEditions(db, editions);
  await ensurePartitions(db);
  await addRanges(db, readers);
  const things = await ofEachKind(db);
  await addLedger(db, things.sent);
  await rebuild();
  await keepReaderDays(db);
  await sql`vacuum (analyze)`.execute(db);
  return things;
}

/** Readers who came over a thousand days, each twelfth of whom has left. */
export async function addConsoleReaders(db: Db, readers: number): Promise<void> {
  const rebuild = await dropIndexes(db, ['subscribers', 'subscriptions']);
  await sql`
    insert into subscribers (email, email_key, address_hash, name, language, receiver_group, created_at)
    select a, a, sha256(a::bytea), 'Reader Garcia ' || n, 'en', (array['google', 'microsoft', 'yahoo', 'rest'])[n % 4 + 1],
      now() - (n % 1000) * interval '1 day'
    from (select n, 'reader-' || n || '@example.test' as a from generate_series(1, ${readers}::int) n) each`.execute(
    db,
  );
  await sql`
    insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at, left_at, leave_reason)
    select (select min(id) from newsletters), id, case when id % 12 = 0 then 'unsubscribed' else 'active' end,
      created_at, created_at, case when id % 12 = 0 then created_at + (now() - created_at) / 2 end,
      case when id % 36 = 0 then 'often: Too many' end
    from subscribers`.execute(db);
  await rebuild();
}

/** Drops what only slows filling down; answers what builds it again. */
async function dropIndexes(db: Db, tables: string[]): Promise<() => Promise<void>> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid = any(${tables}::regclass[]) and not indisunique`.execute(db);
  for (const { name } of rows) await sql.raw(`drop index ${name}`).execute(db);
  return async () => {
    for (const { definition } of rows) await sql.raw(definition).execute(db);
  };
}

async function addEditions(db: Db, editions: number): Promise<void> {
  const states = sql`case n when 1 then 'draft' when 2 then 'sending' when 3 then 'paused' when 4 then 'scheduled' else 'sent' end`;
  await sql`
    insert into editions (newsletter_id, number, kind, local_date, state, subject, revision, send_at, frozen_at,
      started_at, planned_at, finished_at, audience)
    select (select min(id) from newsletters), ${editions} - n + 1, case when n in (2, 3, 4) then 'special' else 'daily' end,
      current_date - n::int, ${states}, 'Edition ' || n, case when n in (1, 4) then 0 else 1 end, at,
      case when n not in (1, 4) then at end, case when n not in (1, 4) then at end,
      case when n not in (1, 4) then at end, case when n > 4 then at + interval '5 minutes' end, null
    from (select n, now() - n * interval '1 day' as at from generate_series(1, ${editions}::int) n order by n desc) each`.execute(
    db,
  );
  const articles = sql`(select jsonb_agg(jsonb_build_object('id', a::text, 'story', a::text, 'section', 'news',
    'language', 'en', 'title', 'Story number ' || a, 'standfirst', repeat('What happened. ', 15), 'url',
    'https://news.example/' || a, 'image', null, 'author', 'A. Reporter', 'publishedAt', '2026-11-24T06:00:00.000Z',
    'feed', null)) from generate_series(1, 20) a)`;
  await sql`
    insert into revisions (edition_id, number, content)
    select e.id, 1, jsonb_build_object(
      'newsletter', jsonb_build_object('id', n.id::text, 'slug', n.slug, 'title', n.title, 'language', 'en',
        'timezone', n.timezone, 'from', null, 'replyTo', null, 'private', false, 'linkParameters', null,
        'sections', '[{"slug": "news", "title": "News"}]'::jsonb),
      'edition', jsonb_build_object('id', e.id::text, 'number', e.number, 'kind', e.kind, 'localDate', e.local_date,
        'subject', e.subject, 'preheader', null, 'introduction', null),
      'frequencies', '["daily"]'::jsonb, 'languages', '["en"]'::jsonb, 'overlaps', '[]'::jsonb, 'articles', ${articles})
    from editions e join newsletters n on n.id = e.newsletter_id where e.revision = 1`.execute(db);
}

async function addRanges(db: Db, readers: number): Promise<void> {
  const ranges = Math.ceil(readers / 1_000);
  await sql`
    insert into ranges (edition_id, due_at, receiver_group, first_subscriber, last_subscriber, state, next_at, size,
      queued, sent, failed, skipped)
    select e.id, e.frozen_at, 'rest', n * 1000 + 1, (n + 1) * 1000,
      case when e.state = 'sent' then 'done' else 'planned' end, e.frozen_at, 1000,
      case when e.state = 'sent' then 0 else 500 end, case when e.state = 'sent' then 985 else 485 end, 5, 10
    from editions e, generate_series(0, ${ranges - 1}::int) n where e.frozen_at is not null`.execute(
    db,
  );
}

async function addLedger(db: Db, edition: string): Promise<void> {
  await sql`
    insert into deliveries (edition_id, subscriber_id, range_id, due_at, next_at, state, reason, relay, answer, sent_at)
    select ${edition}, s.id, r.id, now(), now(),
      case when s.id % 200 = 0 then 'failed' when s.id % 100 = 0 then 'skipped' else 'sent' end,
      case when s.id % 400 = 0 then 'expired' when s.id % 200 = 0 then 'refused' when s.id % 100 = 0 then 'unsubscribed' end,
      'sink', case when s.id % 200 = 0 then '550 5.1.1 unknown' else '250 2.0.0 Ok' end, now()
    from subscribers s
    join ranges r on r.edition_id = ${edition} and r.first_subscriber = (s.id - 1) / 1000 * 1000 + 1
    order by s.id`.execute(db);
}

async function ofEachKind(db: Db): Promise<ConsoleThings> {
  const { rows } = await sql<ConsoleThings>`
    select (select slug from newsletters order by id limit 1) as newsletter,
      (select max(id) from subscribers) as reader,
      (select id from editions where state = 'draft') as draft,
      (select id from editions where state = 'sending') as sending,
      (select id from editions where state = 'paused') as paused,
      (select id from editions where state = 'scheduled') as special,
      (select max(id) from editions where state = 'sent') as sent,
      (select max(id) from webhooks) as webhook,
      (select max(id) from imports) as imported`.execute(db);
  const [things] = rows;
  if (!things) throw new Error('The newsroom is empty.');
  return things;
}
