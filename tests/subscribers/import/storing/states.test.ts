import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { endSubscriptions } from '../../../../src/subscribers/subscriptions/end.ts';
import { openFreshDatabase } from '../../../harness/database.ts';
import { importFolder, importList, openQueue } from '../../fixtures/import-queue.ts';
import {
  asks,
  confirm,
  evidence,
  hashAddress,
  makeNewsletter,
  request,
} from '../../fixtures/newsroom.ts';

const database = await openFreshDatabase();
const { db } = database;
const folder = await importFolder();
const now = new Date('2026-11-24T12:00:00Z');
const queue = openQueue(database, folder, { now: () => now });
const daily = await makeNewsletter(db, 'daily');
const header = 'email,state,consent_source,consent_at,unsubscribed_at,consents\n';
const run = (lines: string[], said = {}) => importList(db, queue, header + lines.join('\n'), said);
const stateOf = async (email: string) => {
  const { rows } = await sql<{
    state: string | null;
    reason: string | null;
    detail: string | null;
  }>`
    select (select t.state from subscriptions t join subscribers s on s.id = t.subscriber_id where s.email_key = ${email}),
      x.reason, x.detail
    from (select 1) one left join suppressions x on x.address_hash = ${hashAddress(email)}`.execute(
    db,
  );
  return rows[0];
};
const reader = async (email: string) => {
  await request(db, asks(email, [daily]), now);
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', email)
    .executeTakeFirstOrThrow();
  await confirm(db, id, new Date(now.getTime() - 3_600_000));
  return id;
};
const leave = (subscriber: string, at: Date) =>
  endSubscriptions(db, [{ subscriber, newsletter: undefined, evidence }], at);

test('who left here is brought back by no statement, only by a later consent of their own hand', async () => {
  for (const [email, asked] of [
    ['left@of.example', false],
    ['asks@of.example', true],
  ] as const) {
    await leave(await reader(email), new Date('2026-11-24T11:30:00Z'));
    if (asked) await request(db, asks(email, [daily]), now);
    const later = await run([`${email},,shop,2026-11-24T11:45:00Z,,`]);
    expect(later.counts).toMatchObject({ new: 0, left: 1 });
    expect(later.errors).toMatchObject([{ line: 2, code: 'unsubscribed-since' }]);
    expect((await stateOf(email))?.state).toBe(asked ? 'pending' : 'unsubscribed');
    const stated = { consent: { source: 'shop', at: '2026-11-24T11:50:00Z' } };
    expect((await run([`${email},,,,,`], stated)).counts).toMatchObject({ new: 0, left: 1 });
  }
  const consents = JSON.stringify([
    { action: 'confirm', at: '2026-11-24T11:50:00.000Z', form: 'page' },
  ]);
  const own = `left@of.example,active,page,2026-11-24T11:50:00Z,,"${consents.replaceAll('"', '""')}"`;
  expect((await run([own])).counts).toMatchObject({ new: 1, left: 0 });
  expect((await stateOf('left@of.example'))?.state).toBe('active');
});

test('a line that says that somebody left ends what was agreed to before, and keeps them out', async () => {
  await reader('ends@of.example');
  const lines = ['ends@of.example', 'never@of.example'].map(
    (email) => `${email},unsubscribed,,,2026-11-24T11:30:00Z,`,
  );
  expect((await run(lines)).counts).toMatchObject({ new: 0, left: 2 });
  const before = await run(['never@of.example,unsubscribed,,,2026-11-24T11:30:00Z,']);
  expect(before).toMatchObject({ added: 0, updated: 0, counts: { left: 1 } });
  const back = await run([
    'ends@of.example,,shop,2026-11-24T11:59:00Z,',
    'never@of.example,,shop,2026-11-24T11:59:00Z,',
  ]);
  expect(back.counts).toMatchObject({ new: 0, left: 2 });
  const withdrawn = await db
    .selectFrom('consents as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriberId')
    .select(['c.at', 'c.form'])
    .where('s.emailKey', '=', 'ends@of.example')
    .where('c.action', '=', 'withdraw')
    .execute();
  expect(withdrawn).toEqual([{ at: new Date('2026-11-24T11:30:00Z'), form: 'import' }]);
});

test('the consent that an operator states is kept with who stated it', async () => {
  await run(['stated@of.example,,,,,'], {
    consent: { source: 'shop till', at: '2026-01-02T00:00:00Z' },
  });
  const { detail } = await db
    .selectFrom('consents as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriberId')
    .select('c.detail')
    .where('s.emailKey', '=', 'stated@of.example')
    .executeTakeFirstOrThrow();
  expect(detail).toMatchObject({ source: 'shop till', statedBy: 'operator 1', line: 2 });
});

test('a line that gives its day keeps it beside the source that is stated for all', async () => {
  await run(['dated@of.example,,,2025-03-04,,'], {
    consent: { source: 'shop till', at: '2026-01-02T00:00:00Z' },
  });
  const consent = await db
    .selectFrom('consents as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriberId')
    .select(['c.at', 'c.detail'])
    .where('s.emailKey', '=', 'dated@of.example')
    .executeTakeFirstOrThrow();
  expect(consent).toMatchObject({
    at: new Date('2025-03-04T00:00:00Z'),
    detail: { source: 'shop till', statedBy: 'operator 1' },
  });
});

test('addresses that differ only in case are one reader', async () => {
  const { counts } = await run([
    'Twin@of.example,,shop,2026-01-02,,',
    'TWIN@OF.EXAMPLE,,shop,2026-01-02,,',
  ]);
  expect(counts).toMatchObject({ new: 1, same: 1 });
});

test('who bounced or complained elsewhere is suppressed here, a reader or not, and is not brought back', async () => {
  await reader('bounced@of.example');
  const list = [
    'Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID,NOTES,TAGS',
    ...['bounced@of.example', 'nobody@of.example'].map(
      (email) =>
        `${email},2,2025-01-02 10:00:00,2025-01-02 10:00:00,2026-01-02 10:00:00,June,1,2,,`,
    ),
  ].join('\n');
  const done = await importList(db, queue, list, { format: 'mailchimp' });
  expect(done.counts).toMatchObject({ new: 0, suppressed: 2 });
  const detail = `import ${done.id}`;
  expect(await stateOf('bounced@of.example')).toEqual({
    state: 'unsubscribed',
    reason: 'bounce',
    detail,
  });
  expect(await stateOf('nobody@of.example')).toEqual({ state: null, reason: 'bounce', detail });
  const { counts } = await run([
    'bounced@of.example,,shop,2026-11-24T11:59:00Z,,',
    'nobody@of.example,,shop,2026-11-24T11:59:00Z,,',
  ]);
  expect(counts).toMatchObject({ new: 0, suppressed: 2 });
});
