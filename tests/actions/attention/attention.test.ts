import { type RawBuilder, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { Cause } from '../../../src/actions/attention/causes.ts';
import { countAttention, listAttention } from '../../../src/actions/attention/list.ts';
import { lookForAttention } from '../../../src/actions/attention/look.ts';
import { attentionInWords } from '../../../src/actions/attention/words.ts';
import { loadConfig } from '../../../src/config.ts';
import { type Context, openContext } from '../../../src/context.ts';
import { holdDue } from '../../../src/database/backup/hold.ts';
import { pauseEdition, pauseForRefusals } from '../../../src/editions/transitions.ts';
import { fetchFeedNow } from '../../../src/feeds/read-due.ts';
import { openLog } from '../../../src/process/log.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { freshDatabase } from '../../harness/database.ts';
import { eventually } from '../../harness/eventually.ts';
import { QUICK_TIMINGS } from '../../harness/timings.ts';

/** A newsroom with a relay, a living worker and a newsletter without a schedule: nothing needs a person. */
async function newsroom(variables: Record<string, string> = {}) {
  const config = loadConfig({
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'daily@news.test',
    FEED_ALLOW_PRIVATE: 'true',
    ...variables,
  });
  const url = await freshDatabase();
  const context = await openContext(config, url, openLog('silent', 'test'), QUICK_TIMINGS);
  onTestFinished(() => context.close());
  const { db } = context;
  await sql`insert into workers (host, pid, connections, lease_until) values ('here', 1, 1, now() + interval '1 hour')`.execute(
    db,
  );
  const newsletter = await makeReaders(db, 5);
  await sql`update newsletters set kinds = '{special}' where id = ${newsletter}`.execute(db);
  const look = async () => {
    await lookForAttention(context);
    return listAttention(db, null);
  };
  const needs = (cause: Cause) =>
    eventually(async () => {
      const [one, ...others] = (await look()).filter((each) => each.cause === cause);
      expect([one?.cause, others]).toEqual([cause, []]);
      return one as NonNullable<typeof one>;
    });
  const needsNobody = () => eventually(async () => expect(await look()).toEqual([]));
  const set = (edition: string, what: RawBuilder<unknown>) =>
    sql`update editions set ${what} where id = ${edition}`.execute(db);
  return { context, db, newsletter, look, needs, needsNobody, set };
}

const inWords = (found: Parameters<typeof attentionInWords>[0], language = 'en') =>
  attentionInWords(found, language, { unmasked: false });

test('nothing needs a person where nothing is wrong', async () => {
  const { look } = await newsroom();
  expect(await look()).toEqual([]);
});

test('a paused edition does: at once with the relay’s words, or when its operator left it', async () => {
  const { db, newsletter, needs, needsNobody } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await pauseForRefusals(db, edition, '550 5.7.1 <ana@news.test> is blocked');
  const paused = await needs('paused');
  expect(paused.subject).toBe(`edition ${edition}`);
  expect(inWords(paused)).toEqual({
    title: 'Edition paused',
    detail:
      'The Test, no. 1 is paused because its emails were refused: 550 5.7.1 <a•••@news.test> is blocked',
    fix: expect.stringContaining('resume the edition'),
  });
  expect(inWords(paused, 'es').title).toBe('Edición en pausa');
  await sql`update editions set state = 'sending', held_by = null, status_text = null`.execute(db);
  await needsNobody();
  await pauseEdition(db, edition);
  expect(inWords(await needs('paused')).detail).toContain('paused by a colleague');
});

test('an edition that is told to be held up does after a while, one that moves on does not', async () => {
  const { db, newsletter, look, needs, needsNobody, set } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await set(edition, sql`status_text = 'relay-1: 421 try later'`);
  expect(await look()).toEqual([]);
  expect(inWords(await needs('stalled')).detail).toContain('421 try later');
  await set(edition, sql`status_text = null`);
  await needsNobody();
});

test('a draft does whose hour passed: missed, waiting for review, but not the one of an earlier day', async () => {
  const { db, newsletter, needs, needsNobody, set } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await set(
    edition,
    sql`state = 'draft', held_by = 'missed', started_at = null, send_at = now() - interval '3 hours'`,
  );
  await needs('missed');
  await set(edition, sql`held_by = null`);
  await needs('review');
  await freezeEdition(db, newsletter);
  await needsNobody();
});

test('an hour that passes without an edition does, and one with nothing new', async () => {
  const { context, db, newsletter, needs, needsNobody } = await newsroom();
  await sql`update newsletters set kinds = '{daily}', timezone = 'UTC',
    send_at = to_char(now() at time zone 'UTC' - interval '1 minute', 'HH24:MI'),
    scheduled_since = now() - interval '2 days' where id = ${newsletter}`.execute(db);
  const missed = await needs('missed');
  expect(inWords(missed).detail).toMatch(/^The daily edition of The Test was not prepared at /);
  const [, slug, , date] = missed.subject.split(' ');
  await sql`insert into audit (actor, action, object, detail) values ('system', 'nothing new', ${`newsletter ${slug}`},
    ${JSON.stringify({ kind: 'daily', localDate: date })})`.execute(db);
  await needs('nothing');
  await sql`update newsletters set active = false`.execute(db);
  await needsNobody();
  expect(context.now()).toBeInstanceOf(Date);
});

test('readers who were not reached do, and those of whom nobody knows', async () => {
  const { db, newsletter, look, needs, set } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await sql`insert into ranges (edition_id, due_at, next_at, receiver_group, first_subscriber, last_subscriber,
      state, size, sent, failed, skipped, uncertain)
    values (${edition}, now(), now(), 'rest', 1, 1000, 'done', 1000, 890, 8, 100, 2)`.execute(db);
  await set(edition, sql`state = 'sent', finished_at = now() - interval '2 seconds'`);
  const uncertain = await needs('uncertain');
  expect(inWords(uncertain).detail).toContain('for 2 readers nobody knows');
  expect((await look()).map(({ cause }) => cause)).toEqual(['uncertain']); // 892 of 900
  await sql`update ranges set sent = 880, failed = 18`.execute(db);
  expect(inWords(await needs('incomplete')).detail).toContain('handed over for 882 of 900 readers');
});

test('complaints above one in a thousand do', async () => {
  const { db, newsletter, look, needs } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await sql`insert into ranges (edition_id, due_at, next_at, receiver_group, first_subscriber, last_subscriber,
      state, size, sent)
    values (${edition}, now(), now(), 'rest', 1, 2000, 'done', 2000, 2000)`.execute(db);
  const complain = (n: number) =>
    sql`insert into bounces (kind, source, subscriber_id, edition_id, receiver_group, hard, reason, words)
      select 'complaint', 'smtp', id, ${edition}, 'rest', false, 'abuse', ''
      from (select id from subscribers order by id limit ${n}::int) s
      on conflict do nothing`.execute(db);
  await complain(2);
  expect(await look()).toEqual([]);
  await complain(3);
  expect(inWords(await needs('complaints')).detail).toContain('by 3 readers of 2,000');
});

test('what a restore held does', async () => {
  const { context, db, newsletter, needs } = await newsroom();
  await freezeEdition(db, newsletter);
  const client = await context.pool.connect();
  await holdDue(client, '2026-11-24T00:00:00Z').finally(() => client.release());
  expect((await needs('restore')).detail).toBe('restore.paused');
});

test('a feed does that fails for a day, counted from its first failure', async () => {
  const { context, db, newsletter, needs, needsNobody } = await newsroom();
  const { rows } = await sql<{ id: string }>`
    insert into feeds (newsletter_id, url) values (${newsletter}, 'http://127.0.0.1:9/feed') returning id`.execute(
    db,
  );
  const feed = rows[0]?.id ?? '';
  const read = () =>
    fetchFeedNow(db, feed, { allowPrivate: true, now: context.now }).catch(() => undefined);
  const since = () => db.selectFrom('feeds').select('failingSince').executeTakeFirstOrThrow();
  await read();
  const first = await since();
  await read();
  expect(await since()).toEqual(first);
  expect(first.failingSince).toBeInstanceOf(Date);
  const found = await needs('feed');
  expect(found.subject).toBe(`feed ${feed}`);
  expect(attentionInWords(found, 'es', { unmasked: false }).detail).toContain(
    'no acepta conexiones',
  );
  await sql`update feeds set state = 'off'`.execute(db);
  await needsNobody();
});

test('an article that its feed withdrew does, until it is out of the edition', async () => {
  const { db, newsletter, needs, needsNobody } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await sql`update editions set state = 'scheduled', send_at = now() + interval '1 hour', started_at = null`.execute(
    db,
  );
  await sql`with f as (insert into feeds (newsletter_id, url) values (${newsletter}, 'https://port.example/feed') returning id),
    a as (insert into articles (title, url, canonical_url, published_at)
      values ('The bridge', 'https://port.example/1', 'port.example/1', now()) returning id),
    s as (insert into article_sources (article_id, newsletter_id, feed_id, guid, url, title, withdrawn_at)
      select a.id, ${newsletter}, f.id, 'g', 'https://port.example/1', 'The bridge', now() from a, f)
    insert into edition_articles (edition_id, article_id, position) select ${edition}, id, 0 from a`.execute(
    db,
  );
  await sql`update feeds set state = 'off'`.execute(db);
  expect(inWords(await needs('withdrawn')).detail).toBe(
    'In The Test, no. 1, 1 article is no longer in its feed: The bridge',
  );
  await sql`update edition_articles set dropped = true`.execute(db);
  await needsNobody();
});

test('no worker, and no relay', async () => {
  const { db, look, needs } = await newsroom();
  await sql`update workers set lease_until = now()`.execute(db);
  expect(await look()).toEqual([]); // a restart is none
  await needs('workers');
  await sql`update workers set lease_until = now() + interval '1 hour'`.execute(db);
  await eventually(async () => expect(await look()).toEqual([]));
  const { needs: alsoNeeds } = await newsroom({ SMTP_URL: '', MAIL_FROM: '' });
  expect(inWords(await alsoNeeds('relay'), 'es').fix).toContain('SMTP_URL');
});

test('of many that look at once each change is passed on once, and a scope sees its own', async () => {
  const { context, db, newsletter, set } = await newsroom();
  const edition = await freezeEdition(db, newsletter);
  await pauseForRefusals(db, edition, 'no');
  await sql`update workers set lease_until = now()`.execute(db);
  const told: unknown[] = [];
  const log = { ...context.log, warn: (what: unknown) => told.push(what) } as Context['log'];
  const all = () => Promise.all([1, 2, 3, 4].map(() => lookForAttention({ ...context, log })));
  await eventually(async () => {
    await all();
    expect(await countAttention(db, null)).toBe(2);
  });
  expect(await countAttention(db, [newsletter])).toBe(1);
  expect(await countAttention(db, [])).toBe(0);
  await set(edition, sql`state = 'cancelled'`);
  await eventually(async () => {
    await all();
    expect(await countAttention(db, [newsletter])).toBe(0);
  });
  const subject = `edition ${edition}`;
  expect(told.filter((one) => (one as { subject?: string }).subject === subject)).toHaveLength(2);
});
