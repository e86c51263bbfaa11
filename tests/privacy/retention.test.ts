import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ensurePartitions } from '../../src/database/partitions.ts';
import { ledger } from '../../src/deliveries/ledger.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { forgetOld } from '../../src/privacy/retention.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-29T12:00:00Z');
/** What stays: the newsroom's own, its readers, its archive, and what has a row for each of a few. */
const kept = [
  'api_tokens',
  'article_sources',
  'articles',
  'consents',
  'dkim_keys',
  'earlier_editions',
  'edition_articles',
  'editions',
  'feeds',
  'imports',
  'logos',
  'newsletters',
  'old_addresses',
  'operators',
  'passkeys',
  'ranges',
  'reader_days',
  'receiver_domains',
  'recovery_codes',
  'relay_plans',
  'sections',
  'settings',
  'signs_of_life',
  'source_names',
  'subscribers',
  'subscriptions',
  'suppressions',
  'totp_secrets',
  'webhooks',
  'wordings',
  'workers',
];
/** By `forgetOld`. */
const forgotten = [
  'audit',
  'bounces',
  'deliveries',
  'delivery_events',
  'form_posts',
  'hook_events',
  'inbound_messages',
  'letters',
  'replies',
  'revisions',
  'setup_links',
  'variants',
];
/** By who makes them, or with the row that they belong to. */
const forgottenElsewhere = [
  'alerts',
  'answer_causes',
  'answer_counts',
  'attention',
  'bulk_jobs',
  'bulk_readers',
  'dmarc_rows',
  'edition_pictures',
  'idempotency_keys',
  'import_batches',
  'kept_forms',
  'machine_reports',
  'picture_files',
  'pictures',
  'rate_limits',
  'receiver_limits',
  'receiver_pace',
  'relay_activity',
  'sessions',
  'sign_in_steps',
  'tls_rows',
  'webhook_attempts',
  'webhook_messages',
];
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const count = async (table: string) => {
  const { rows } = await sql<{ n: string }>`select count(*) as n from ${sql.table(table)}`.execute(
    db,
  );
  return Number(rows[0]?.n);
};

test('rows that were kept long enough go, younger ones and the open stay', async () => {
  for (const days of [300, 91, 89])
    await sql`insert into delivery_events (edition_id, subscriber_id, at, phase)
      values (1, 1, ${ago(days)}, 'rcpt')`.execute(db);
  for (const [days, state] of [
    [31, 'sent'],
    [31, 'failed'],
    [31, 'queued'],
    [29, 'sent'],
  ] as const)
    await sql`insert into letters (kind, language, content, state, created_at)
      values ('welcome', 'en', '{}', ${state}, ${ago(days)})`.execute(db);
  for (const days of [731, 729])
    await sql`insert into audit (actor, action, object, at) values ('cli', 'x', 'y', ${ago(days)})`.execute(
      db,
    );
  expect(await forgetOld(db, now)).toMatchObject({ delivery_events: 2, letters: 2, audit: 1 });
  expect(await count('delivery_events')).toBe(1);
  expect(await count('letters')).toBe(2);
  expect(await forgetOld(db, now)).toMatchObject({ delivery_events: 0, letters: 0, audit: 0 });
});

test('where something was done from goes before what was done', async () => {
  for (const days of [31, 29])
    await sql`insert into audit (actor, action, object, at, origin)
      values ('cli', 'cut', 'y', ${ago(days)}, '192.0.2.1')`.execute(db);
  for (const days of [31, 29])
    await sql`insert into setup_links (token_hash, expires_at)
      values (${Buffer.from([days])}, ${ago(days)})`.execute(db);
  expect(await forgetOld(db, now)).toMatchObject({ audit: 0, audit_origins: 1, setup_links: 1 });
  const { rows } = await sql`
    select origin from audit where action = 'cut' order by at`.execute(db);
  expect(rows).toEqual([{ origin: null }, { origin: '192.0.2.1' }]);
});

test('of every table it is known whether it is forgotten', async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
      and relname not like 'kysely%'`.execute(db);
  expect(rows.map(({ name }) => name).sort()).toEqual(
    [...kept, ...forgotten, ...forgottenElsewhere].sort(),
  );
});

test('of a corrected edition the last revision stays, rendered messages go', async () => {
  const id = await freezeEdition(db, await makeReaders(db, 1));
  await sql`insert into revisions (edition_id, number, content) values (${id}, 2, '{}')`.execute(
    db,
  );
  await sql`insert into variants (edition_id, revision, key, language, article_ids, subject, message, places)
    values (${id}, 2, 'k', 'en', '{}', 's', '', '[]')`.execute(db);
  await sql`update revisions set created_at = ${ago(91)}`.execute(db);
  await sql`update variants set created_at = ${ago(91)}`.execute(db);
  await sql`update editions set revision = 2 where id = ${id}`.execute(db);
  expect(await forgetOld(db, now)).toMatchObject({ revisions: 0, variants: 0 });
  await sql`update editions set state = 'sent', finished_at = ${ago(91)} where id = ${id}`.execute(
    db,
  );
  expect(await forgetOld(db, now)).toMatchObject({ revisions: 1, variants: 1 });
  expect(await count('revisions')).toBe(1);
});

test('a partition goes once all its editions ended 400 days ago, and their counts stay', async () => {
  await sql`update editions set finished_at = ${ago(401)}, state = 'sent'`.execute(db);
  const newsletter = await makeReaders(db, 3);
  const old = await freezeEdition(db, newsletter);
  for await (const _ of planEdition(db, old, { groups: [] }));
  await sql`alter table editions alter column id restart with 64`.execute(db);
  await freezeEdition(db, newsletter);
  await ensurePartitions(db);
  const before = await ledger(db, old);

  const finish = (days: number, state: string) =>
    sql`update editions set state = ${state}, finished_at = ${ago(days)} where id = ${old}`.execute(
      db,
    );
  for (const [days, state] of [
    [399, 'sent'],
    [401, 'paused'],
  ] as const) {
    await finish(days, state);
    expect((await forgetOld(db, now)).partitions).toBe(0);
  }
  await finish(401, 'sent');
  expect((await forgetOld(db, now)).partitions).toBe(1);
  expect(await ledger(db, old)).toEqual(before);
  expect(await count('deliveries')).toBe(0);
  await ensurePartitions(db);
  expect((await forgetOld(db, now)).partitions).toBe(0);
});
