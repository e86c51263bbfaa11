import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { addSubscriber } from '../../src/letters/added-by-operator.ts';
import { exportSubscribers } from '../../src/subscribers/export.ts';
import { languagesOfSubscribers, type SubscriberFilter } from '../../src/subscribers/filter.ts';
import { countSubscribers, listSubscribers } from '../../src/subscribers/subscribers.ts';
import { suppress } from '../../src/subscribers/suppression.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { hashAddress, makeNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const ids: Record<string, string> = {};
const consent = { source: 'fair', at: '2026-01-01T10:00:00Z' };

beforeAll(async () => {
  for (const slug of ['daily', 'weekend', 'private'])
    ids[slug] = (await makeNewsletter(db, slug)).id;
  const people: [string, string, object][] = [
    ['ana.garcia@gmail.com', '2026-02-01', { name: 'Ana García', language: 'es-VE' }],
    ['jose_100%@example.org', '2026-03-01', { name: 'JOSÉ Ñandú', language: 'es' }],
    ['noor@example.net', '2026-04-01', { name: 'نور محمّد', language: 'ar' }],
    ['li@correo.españa', '2026-05-01', { name: '李明 🗞️', newsletter: ['daily', 'private'] }],
    ['x@sub.gmail.example', '2026-06-01', { newsletter: 'weekend', sections: ['news'] }],
    ['pending@example.org', '2026-07-01', { consent: undefined }],
  ];
  for (const [email, day, more] of people) {
    const input = { email, newsletter: 'daily', consent, ...more };
    const now = new Date(`${day}T12:00:00Z`);
    await db
      .transaction()
      .execute((tx) => addSubscriber(tx, input, { hashAddress, origin: 'x', now }));
  }
  await suppress(db, hashAddress('noor@example.net'), { reason: 'bounce' });
  await suppress(db, hashAddress('x@sub.gmail.example'), { reason: 'bounce', held: true });
});

const find = async (filter: SubscriberFilter) => {
  const { data } = await listSubscribers(db, { ...filter, limit: 100 });
  return data.map(({ email }) => email?.split('@')[0]);
};

describe('a search finds', () => {
  test.each([
    ['garcia', ['ana.garcia']],
    ['GARCÍA ana', ['ana.garcia']],
    ['gmail', ['ana.garcia', 'x']],
    ['@example.org', ['jose_100%', 'pending']],
    ['nandu', ['jose_100%']],
    ['محمد', ['noor']],
    ['李', ['li']],
    ['🗞️', ['li']],
    ['correo.españa', ['li']],
    ['xn--espaa-rta', ['li']],
    ['an', ['ana.garcia']],
    ['@c', ['li']],
    ['.g', ['ana.garcia', 'x']],
    ['%@', ['jose_100%']],
    ['n', ['noor', 'jose_100%']],
    ['Ana.Garcia@GMAIL.com', ['ana.garcia']],
  ])('%s', async (search, found) => {
    expect(new Set(await find({ search }))).toEqual(new Set(found));
  });

  test.each([
    '%',
    '_',
    '\\',
    '100%',
    'e_1',
    '\u202e\u0000',
    '%%',
    '._',
    '..',
    '@.',
    "'; drop table subscribers; --",
    'a'.repeat(300),
  ])('only what is written, not what a pattern would: %j', async (search) => {
    const found = await find({ search });
    // what cannot be seen is no search
    if (search.startsWith('\u202e')) expect(found).toHaveLength(6);
    else expect(found).toEqual(['%', '_', '100%', 'e_1'].includes(search) ? ['jose_100%'] : []);
  });
});

describe('a filter keeps to', () => {
  test.each<[SubscriberFilter, string[]]>([
    [{ newsletter: 'weekend' }, ['x']],
    [{ newsletter: 'none' }, []],
    [{ newsletter: 'daily', state: 'pending' }, ['pending']],
    [{ state: 'pending' }, ['pending']],
    [{ section: 'updates', newsletter: 'weekend' }, []],
    [{ section: 'news', newsletter: 'weekend' }, ['x']],
    [{ section: 'nothing' }, []],
    [{ language: 'es' }, ['ana.garcia', 'jose_100%']],
    [{ language: 'ES-ve' }, ['ana.garcia']],
    [{ language: 'e' }, []],
    [{ suppressed: true }, ['noor']],
    [{ suppressed: false, language: 'ar' }, []],
    [
      {
        joinedAfter: new Date('2026-05-01T12:00:00Z'),
        joinedBefore: new Date('2026-07-01T12:00:00Z'),
      },
      ['li', 'x'],
    ],
    [{ search: 'example', state: 'pending', newsletter: 'daily' }, ['pending']],
  ])('%o', async (filter, found) => {
    expect(await find(filter)).toEqual(found);
    expect(await countSubscribers(db, filter)).toEqual({ count: found.length, exact: true });
  });

  test('the newsletters that somebody is bound to, and to the subscriptions there', async () => {
    const scope = [ids['private'] ?? ''];
    const { data } = await listSubscribers(db, { scope, limit: 10 });
    expect(data.map((one) => one.subscriptions.map(({ newsletter }) => newsletter))).toEqual([
      ['private'],
    ]);
    expect(await find({ scope, search: 'garcia' })).toEqual([]);
    expect(await find({ scope, newsletter: 'daily' })).toEqual([]);
    expect(await find({ scope: [] })).toEqual([]);
    expect(await countSubscribers(db, { scope })).toEqual({ count: 1, exact: true });
  });
});

test('everybody comes page by page, the newest or the oldest first', async () => {
  const pages: (string | null)[][] = [];
  for (let after: string | undefined; ; ) {
    const { data, next } = await listSubscribers(db, { limit: 4, after, newestFirst: true });
    pages.push(data.map((one) => one.email));
    if (next === null) break;
    after = next;
  }
  expect(pages.map((page) => page.length)).toEqual([4, 2]);
  expect(pages[0]?.[0]).toBe('pending@example.org');
  expect(new Set(pages.flat()).size).toBe(6);
});

test('the languages there are', async () => {
  expect(await languagesOfSubscribers(db)).toEqual(['ar', 'es', 'es-VE']);
});

test('an export holds the subscriptions that the filter is about', async () => {
  let csv = '';
  for await (const page of exportSubscribers(db, { search: 'li@', newsletter: 'private' }))
    csv += page;
  const [, ...lines] = csv.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('li@correo.españa,李明 🗞️,,,private,active');
});

test.each(['García', 'محمد', '李'])('%s has trigrams, by which an index finds it', async (word) => {
  const { rows } = await sql<{ found: number }>`
    select cardinality(show_trgm(search_form(${word}))) as found`.execute(db);
  expect(rows[0]?.found).toBeGreaterThan(3);
});
