import { readFileSync } from 'node:fs';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import { createNewsletter, setArchived } from '../../../src/newsletters/newsletters.ts';
import { GivingWay } from '../../../src/subscribers/import/giving-way.ts';
import { spool } from '../../../src/subscribers/import/reading/spool.ts';
import { readReport } from '../../../src/subscribers/import/reporting/report.ts';
import {
  getImport,
  listImports,
  restartImport,
  stopImport,
} from '../../../src/subscribers/import/rows.ts';
import { openFreshDatabase } from '../../harness/database.ts';
import {
  beginImport,
  HELD_LINES,
  holdBatches,
  importFolder,
  importList,
  openQueue,
  STORED_LINES,
} from '../fixtures/import-queue.ts';
import { makeNewsletter } from '../fixtures/newsroom.ts';

const database = await openFreshDatabase();
const { db } = database;
const folder = await importFolder();
const reported: unknown[] = [];
const open = (where = folder, inProcess = true) =>
  openQueue(database, where, {
    now: () => new Date('2026-11-24T12:00:00Z'),
    report: (error) => reported.push(error),
    inProcess,
  });
const header = 'email,name,consent_source,consent_at\n';
const address = (n: number, of: string) => `r${n}@${of}.example`;
const lines = (count: number, of = 'queue') =>
  header +
  Array.from({ length: count }, (_, n) => `${address(n, of)},R,fair,2026-01-02\n`).join('');
const hold = (of: string) => holdBatches(database.url, (n) => address(n, of));
const until = (id: string, what: (row: Awaited<ReturnType<typeof getImport>>) => boolean) =>
  vi.waitUntil(
    async () => {
      const row = await getImport(db, id);
      return what(row) && row;
    },
    { timeout: 100_000, interval: 20 },
  );
const readers = async (of: string) => {
  const { n } = await db
    .selectFrom('subscriptions as t')
    .innerJoin('subscribers as s', 's.id', 't.subscriberId')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('s.emailKey', 'like', `%@${of}.example`)
    .where('t.state', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(n);
};
const reportOf = async (id: string) => {
  const report = [];
  for await (const batch of readReport(db, id)) report.push(...batch);
  return report;
};

beforeAll(async () => {
  await makeNewsletter(db, 'daily');
});

test('answers before it is done, and does each in its turn', async () => {
  const queue = open();
  const begun = await Promise.all(
    [1, 2, 3, 4].map((n) => beginImport(db, queue, lines(600, `of${n}`))),
  );
  for (const row of begun) expect(row.state).toBe('running');
  await queue.look();
  for (const { id } of begun) {
    const row = await until(id, ({ state }) => state !== 'running');
    expect(row).toMatchObject({ state: 'done', lines: 600, added: 600, progress: 1 });
    expect(row.counts).toMatchObject({ new: 600, same: 0, refused: 0 });
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
  expect(await readdir(folder)).toEqual([]);
});

test('is refused as a whole before there is an import, and leaves no file', async () => {
  const queue = open();
  const before = await listImports(db, { scope: null, limit: 1 });
  for (const list of ['Ana\n', 'name\n'])
    await expect(beginImport(db, queue, list)).rejects.toThrow('No column holds addresses');
  expect(await listImports(db, { scope: null, limit: 1 })).toEqual(before);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['this', true],
  ['a', false],
])(
  'whose end is asked for in %s process goes on where it was, and counts nothing twice',
  async (of, inProcess) => {
    const first = open(folder, inProcess);
    const { id } = await beginImport(db, first, lines(HELD_LINES, of));
    let stopped: Promise<void>;
    {
      await using _held = await hold(of);
      await first.look();
      await until(id, (row) => row.lines === STORED_LINES);
      stopped = first.stop();
    }
    await stopped;
    const half = await getImport(db, id);
    expect(half.state).toBe('running');
    expect(half.counts.new).toBeLessThan(HELD_LINES);
    expect(await readers(of)).toBe(half.counts.new);
    const second = open(folder, inProcess);
    await second.look();
    const done = await until(id, ({ state }) => state !== 'running');
    expect(done).toMatchObject({ state: 'done', lines: HELD_LINES, added: HELD_LINES });
    expect(done.counts).toMatchObject({ new: HELD_LINES, same: 0 });
    expect((await reportOf(id)).map(({ line }) => line)).toEqual(
      Array.from({ length: HELD_LINES }, (_, n) => n + 2),
    );
    expect(reported).toEqual([]);
    await second.stop();
  },
);

test('whose process is killed in the middle goes on where it was', async () => {
  const queue = open(folder, false);
  const { id } = await beginImport(db, queue, lines(HELD_LINES, 'killed'));
  const pid = () => {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
    return children.trim().split(' ').map(Number).at(-1) ?? 0;
  };
  {
    await using _held = await hold('killed');
    await queue.look();
    await until(id, (row) => row.lines === STORED_LINES);
    process.kill(pid(), 'SIGKILL');
    await vi.waitUntil(() => reported.length > 0);
  }
  expect(String(reported.splice(0))).toContain('SIGKILL');
  const half = await getImport(db, id);
  expect(half).toMatchObject({ state: 'running', lines: STORED_LINES });
  await queue.look();
  const done = await until(id, ({ state }) => state !== 'running');
  expect(done).toMatchObject({ state: 'done', lines: HELD_LINES });
  expect(done.counts).toMatchObject({ new: HELD_LINES, same: 0 });
  await queue.stop();
});

test('gives way while an edition is being sent, and ends with the same', async () => {
  const ways = () => new GivingWay(db, undefined);
  expect(await ways().isSending()).toBe(false);
  await sql`
    with made as (
      insert into editions (newsletter_id, number, kind, local_date)
      select id, 1, 'special', current_date from newsletters where slug = 'daily' returning id)
    insert into ranges (edition_id, due_at, receiver_group, first_subscriber, last_subscriber, next_at, size, worker)
    select id, now(), 'rest', 1, 1, now(), 1, 1 from made`.execute(db);
  expect(await ways().isSending()).toBe(true);
  const { counts } = await importList(db, open(), lines(HELD_LINES, 'beside'));
  expect(counts).toMatchObject({ new: HELD_LINES, same: 0 });
  await db.deleteFrom('ranges').execute();
  expect(await ways().isSending()).toBe(false);
});

test('is worked on by one process, however many look', async () => {
  const queues = [open(), open(), open()];
  const { id } = await beginImport(db, queues[0] ?? open(), lines(4_100, 'once'));
  await Promise.all(queues.map((queue) => queue.look()));
  const done = await until(id, ({ state }) => state !== 'running');
  expect(done.counts).toMatchObject({ new: 4_100, same: 0 });
  await Promise.all(queues.map((queue) => queue.stop()));
});

test('of the same file twice at once ends right', async () => {
  const queue = open();
  const begun = [];
  for (const _ of [1, 2]) begun.push(await beginImport(db, queue, lines(4_100, 'both')));
  await queue.look();
  const rows = [];
  for (const { id } of begun) rows.push(await until(id, ({ state }) => state !== 'running'));
  for (const row of rows) expect(row).toMatchObject({ state: 'done', lines: 4_100 });
  expect(await readers('both')).toBe(4_100);
  await queue.stop();
});

test('stopped by somebody stores nothing more, and goes on when it is started', async () => {
  const queue = open();
  const { id } = await beginImport(db, queue, lines(HELD_LINES, 'stopped'));
  {
    await using _held = await hold('stopped');
    await queue.look();
    await until(id, (row) => row.lines === STORED_LINES);
    await stopImport(db, id);
    await expect(stopImport(db, id)).rejects.toThrow('nothing to stop');
  }
  await queue.stop();
  const { counts } = await getImport(db, id);
  expect(counts.new).toBe(STORED_LINES);
  expect(await readers('stopped')).toBe(STORED_LINES);
  await restartImport(db, id);
  await expect(restartImport(db, id)).rejects.toThrow('running');
  const again = open();
  await again.look();
  const done = await until(id, ({ state }) => state !== 'running');
  expect(done.counts).toMatchObject({ new: HELD_LINES, same: 0 });
  await again.stop();
});

test('looked at only stores no reader, gives the same numbers, and is started then', async () => {
  const queue = open();
  const list = `${lines(2_500, 'dry')}r1@dry.example,R,fair,2026-01-02\nr2@dry.example,Other,fair,2026-01-02\nnone,R,fair,2026-01-02\n`;
  const dry = await importList(db, queue, list, { dryRun: true });
  expect(dry).toMatchObject({ state: 'ready', dryRun: true, lines: 2_503 });
  expect(dry.counts).toEqual({
    new: 2_500,
    changed: 1,
    same: 1,
    left: 0,
    suppressed: 0,
    refused: 1,
  });
  expect(dry.errors).toMatchObject([{ line: 2_504, code: 'address-at' }]);
  expect(await readers('dry')).toBe(0);
  await restartImport(db, dry.id);
  await queue.work(dry.id, {});
  const done = await getImport(db, dry.id);
  expect(done).toMatchObject({
    state: 'done',
    dryRun: false,
    counts: dry.counts,
    errors: dry.errors,
  });
  expect(await readers('dry')).toBe(2_500);
});

test('says of each line what became of it, and names no address', async () => {
  const list = `${header}new@report.example,R,fair,2026-01-02\nNEW@report.example,R,fair,2026-01-02\n,R,fair,2026-01-02\nx@report.example,R,fair,who@report.example\n`;
  const { id } = await importList(db, open(), list);
  const report = await reportOf(id);
  expect(report.map(({ line, result, code }) => [line, result, code])).toEqual([
    [2, 'new', null],
    [3, 'same', null],
    [4, 'refused', 'address-empty'],
    [5, 'refused', 'date'],
  ]);
  expect(JSON.stringify([report, await getImport(db, id)])).not.toContain('who@');
});

test('takes the same line again and again for what it is', async () => {
  const list = header + 'twice@same.example,R,fair,2026-01-02\n'.repeat(4_500);
  const { counts } = await importList(db, open(), list);
  expect(counts).toMatchObject({ new: 1, same: 4_499 });
});

test('leaves out what is for a newsletter that was archived meanwhile', async () => {
  const queue = open();
  await createNewsletter(db, { slug: 'gone', title: 'Gone', language: 'en' });
  const { id } = await beginImport(db, queue, lines(3, 'archived'), { newsletter: 'gone' });
  await setArchived(db, 'gone', new Date());
  await queue.work(id, {});
  const { counts, errors } = await getImport(db, id);
  expect(counts).toMatchObject({ new: 0, refused: 3 });
  expect(errors[0]).toMatchObject({ code: 'newsletter-archived' });
});

test('is for its owner’s eyes alone on the disk, and what breaks off leaves nothing', async () => {
  await using file = await spool(ReadableStream.from([Buffer.from('a'), Buffer.from('b')]), folder);
  expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  for (const _ of [1, 2]) expect(await text(file.read())).toBe('ab');
  expect(file.bytes).toBe(2);
  const names = await readdir(folder);
  const broken = async function* () {
    yield Buffer.from('a');
    throw new Error('hung up');
  };
  await expect(spool(broken(), folder)).rejects.toThrow('hung up');
  await expect(spool(broken(), folder, { bytes: 5 * 1024 ** 3 })).rejects.toThrow(
    'larger than 4 GB',
  );
  const freeBytes = async () => 300 * 1024 ** 2;
  await expect(spool(broken(), folder, { bytes: 1024 ** 3, freeBytes })).rejects.toThrow('no room');
  expect(await readdir(folder)).toEqual(names);
});

test('that nobody can go on with is given up, and not before', async () => {
  const where = join(folder, 'tidy');
  const queue = open(where);
  const old = new Date(Date.now() - 25 * 3_600_000);
  const states = { ready: 'expired', stopped: 'expired', running: 'lost' } as const;
  const ids: Record<string, string> = {};
  for (const state of ['ready', 'stopped', 'running'] as const) {
    const { id } = await beginImport(db, queue, lines(1, 'tidy'));
    await db
      .updateTable('imports')
      .set({ state, finishedAt: new Date() })
      .where('id', '=', id)
      .execute();
    ids[state] = id;
  }
  await queue.tidy();
  for (const [state, id] of Object.entries(ids))
    expect((await getImport(db, id)).state).toBe(state);
  await db
    .updateTable('imports')
    .set({ finishedAt: old, touchedAt: old })
    .where('id', 'in', Object.values(ids))
    .execute();
  await writeFile(join(where, 'orphan'), '');
  const then = new Date('2026-11-23T11:00:00Z');
  await utimes(join(where, 'orphan'), then, then);
  await queue.tidy();
  for (const [state, failure] of Object.entries(states))
    expect(await getImport(db, ids[state] ?? '')).toMatchObject({ state: 'failed', failure });
  expect(await readdir(where)).toEqual([]);
});

test('of somebody who is bound keeps to their newsletters and to the readers of these alone', async () => {
  const sports = await createNewsletter(db, { slug: 'sports', title: 'Sports', language: 'en' });
  const queue = open();
  await importList(db, queue, `${header}both@of.example,Ana,fair,2026-01-02\n`);
  const file = [
    'email,name,newsletter,consent_source,consent_at',
    'both@of.example,Taken,sports,fair,2026-01-02',
    'own@of.example,Own,sports,fair,2026-01-02',
    'other@of.example,X,daily,fair,2026-01-02',
  ].join('\n');
  const row = await importList(db, queue, file, { newsletter: null, scope: [sports.id] });
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
  ).toEqual([row.id]);
  await expect(getImport(db, '1', [sports.id])).rejects.toThrow('There is no import');
});
