import { beforeAll, describe, expect, test } from 'vitest';
import { exportSubscribers } from '../../src/subscribers/export.ts';
import { getImport, listImports } from '../../src/subscribers/import/rows.ts';
import { endSubscriptions } from '../../src/subscribers/subscriptions/end.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { importFolder, importList, openQueue } from './fixtures/import-queue.ts';
import {
  asks,
  confirm,
  evidence,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from './fixtures/newsroom.ts';

const now = new Date('2026-11-24T12:00:00Z');
const database = await openFreshDatabase();
const { db } = database;
const folder = await importFolder();
const queue = openQueue(database, folder, { now: () => now });
let daily: MadeNewsletter;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily');
});
const bytes = (text: string) => ReadableStream.from([Buffer.from(text)]);
const run = (source: AsyncIterable<Uint8Array>) => importList(db, queue, source);
const subscription = (key: string) =>
  db
    .selectFrom('subscriptions as t')
    .innerJoin('subscribers as s', 's.id', 't.subscriberId')
    .selectAll('t')
    .select(['s.name', 's.email'])
    .where('s.emailKey', '=', key)
    .executeTakeFirst();

describe('an import', () => {
  test('takes each line with its consent, and says what is wrong with the others', async () => {
    const file = [
      '\ufeffEmail;name;language;sections;frequency;consent_source;consent_at',
      'Ana@Example.org;"Ana; ""La jefa""";es;news;weekly;fair;2026-11-01T10:00:00Z',
      'ben@example.org;;;;;shop;2026-10-01',
      'no-consent@example.org;;;;;;',
      'not an address;;;;;fair;2026-11-01',
      'future@example.org;;;;;fair;2027-11-01',
      'date@example.org;;;;;fair;yesterday',
      'section@example.org;;;sport;;fair;2026-11-01',
      'often@example.org;;;;hourly;fair;2026-11-01',
      '',
      'tail@example.org;;xx-nope-nope-nope-;;;fair;2026-11-01',
    ].join('\r\n');
    const result = await run(bytes(file));
    expect(result).toMatchObject({ state: 'done', lines: 9, added: 2, updated: 0, skipped: 7 });
    expect(result.errors.map((error) => error.line)).toEqual([4, 5, 6, 7, 8, 9, 11]);
    expect(result.errors[1]?.code).toBe('address-characters');
    expect(await getImport(db, result.id)).toEqual(result);
    expect(await subscription('ana@example.org')).toMatchObject({
      email: 'Ana@Example.org',
      name: 'Ana; "La jefa"',
      state: 'active',
      sections: ['news'],
      frequency: 'weekly',
      confirmedAt: new Date('2026-11-01T10:00:00Z'),
      activeFrom: now,
    });
    const consent = await db
      .selectFrom('consents')
      .selectAll()
      .orderBy('at', 'desc')
      .executeTakeFirst();
    expect(consent).toMatchObject({
      action: 'import',
      at: new Date('2026-11-01T10:00:00Z'),
      detail: { source: 'fair', line: 2 },
    });
  });

  test('never brings back who unsubscribed after that consent, or who is suppressed', async () => {
    for (const who of ['left', 'stayed']) {
      await request(db, asks(`${who}@example.org`, [daily]), now);
      const { id } = await db
        .selectFrom('subscribers')
        .select('id')
        .where('emailKey', '=', `${who}@example.org`)
        .executeTakeFirstOrThrow();
      await confirm(db, id, now);
      if (who === 'left')
        await endSubscriptions(db, [{ subscriber: id, newsletter: undefined, evidence }], now);
    }
    await db
      .insertInto('suppressions')
      .values({ addressHash: hashAddress('bounced@example.org'), reason: 'bounce' })
      .execute();
    const result = await run(
      bytes(
        'email,consent_source,consent_at\nleft@example.org,fair,2026-01-01\nbounced@example.org,fair,2026-01-01\nstayed@example.org,fair,2026-01-01\n',
      ),
    );
    expect(result).toMatchObject({ added: 0, updated: 0, skipped: 2 });
    expect(await subscription('left@example.org')).toMatchObject({ state: 'unsubscribed' });
    expect(await subscription('bounced@example.org')).toBeUndefined();
    expect(await subscription('stayed@example.org')).toMatchObject({ state: 'active' });
  });

  test('takes an address twice in one file as one subscriber', async () => {
    const result = await run(
      bytes(
        'email,name,consent_source,consent_at\ntwin@example.org,One,fair,2026-01-01\nTWIN@example.org,Two,fair,2026-01-02\n',
      ),
    );
    expect(result).toMatchObject({ lines: 2, added: 1, updated: 1 });
    expect(await subscription('twin@example.org')).toMatchObject({ name: 'Two' });
  });

  test.each([
    ['', 'There is nothing in this file'],
    ['name,consent_source,consent_at\nAna,fair,2026-01-01\n', 'No column holds addresses'],
    ['email,consent_source,consent_at,email\n', 'there twice'],
  ])('refuses what is no list of subscribers, and is none then (%#)', async (file, message) => {
    const before = await listImports(db, { scope: null, limit: 1 });
    await expect(run(bytes(file))).rejects.toThrow(message);
    expect(await listImports(db, { scope: null, limit: 1 })).toEqual(before);
  });

  test('reads 30,000 lines in bounded memory', async () => {
    let most = 0;
    async function* lines() {
      yield Buffer.from('email,name,consent_source,consent_at\n');
      for (let i = 0; i < 30_000; i += 100) {
        let chunk = '';
        for (let j = i; j < i + 100; j++)
          chunk += `reader${j}@example.net,Reader ${j},fair,2026-01-01\n`;
        yield Buffer.from(chunk);
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
    }
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const result = await run(lines());
    expect(result).toMatchObject({ state: 'done', lines: 30_000, added: 30_000, errors: [] });
    expect((most - before) / 1e6).toBeLessThan(150);
  });
});

describe('an export', () => {
  test('holds every subscription, page by page, and can be read by a spreadsheet without running', async () => {
    await db
      .insertInto('subscribers')
      .values({ email: '=cmd@example.org', emailKey: '=cmd@example.org', name: '=1+1' })
      .execute();
    const { id } = await db
      .selectFrom('subscribers')
      .select('id')
      .where('name', '=', '=1+1')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('subscriptions')
      .values({ newsletterId: daily.id, subscriberId: id, state: 'active', activeFrom: now })
      .execute();
    let lines = 0;
    let pages = 0;
    let text = '';
    for await (const page of exportSubscribers(db)) {
      pages++;
      lines += page.split('\n').length - 1;
      if (page.includes('cmd') || page.includes('jefa')) text += page;
    }
    const { n } = await db
      .selectFrom('subscriptions')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .executeTakeFirstOrThrow();
    expect(lines).toBe(Number(n) + 1);
    expect(pages).toBeGreaterThan(30);
    expect(text).toContain(`'=cmd@example.org,'=1+1,,,daily,active,daily`);
    expect(text).toContain(
      'Ana@Example.org,"Ana; ""La jefa""",es,,daily,active,weekly,,news,full,2026-11-01T10:00:00.000Z,,,fair,',
    );
  });

  test('is read back in a fresh Gaceta: the same readers, states, choices and consents', async () => {
    const other = await openFreshDatabase();
    const { db: fresh } = other;
    const freshQueue = openQueue(other, folder, { now: () => now });
    for (const at of [db, fresh]) await makeNewsletter(at, 'weekend');
    await makeNewsletter(fresh, 'daily');
    const weekend = await db
      .selectFrom('newsletters')
      .select(['id', 'slug', 'title', 'description'])
      .where('slug', '=', 'weekend')
      .executeTakeFirstOrThrow();
    const people = ['=first', 'second', 'third'];
    for (const who of people) {
      const asked = asks(`${who}@roundtrip.example`, [daily, weekend], {
        name: `=${who}, "quoted"`,
        hour: '18:00',
        frequency: 'weekly',
      });
      await request(db, asked, now);
    }
    const ids = await db
      .selectFrom('subscribers')
      .select('id')
      .where('email', 'like', '%@roundtrip.example')
      .orderBy('id')
      .execute();
    const later = (minutes: number) => new Date(now.getTime() - 60_000 * (60 - minutes));
    const [first = { id: '' }, second = { id: '' }] = ids;
    await confirm(db, first.id, later(1));
    await confirm(db, second.id, later(2), [daily.id]);
    await endSubscriptions(
      db,
      [{ subscriber: second.id, newsletter: daily.id, evidence }],
      later(3),
    );
    await db
      .updateTable('subscriptions')
      .set({ sections: ['news', 'updates'], pausedUntil: new Date('2027-01-01T00:00:00Z') })
      .where('subscriberId', '=', first.id)
      .execute();

    let csv = '';
    for await (const page of exportSubscribers(db)) csv += page;
    const [header = '', ...lines] = csv.split('\n');
    const ours = lines.filter((line) => line.includes('@roundtrip.example'));
    expect(ours).toHaveLength(6);
    const load = () =>
      importList(fresh, freshQueue, [header, ...ours, ''].join('\n'), { newsletter: null });
    expect(await load()).toMatchObject({ lines: 6, added: 6, skipped: 0, errors: [], notes: [] });
    let again = '';
    for await (const page of exportSubscribers(fresh)) again += page;
    const sorted = (text: string) => text.split('\n').filter(Boolean).sort();
    expect(sorted(again)).toEqual(sorted([header, ...ours].join('\n')));
    expect(await load()).toMatchObject({ lines: 6, added: 0, updated: 0, skipped: 0 });
    const one = await importList(fresh, freshQueue, [header, ...ours].join('\n'), {
      newsletter: 'weekend',
    });
    expect(one).toMatchObject({ lines: 6, updated: 0, skipped: 3 });
    expect(one.errors[0]).toMatchObject({
      code: 'newsletter-other',
      values: { newsletter: 'daily' },
    });
  });
});
