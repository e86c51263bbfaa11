import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { BackupExists, backedUpTables, backUp } from '../../src/database/backup/backup.ts';
import { UnusableBackup } from '../../src/database/backup/file.ts';
import { DatabaseNotEmpty, restore, StillAtWork } from '../../src/database/backup/restore.ts';
import type { Db } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import { openSealing } from '../../src/database/sealing.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { addWebhook } from '../../src/webhooks/webhooks.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { gaceta } from '../harness/program.ts';

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
  await addWebhook(
    db,
    openSealing(['a secret']),
    { url: 'https://cms.example/hook', events: ['subscribed', 'edition.paused'] },
    null,
  );
  const file = join(folder, 'backup.gz');
  const rows = await backUp(url, file, new Date('2026-11-24T10:00:00Z'));

  it('holds every table, but for what only a running service needs', async () => {
    const { rows: tables } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname not like 'kysely%'`.execute(db);
    const left = tables.map((row) => row.name).filter((name) => !backedUpTables.includes(name));
    expect(new Set(left)).toEqual(
      new Set([
        'alerts',
        'answer_causes',
        'answer_counts',
        'attention',
        'bulk_jobs',
        'bulk_readers',
        'form_posts',
        'idempotency_keys',
        'import_batches',
        'kept_forms',
        'rate_limits',
        'receiver_limits',
        'relay_activity',
        'sessions',
        'setup_links',
        'sign_in_steps',
        'source_names',
        'webhook_attempts',
        'webhook_messages',
      ]),
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
      held: { editions: [expect.any(String)], letters: 0 },
    });
    for (const table of ['subscribers', 'deliveries', 'variants'] as const)
      expect(await other.db.selectFrom(table).selectAll().execute()).toEqual(
        await db.selectFrom(table).selectAll().execute(),
      );
    expect(await other.db.selectFrom('webhooks').select('url').execute()).toHaveLength(1);
    // of all that came back, webhooks are told what the restore itself did
    expect(await other.db.selectFrom('webhookMessages').select('type').execute()).toEqual([
      { type: 'edition.paused' },
    ]);
    const edition = await other.db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(edition).toMatchObject({ state: 'paused', heldBy: 'restore' });
    expect(edition.heldBy).toBe('restore');
    expect(edition.statusText).toContain('2026-11-24T10:00:00');
    const next = await createNewsletter(other.db, { slug: 'next', title: 'Next' });
    expect(Number(next.id)).toBeGreaterThan(Number(edition.newsletterId));
  });

  it('holds what may have gone out since, editions and letters', async () => {
    const source = await openFreshDatabase();
    await fill(source.db);
    const { newsletterId } = await source.db
      .selectFrom('editions')
      .select('newsletterId')
      .executeTakeFirstOrThrow();
    const edition = (number: number, sendAt: Date, state: 'scheduled' | 'draft' = 'scheduled') => ({
      newsletterId,
      number,
      kind: 'special' as const,
      localDate: '2026-11-24',
      state,
      sendAt,
    });
    const hour = 3_600_000;
    const soon = new Date(Date.now() + hour);
    await source.db
      .insertInto('editions')
      .values([
        edition(2, new Date(Date.now() - hour)),
        edition(3, soon),
        edition(4, soon, 'draft'),
      ])
      .execute();
    const letter = {
      kind: 'notice' as const,
      language: 'en',
      content: '{}',
      email: 'b@example.org',
    };
    await source.db
      .insertInto('letters')
      .values([letter, { ...letter, state: 'sent' as const }])
      .execute();
    const late = join(folder, 'late.gz');
    await backUp(source.url, late, new Date(Date.now() - 2 * hour));
    const other = await openFreshDatabase();
    const { held } = await restore(other.url, late, { replace: false });
    const editions = await other.db
      .selectFrom('editions')
      .select(['id', 'number', 'state', 'heldBy'])
      .orderBy('number')
      .execute();
    expect(editions.map(({ number, state, heldBy }) => [number, state, heldBy])).toEqual([
      [1, 'paused', 'restore'],
      [2, 'draft', 'restore'],
      [3, 'draft', 'restore'],
      [4, 'draft', null],
    ]);
    expect(held).toEqual({ editions: editions.slice(0, 3).map(({ id }) => id), letters: 1 });
    const letters = await other.db.selectFrom('letters').select(['state', 'reason']).execute();
    expect(letters).toEqual(
      expect.arrayContaining([
        { state: 'skipped', reason: 'restored' },
        { state: 'sent', reason: null },
      ]),
    );
  });

  it('of an older version is brought to the schema of this one', async () => {
    const later: Record<string, Migration> = {
      ...migrations,
      '9999-later': {
        up: async (db) => {
          await sql`alter table subscribers add column shoe_size integer not null default 42`.execute(
            db,
          );
        },
      },
    };
    const other = await openFreshDatabase();
    await fill(other.db);
    await restore(other.url, file, { replace: true, known: later });
    const { rows: readers } = await sql`select email, shoe_size from subscribers`.execute(other.db);
    expect(readers).toEqual([{ email: 'ana@example.org', shoeSize: 42 }]);
    // and there this version knows what it sees
    await expect(migrate(other.db)).rejects.toThrow(/newer Gaceta .*9999-later/);

    const newer = join(folder, 'newer.gz');
    await backUp(other.url, newer, new Date());
    const mine = await openFreshDatabase();
    await expect(restore(mine.url, newer, { replace: false })).rejects.toThrow(
      /newer version of Gaceta/,
    );
  });

  it('is never overwritten', async () => {
    const before = await readFile(file);
    await expect(backUp(url, file, new Date())).rejects.toThrow(BackupExists);
    expect(await readFile(file)).toEqual(before);
  });

  it('with one byte flipped anywhere is named as damaged', async () => {
    const whole = await readFile(file);
    const other = await openFreshDatabase();
    const bad = join(folder, 'flipped.gz');
    for (const at of [whole.length >> 2, whole.length >> 1, whole.length - 6]) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      await writeFile(bad, flipped);
      await expect(restore(other.url, bad, { replace: true })).rejects.toThrow(/damaged.*checksum/);
    }
  });

  it('is restored without a warning of listeners, however much the connection makes it wait', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const source = await openFreshDatabase();
    const many = Array.from({ length: 20_000 }, (_, n) => ({
      email: `r${n}@example.org`,
      emailKey: `r${n}@example.org`,
      name: 'x'.repeat(200),
    }));
    for (let at = 0; at < many.length; at += 5000)
      await source.db
        .insertInto('subscribers')
        .values(many.slice(at, at + 5000))
        .execute();
    const big = join(folder, 'big.gz');
    await backUp(source.url, big, new Date());
    const other = await openFreshDatabase();
    await restore(other.url, big, { replace: false });
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it('comes back into a database without a schema by the one command', async () => {
    const name = `bare_${Date.now()}`;
    const bare = inject('postgres').replace('__db__', name);
    await createDatabase(inject('postgres').replace('__db__', 'postgres'), name);
    const program = gaceta(['restore', file, '--json'], { DATABASE_URL: bare });
    expect(await program.ended, program.stderr()).toBe(0);
    expect(JSON.parse(program.stdout())).toMatchObject({ rows, held: { letters: 0 } });
    expect(program.stderr()).toContain('Held: edition');
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
