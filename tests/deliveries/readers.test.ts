import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { emptyLedger, ledger } from '../../src/deliveries/ledger.ts';
import { eventually } from '../harness/eventually.ts';
import { contentFor, freezeEdition, makeReaders } from './fixtures/edition.ts';
import { rowsOf } from './fixtures/rows.ts';
import { openSending } from './fixtures/sending.ts';

/** The n-th reader of a newsletter. */
const nth = (newsletter: string, n: number) =>
  sql`(select subscriber_id from subscriptions where newsletter_id = ${newsletter} order by 1 offset ${n} limit 1)`;

test('who leaves, is suppressed, pauses or is erased after planning is skipped if the message has not started', async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using sending = await openSending({
    react: (step) => (step === 'dot' ? { after: opened } : undefined),
  });
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 60);
  const edition = await freezeEdition(db, newsletter);
  const sent = sending.send(edition);
  await eventually(() => expect(sink.received).toHaveLength(4));
  // The first has started; the others have not.
  for (const n of [0, 50]) {
    await sql`update subscriptions set state = 'unsubscribed', left_at = now()
      where subscriber_id = ${nth(newsletter, n)}`.execute(db);
  }
  await sql`insert into suppressions (address_hash, reason)
    select address_hash, 'operator' from subscribers where id = ${nth(newsletter, 51)}`.execute(db);
  await sql`insert into suppressions (address_hash, reason, held)
    select address_hash, 'bounce', true from subscribers where id = ${nth(newsletter, 52)}`.execute(
    db,
  );
  await sql`update subscriptions set paused_until = now() + interval '1 day'
    where subscriber_id = ${nth(newsletter, 53)}`.execute(db);
  await sql`update subscribers set email = null, address_hash = null, erased_at = now()
    where id = ${nth(newsletter, 54)}`.execute(db);
  open();
  await sent;
  const rows = await rowsOf(db, edition);
  expect(rows[0]?.state).toBe('sent');
  expect(rows.slice(50, 55).map(({ state, reason }) => [state, reason])).toEqual([
    ['skipped', 'unsubscribed'],
    ['skipped', 'suppressed'],
    ['sent', null],
    ['skipped', 'paused'],
    ['skipped', 'erased'],
  ]);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 56, skipped: 4 });
  expect(sink.accepted).toHaveLength(56);
});

test('each reader gets what they chose; an empty choice is skipped', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 4);
  await sql`update subscriptions set sections = '{updates}' where subscriber_id = ${nth(newsletter, 1)}`.execute(
    db,
  );
  await sql`update subscriptions set sections = '{sport}' where subscriber_id = ${nth(newsletter, 2)}`.execute(
    db,
  );
  await sql`update subscriptions set frequency = 'weekly' where subscriber_id = ${nth(newsletter, 3)}`.execute(
    db,
  );
  const edition = await freezeEdition(db, newsletter, {
    content: { frequencies: ['daily', 'weekly'] },
  });
  // The last one changes their mind after the freeze.
  await sql`update revisions set content = jsonb_set(content, '{frequencies}', '["daily"]')`.execute(
    db,
  );
  await sql`update subscriptions set frequency_before = 'daily', frequency_since = now() + interval '1 minute'
    where subscriber_id = ${nth(newsletter, 3)}`.execute(db);
  await sending.send(edition);
  const rows = await rowsOf(db, edition);
  expect(rows.map(({ state, reason }) => [state, reason])).toEqual([
    ['sent', null],
    ['sent', null],
    ['skipped', 'nothing'],
    ['skipped', 'nothing'],
  ]);
  const body = (n: number) =>
    sink.accepted.find((message) => message.to === rows[n]?.email)?.bytes.toString('latin1') ?? '';
  expect(body(0)).toContain('Story 1');
  expect(body(0)).toContain('Story 2');
  expect(body(1)).not.toContain('Story 1');
  expect(body(1)).toContain('Story 2');
});

test('who wants headlines gets no more than those, in a variant that all who want them share', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 3);
  await sql`update subscriptions set format = 'headlines'
    where subscriber_id <> ${nth(newsletter, 0)}`.execute(db);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  const rows = await rowsOf(db, edition);
  const bodies = rows.map(
    ({ email }) => sink.accepted.find(({ to }) => to === email)?.bytes.toString('latin1') ?? '',
  );
  expect(bodies.map((body) => body.includes('What happened in story 1'))).toEqual([
    true,
    false,
    false,
  ]);
  for (const body of bodies) expect(body).toContain('Story 2');
  const variants = await db.selectFrom('variants').select('key').execute();
  expect(variants).toHaveLength(2);
});

test('a story that another edition brought is left out, and all of it brought is nothing', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 3);
  await sql`update subscriptions set sections = '{news}' where subscriber_id = ${nth(newsletter, 1)}`.execute(
    db,
  );
  const first = await freezeEdition(db, newsletter);
  await sending.send(first);
  sink.accepted.length = 0;
  const again = contentFor(newsletter, '0', 2);
  const overlaps = [{ edition: first, articles: [{ theirs: '1', ours: '1' }] }];
  const second = await freezeEdition(db, newsletter, {
    content: { articles: again.articles, overlaps },
  });
  await sql`update subscriptions set sections = '{news}' where subscriber_id = ${nth(newsletter, 1)}`.execute(
    db,
  );
  await sending.send(second);
  const rows = await rowsOf(db, second);
  expect(rows.map(({ state, reason }) => [state, reason])).toEqual([
    ['sent', null],
    ['skipped', 'nothing'],
    ['sent', null],
  ]);
  for (const { bytes } of sink.accepted) {
    expect(bytes.toString('latin1')).not.toContain('Story 1');
    expect(bytes.toString('latin1')).toContain('Story 2');
  }
});

test('a correction reaches those whose message has not started, and each row keeps its revision', async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using sending = await openSending({
    react: (step) => (step === 'dot' ? { after: opened } : undefined),
  });
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 60);
  const edition = await freezeEdition(db, newsletter);
  const sent = sending.send(edition);
  await eventually(() => expect(sink.received).toHaveLength(4));
  await sql`insert into revisions (edition_id, number, content)
    select edition_id, 2, replace(content::text, 'Story 1', 'Corrected story')::jsonb from revisions
    where edition_id = ${edition}`.execute(db);
  await sql`update editions set revision = 2 where id = ${edition}`.execute(db);
  open();
  await sent;
  const rows = await rowsOf(db, edition);
  const corrected = rows.filter((row) => row.revision === 2);
  expect(corrected.length).toBeGreaterThanOrEqual(60 - 16);
  for (const { email, revision } of rows) {
    const message = sink.accepted.find(({ to }) => to === email)?.bytes.toString('latin1') ?? '';
    expect(message.includes('Corrected story')).toBe(revision === 2);
  }
});

test('one reader who cannot be addressed fails alone', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 12);
  const set = (n: number, email: string) =>
    sql`update subscribers set email = ${email} where id = ${nth(newsletter, n)}`.execute(db);
  await set(1, 'not an address');
  await set(2, 'two@at@news.test');
  await set(3, 'evil@news.test\r\nBcc: all@news.test');
  await sql`update subscribers set name = ${'Line\r\nBreak: yes'} where id = ${nth(newsletter, 4)}`.execute(
    db,
  );
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  const rows = await rowsOf(db, edition);
  for (const n of [1, 2, 3, 4])
    expect(rows[n]).toMatchObject({ state: 'failed', reason: 'unaddressable' });
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 8, failed: 4 });
  expect(sink.accepted).toHaveLength(8);
});

test('an edition that cannot be rendered waits, and holds nobody else up', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const broken = await freezeEdition(db, await makeReaders(db, 3));
  await sql`update revisions set content = content - 'newsletter' where edition_id = ${broken}`.execute(
    db,
  );
  const whole = await freezeEdition(db, await makeReaders(db, 3));
  await Promise.all([sending.send(broken), sending.send(whole)]);
  expect(await ledger(db, whole)).toEqual({ ...emptyLedger(), sent: 3 });
  expect(await ledger(db, broken)).toEqual({ ...emptyLedger(), queued: 3 });
  expect(sink.accepted).toHaveLength(3);
});

test('what every message carries', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 1));
  await sending.send(edition);
  const [message] = sink.accepted;
  const head = message?.bytes.toString('latin1').split('\r\n\r\n')[0] ?? '';
  expect(head).toMatch(
    new RegExp(`^Message-ID: <edition-${edition}\\.reader-\\d+\\.[0-9a-f]{10}@news\\.test>`, 'm'),
  );
  expect(head).toMatch(
    /^List-Unsubscribe: <http:\/\/localhost:3000\/unsubscribe\/[^>]+>,\s+<mailto:desk@news\.test\?subject=unsubscribe%20[^>]+>/m,
  );
  expect(head).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
  expect(head).toMatch(/^List-Id: /im);
  expect(head).toMatch(/^List-Archive: <http:\/\/localhost:3000\/archive\/[^>]+>$/m);
  expect(message?.from).toMatch(/^desk\+s\d+e\d+-[b-w]{32}@news\.test$/);
  // who unsubscribes by any of its links is counted with it
  const { text = '' } = await simpleParser(message?.bytes ?? '');
  for (const page of ['unsubscribe', 'preferences'])
    expect(text).toMatch(new RegExp(`/${page}/s\\d+(?:n\\d+)?e${edition}-`));
});
