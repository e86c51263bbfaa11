import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { planEdition } from '../../src/deliveries/plan.ts';
import { groupOfMx } from '../../src/mail/mx-groups.ts';
import { receiverGroups } from '../../src/mail/receiver-groups.ts';
import {
  countResting,
  findDomains,
  goneDomains,
  noteLookedUp,
  takeDueDomains,
} from '../../src/receivers/domains.ts';
import { type LookedUp, lookUpAll, type MxDns } from '../../src/receivers/look-up.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
const start = new Date('2026-11-01T12:00:00Z');
const day = (n: number) => new Date(start.getTime() + n * 86_400_000);
const gone: LookedUp = { says: 'gone', why: 'nxdomain' };
const silent: LookedUp = { says: 'silent' };
const mx = (host: string): LookedUp => ({ says: 'mx', host });
let newsletter: string;
beforeEach(async () => {
  await sql`truncate subscribers, subscriptions, receiver_domains, audit cascade`.execute(db);
  newsletter = await makeReaders(db, 0);
});

async function add(...emails: string[]) {
  await sql`with made as (
      insert into subscribers (email, email_key, address_hash, receiver_group, language)
      select a, a, sha256(a::bytea), case when a like '%@gmail.com' then 'google' else 'rest' end, 'en'
      from unnest(${emails}::text[]) a returning id)
    insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at)
    select ${newsletter}, id, 'active', now() - interval '1 day', now() from made`.execute(db);
}
const groups = async () =>
  Object.fromEntries(
    (await db.selectFrom('subscribers').select(['email', 'receiverGroup']).execute()).map(
      ({ email, receiverGroup }) => [email, receiverGroup],
    ),
  );
const resting = async () =>
  (
    await db
      .selectFrom('subscribers')
      .select('email')
      .where('rests', 'is not', null)
      .orderBy('email')
      .execute()
  ).map(({ email }) => email);

/** A DNS that answers for these names, and for every other one with an error. */
const dnsOf = (
  names: Record<string, { priority: number; exchange: string }[] | string>,
  otherwise = 'ENOTFOUND',
): MxDns => ({
  resolveMx(name: string) {
    const answer = names[name] ?? otherwise;
    return typeof answer === 'string'
      ? Promise.reject(Object.assign(new Error(answer), { code: answer }))
      : Promise.resolve(answer);
  },
});
const host = (exchange: string) => [{ priority: 10, exchange }];

test.each([
  ['aspmx.l.google.com', 'google'],
  ['SMTP.GOOGLE.COM.', 'google'],
  ['news-test.mail.protection.outlook.com', 'microsoft'],
  ['mta5.am0.yahoodns.net', 'yahoo'],
  ['mx01.mail.icloud.com', 'apple'],
  ['mx0a-001.pphosted.com', 'proofpoint'],
  ['eu-smtp-inbound-1.mimecast.com', 'mimecast'],
  ['mx.notgoogle.com', 'rest'],
  ['google.com.evil.test', 'rest'],
])('%s takes mail for %s', (name, group) => {
  expect(groupOfMx(name)).toBe(group);
  expect(receiverGroups).toContain(group);
});

test('the DNS is read as it means it, and a name server that fails says nothing', async () => {
  const found = await lookUpAll(
    dnsOf({
      'two.test': [...host('backup.test'), { priority: 1, exchange: 'first.test' }],
      'null.test': [{ priority: 0, exchange: '' }],
      'bare.test': 'ENODATA',
      'broken.test': 'ESERVFAIL',
      'slow.test': 'ETIMEOUT',
    }),
    ['two.test', 'null.test', 'bare.test', 'broken.test', 'slow.test', 'no.test'],
  );
  expect(Object.fromEntries(found)).toEqual({
    'two.test': mx('first.test'),
    'null.test': { says: 'gone', why: 'null-mx' },
    'bare.test': { says: 'none' },
    'broken.test': silent,
    'slow.test': silent,
    'no.test': gone,
  });
});

test('a resolver that knows no name at all is not believed', async () => {
  expect([...(await lookUpAll(dnsOf({}), ['a.test', 'b.test'])).values()]).toEqual([
    silent,
    silent,
  ]);
  const known = dnsOf({ 'gmail.com': host('gmail-smtp-in.l.google.com') });
  expect([...(await lookUpAll(known, ['a.test'])).values()]).toEqual([gone]);
  expect([...(await lookUpAll(dnsOf({}, 'ECONNREFUSED'), ['a.test'])).values()]).toEqual([silent]);
});

test('every domain is found, a few at a time, and looked at when it is due', async () => {
  await add('a@one.test', 'b@one.test', 'c@two.test', 'd@gmail.com', 'e@three.test');
  const last = await findDomains(db, '', 3);
  expect(last).toBe('three.test');
  expect(await findDomains(db, last ?? '', 3)).toBeUndefined();
  const later = new Date(Date.now() + 1_000);
  expect((await takeDueDomains(db, later, 10)).sort()).toEqual([
    'gmail.com',
    'one.test',
    'three.test',
    'two.test',
  ]);
  expect(await takeDueDomains(db, later, 10)).toEqual([]);
});

test('a domain at Google counts as Google, also for who comes later, and the ranges are by it', async () => {
  await add('a@one.test', 'b@two.test', 'd@gmail.com');
  await findDomains(db, '', 10);
  await noteLookedUp(db, 'one.test', mx('aspmx.l.google.com'), start);
  await noteLookedUp(db, 'gmail.com', mx('somewhere.test'), start);
  await add('late@one.test');
  await findDomains(db, '', 10);
  expect(await groups()).toEqual({
    'a@one.test': 'google',
    'late@one.test': 'google',
    'b@two.test': 'rest',
    'd@gmail.com': 'google',
  });
  const edition = await freezeEdition(db, newsletter);
  for await (const _ of planEdition(db, edition, { groups: receiverGroups }));
  const ranges = db
    .selectFrom('ranges')
    .select(['receiverGroup', 'size'])
    .where('editionId', '=', edition)
    .orderBy('receiverGroup');
  expect(await ranges.execute()).toEqual([
    { receiverGroup: 'google', size: 3 },
    { receiverGroup: 'rest', size: 1 },
  ]);
  await noteLookedUp(db, 'one.test', mx('mx.elsewhere.test'), day(1));
  expect((await groups())['a@one.test']).toBe('rest');
});

test('readers of a domain that is gone for three days rest, and are back by themselves', async () => {
  await add('a@dead.test', 'b@dead.test', 'c@live.test');
  await findDomains(db, '', 10);
  const look = (at: number, found: LookedUp) => noteLookedUp(db, 'dead.test', found, day(at));
  expect(await look(0, gone)).toBe(0);
  expect(await look(1, silent)).toBe(0);
  expect(await look(2.9, gone)).toBe(0);
  expect(await resting()).toEqual([]);
  expect(await look(3, { says: 'gone', why: 'null-mx' })).toBe(2);
  expect(await resting()).toEqual(['a@dead.test', 'b@dead.test']);
  await add('late@dead.test');
  await findDomains(db, '', 10);
  expect(await countResting(db)).toEqual({ domainGone: 3, asleep: 0 });
  expect(await goneDomains(db, 10)).toMatchObject([
    { domain: 'dead.test', goneSince: day(0), goneWhy: 'null-mx', rests: true, readers: 3 },
  ]);

  const edition = await freezeEdition(db, newsletter);
  for await (const _ of planEdition(db, edition, { groups: receiverGroups }));
  const rows = db
    .selectFrom('deliveries')
    .select(['state', 'reason'])
    .where('editionId', '=', edition)
    .orderBy('subscriberId');
  expect(await rows.execute()).toEqual([
    { state: 'skipped', reason: 'domain-gone' },
    { state: 'skipped', reason: 'domain-gone' },
    { state: 'queued', reason: null },
    { state: 'skipped', reason: 'domain-gone' },
  ]);
  expect(await look(4, silent)).toBe(0);
  expect(await look(5, mx('mx.live.test'))).toBe(-3);
  expect(await resting()).toEqual([]);
  expect(await goneDomains(db, 10)).toEqual([]);
  const written = db.selectFrom('audit').select(['action', 'object', 'detail']).orderBy('id');
  expect(await written.execute()).toEqual([
    { action: 'rest', object: 'domain dead.test', detail: { readers: 2 } },
    { action: 'rest', object: 'domain dead.test', detail: { readers: 1 } },
    { action: 'wake', object: 'domain dead.test', detail: { readers: 3 } },
  ]);
  // a domain that comes and goes begins its three days anew
  await look(6, gone);
  await look(7, mx('mx.live.test'));
  expect(await look(9, gone)).toBe(0);
});
