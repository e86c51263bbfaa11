import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test, vi } from 'vitest';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { type ImportQueue, openImportQueue } from '../../../src/subscribers/import/queue.ts';
import {
  failLostImports,
  failureOf,
  getImport,
  listImports,
} from '../../../src/subscribers/import/rows.ts';
import { spool } from '../../../src/subscribers/import/spool.ts';
import { openFreshDatabase } from '../../harness/database.ts';
import { hashAddress, type MadeNewsletter, makeNewsletter } from '../fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let daily: { id: string; slug: string };
const reported: unknown[] = [];
const open = () =>
  openImportQueue({
    db,
    hashAddress,
    now: () => new Date('2026-11-24T12:00:00Z'),
    report: (error) => reported.push(error),
  });
const header = 'email,name,consent_source,consent_at\n';
const lines = (count: number, of = 'queue') =>
  header +
  Array.from({ length: count }, (_, n) => `r${n}@${of}.example,R,fair,2026-01-02\n`).join('');
const begin = async (queue: ImportQueue, text: string, newsletter: typeof daily | null = daily) =>
  queue.begin(await spool(ReadableStream.from([Buffer.from(text)])), {
    newsletter,
    scope: null,
    audit: async () => undefined,
  });
const until = (id: string, what: (row: Awaited<ReturnType<typeof getImport>>) => boolean) =>
  vi.waitUntil(
    async () => {
      const row = await getImport(db, id);
      return what(row) && row;
    },
    { timeout: 60_000, interval: 20 },
  );

beforeAll(async () => {
  const made: MadeNewsletter = await makeNewsletter(db, 'daily');
  daily = { id: made.id, slug: 'daily' };
});

test('answers before it is done, and does each in its turn', async () => {
  const queue = open();
  const begun = await Promise.all([1, 2, 3, 4].map((n) => begin(queue, lines(600, `of${n}`))));
  for (const row of begun) expect(row.state).toBe('running');
  for (const { id } of begun) {
    const row = await until(id, ({ state }) => state !== 'running');
    expect(row).toMatchObject({ state: 'done', lines: 600, added: 600, progress: 1 });
  }
  const { data, next } = await listImports(db, { scope: null, limit: 3 });
  expect(data.map(({ id }) => id)).toEqual(
    begun
      .map(({ id }) => id)
      .toSorted((a, b) => Number(b) - Number(a))
      .slice(0, 3),
  );
  expect(next).toBe(data[2]?.id);
  await queue.stop();
});

test('is refused as a whole before there is an import', async () => {
  const queue = open();
  const before = await listImports(db, { scope: null, limit: 1 });
  for (const text of ['', 'name\n'])
    await expect(begin(queue, text)).rejects.toThrow('No column holds addresses');
  expect(await listImports(db, { scope: null, limit: 1 })).toEqual(before);
});

test('at a stop has stored what it read, says so, and can be done again', async () => {
  const queue = open();
  const list = lines(20_000, 'stop');
  const [first, second, third] = [
    await begin(queue, list),
    await begin(queue, lines(20_000, 'stop2')),
    await begin(queue, lines(10, 'stop3')),
  ];
  await until(first.id, (row) => row.lines > 0);
  await queue.stop();
  const row = await getImport(db, first.id);
  expect(row).toMatchObject({ state: 'failed', failure: 'stopped' });
  expect(row.added).toBe(row.lines);
  expect(failureOf(row)).toContain(`after ${row.lines} lines`);
  expect(await getImport(db, second.id)).toMatchObject({ failure: 'stopped' });
  expect(await getImport(db, third.id)).toMatchObject({ failure: 'stopped', lines: 0 });
  expect(reported).toEqual([]);
  await expect(begin(queue, list)).rejects.toThrow('Too many imports');
  const again = open();
  const { id } = await begin(again, list);
  const done = await until(id, ({ state }) => state !== 'running');
  expect(done).toMatchObject({ state: 'done', lines: 20_000, added: 20_000 - row.lines });
  await again.stop();
});

test('leaves no file behind that another could read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spool-'));
  vi.stubEnv('TMPDIR', folder);
  try {
    await using file = await spool(ReadableStream.from([Buffer.from('a'), Buffer.from('b')]));
    expect(await readdir(folder)).toEqual([]);
    for (const _ of [1, 2]) expect(await text(file.read())).toBe('ab');
    expect(file.bytes).toBe(2);
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});

test('whose process is gone is given up, and not before', async () => {
  const { id } = await db
    .insertInto('imports')
    .values({ newsletterId: daily.id })
    .returning('id')
    .executeTakeFirstOrThrow();
  expect(await failLostImports(db)).toBe(0);
  await db
    .updateTable('imports')
    .set({ touchedAt: new Date(Date.now() - 180_000) })
    .where('id', '=', id)
    .execute();
  expect(await failLostImports(db)).toBe(1);
  const row = await getImport(db, id);
  expect(row).toMatchObject({ state: 'failed', failure: 'lost' });
  expect(failureOf(row)).toContain('Import the same file again');
});

test('of somebody who is bound keeps to their newsletters and to the readers of these alone', async () => {
  const sports = await createNewsletter(db, { slug: 'sports', title: 'Sports', language: 'en' });
  const queue = open();
  await begin(queue, `${header}both@of.example,Ana,fair,2026-01-02\n`);
  const file = [
    'email,name,newsletter,consent_source,consent_at',
    'both@of.example,Taken,sports,fair,2026-01-02',
    'own@of.example,Own,sports,fair,2026-01-02',
    'other@of.example,X,daily,fair,2026-01-02',
  ].join('\n');
  await until((await listImports(db, { scope: null, limit: 1 })).data[0]?.id ?? '', (row) => {
    return row.state === 'done';
  });
  const { id } = await queue.begin(await spool(ReadableStream.from([Buffer.from(file)])), {
    newsletter: null,
    scope: [sports.id],
    audit: async () => undefined,
  });
  const row = await until(id, ({ state }) => state === 'done');
  expect(row).toMatchObject({ lines: 3, added: 2, skipped: 1, errors: [{ line: 4 }] });
  const named = await db
    .selectFrom('subscribers')
    .select(['emailKey', 'name'])
    .where('emailKey', 'like', '%@of.example')
    .orderBy('emailKey')
    .execute();
  expect(named).toEqual([
    { emailKey: 'both@of.example', name: 'Ana' },
    { emailKey: 'own@of.example', name: 'Own' },
  ]);
  expect(
    (await listImports(db, { scope: [sports.id], limit: 9 })).data.map((one) => one.id),
  ).toEqual([id]);
  await expect(getImport(db, '1', [sports.id])).rejects.toThrow('There is no import');
  await queue.stop();
});
