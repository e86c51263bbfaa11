import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { backedUpTables, backUp } from '../../src/database/backup/backup.ts';
import { UnusableBackup } from '../../src/database/backup/file.ts';
import { DatabaseNotEmpty, restore, StillAtWork } from '../../src/database/backup/restore.ts';
import type { Db } from '../../src/database/connection.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';

const folder = await mkdtemp(join(tmpdir(), 'gaceta-backup-'));
afterAll(() => rm(folder, { recursive: true }));

const words = 'tab\there, line\nfeed, \\. back\\slash, "quotes", ñandú 🗞️, null-ish \\N';

/** A newsletter with one reader and one edition that is being sent. */
async function fill(db: Db): Promise<void> {
  const { id } = await createNewsletter(db, { slug: 'daily', title: words.replaceAll(/\s/g, ' ') });
  const subscriber = await db
    .insertInto('subscribers')
    .values({ email: 'ana@example.org', emailKey: 'ana@example.org', name: words })
    .returning('id')
    .executeTakeFirstOrThrow();
  const edition = await db
    .insertInto('editions')
    .values({
      newsletterId: id,
      number: 1,
      kind: 'daily',
      localDate: '2026-11-24',
      state: 'sending',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('deliveries')
    .values({
      editionId: edition.id,
      subscriberId: subscriber.id,
      rangeId: '1',
      dueAt: new Date(),
      nextAt: new Date(),
      state: 'queued',
    })
    .execute();
  await db
    .insertInto('variants')
    .values({
      editionId: edition.id,
      revision: 1,
      key: 'k',
      language: 'en',
      articleIds: ['1', '2'],
      subject: 's',
      message: Buffer.from([0, 10, 92, 255]),
      places: '[]',
    })
    .execute();
}

describe('a backup', async () => {
  const { db, url } = await openFreshDatabase();
  await fill(db);
  const file = join(folder, 'backup.gz');
  const rows = await backUp(url, file, new Date('2026-11-24T10:00:00Z'));

  it('holds every table, but for what only a running service needs', async () => {
    const { rows: tables } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname not like 'kysely%'`.execute(db);
    const left = tables.map((row) => row.name).filter((name) => !backedUpTables.includes(name));
    expect(new Set(left)).toEqual(
      new Set(['idempotency_keys', 'rate_limits', 'sessions', 'setup_links']),
    );
  });

  it('is for its owner alone', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(rows).toBeGreaterThanOrEqual(5);
  });

  it('comes back as it was, with what was being sent paused', async () => {
    const other = await openFreshDatabase();
    expect(await restore(other.url, file, { replace: false })).toEqual({
      rows,
      madeAt: '2026-11-24T10:00:00.000Z',
    });
    for (const table of ['newsletters', 'subscribers', 'deliveries', 'variants'] as const)
      expect(await other.db.selectFrom(table).selectAll().execute()).toEqual(
        await db.selectFrom(table).selectAll().execute(),
      );
    const edition = await other.db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(edition.state).toBe('paused');
    expect(edition.heldBy).toBe('restore');
    expect(edition.statusText).toContain('2026-11-24T10:00:00');
    const next = await createNewsletter(other.db, { slug: 'next', title: 'Next' });
    expect(Number(next.id)).toBeGreaterThan(Number(edition.newsletterId));
  });

  it('goes over a database that holds something only when told so', async () => {
    const other = await openFreshDatabase();
    await fill(other.db);
    await expect(restore(other.url, file, { replace: false })).rejects.toThrow(DatabaseNotEmpty);
    await restore(other.url, file, { replace: true });
    expect(await other.db.selectFrom('subscribers').select('id').execute()).toHaveLength(1);
  });

  it('waits until no worker is at work', async () => {
    const other = await openFreshDatabase();
    await other.db
      .insertInto('workers')
      .values({ host: 'h', pid: 1, connections: 1, leaseUntil: new Date(Date.now() + 60_000) })
      .execute();
    await expect(restore(other.url, file, { replace: true })).rejects.toThrow(StillAtWork);
  });

  it.each<[string, (whole: Buffer) => Buffer]>([
    ['cut short', (whole) => whole.subarray(0, whole.length - 20)],
    ['without its end', (whole) => gzipSync(gunzipSync(whole).subarray(0, -30))],
    [
      'with a row lost',
      (whole) =>
        gzipSync(
          gunzipSync(whole)
            .toString()
            .replace(/\n1\t.*ana@.*\n/, '\n'),
        ),
    ],
    ['of something else', () => gzipSync('hello\n')],
    ['that is no gzip', () => Buffer.from('hello')],
    ['that is empty', () => Buffer.alloc(0)],
  ])('%s is refused, and nothing is changed', async (_what, damage) => {
    const other = await openFreshDatabase();
    await fill(other.db);
    const bad = join(folder, 'bad.gz');
    await writeFile(bad, damage(await readFile(file)));
    await expect(restore(other.url, bad, { replace: true })).rejects.toThrow(UnusableBackup);
    expect(await other.db.selectFrom('subscribers').select('id').execute()).toHaveLength(1);
  });
});
