import { beforeAll, describe, expect, test } from 'vitest';
import { prepareBulk, startBulk, stopBulk } from '../../src/actions/bulk.ts';
import { importSuppressions } from '../../src/actions/suppressions.ts';
import { type BulkJob, forgetPrepared, getJob, listJobs } from '../../src/bulk/jobs.ts';
import { runChunk } from '../../src/bulk/run.ts';
import { addressesInChunks } from '../../src/subscribers/address-list.ts';
import type { SubscriberFilter } from '../../src/subscribers/filter.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
} from '../subscribers/fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-24T12:00:00Z');
const by = { actor: { kind: 'cli' as const }, scope: null };
let daily: MadeNewsletter;
let weekend: MadeNewsletter;
let other: MadeNewsletter;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily');
  weekend = await makeNewsletter(db, 'weekend');
  other = await makeNewsletter(db, 'other');
});

const given = new Date('2026-01-05T08:00:00Z');

/** A reader with active subscriptions. */
async function reader(name: string, newsletters: MadeNewsletter[], sections?: string[]) {
  const email = `${name}@example.org`;
  const { id } = await db
    .insertInto('subscribers')
    .values({ email, emailKey: email, addressHash: hashAddress(email), name })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const { id: newsletterId } of newsletters)
    await db
      .insertInto('subscriptions')
      .values({
        newsletterId,
        subscriberId: id,
        state: 'active',
        confirmedAt: given,
        activeFrom: given,
        hour: '18:00',
        sections: sections ?? null,
      })
      .execute();
  return id;
}

const places = async (subscriber: string) =>
  Object.fromEntries(
    (
      await db
        .selectFrom('subscriptions as t')
        .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
        .select(['n.slug', 't.state'])
        .where('subscriberId', '=', subscriber)
        .execute()
    ).map(({ slug, state }) => [slug, state]),
  );

const start = (job: BulkJob, expected?: number) =>
  db.transaction().execute((tx) => startBulk(tx, by, job.id, expected));

async function run(job: BulkJob): Promise<{ job: BulkJob; letters: string[] }> {
  const letters: string[] = [];
  for (;;) {
    const chunk = await runChunk(db, { now, job: job.id });
    if (!chunk) break;
    letters.push(...chunk.letters);
  }
  return { job: await getJob(db, job.id), letters };
}

const bytes = (text: string) => ReadableStream.from([Buffer.from(text)]);
const list = (text: string) => ({ addresses: addressesInChunks(bytes(text), () => undefined) });
const of = (filter: SubscriberFilter) => ({ filter });

describe('what is done to many readers', () => {
  test('is counted first, and done to those that were counted', async () => {
    const first = await reader('count-one', [daily, weekend]);
    await reader('count-two', [daily]);
    const job = await prepareBulk(
      db,
      by,
      { action: 'unsubscribe', newsletter: 'daily' },
      of({ search: 'count-' }),
    );
    expect(job).toMatchObject({ state: 'prepared', size: 2, done: 0 });
    const late = await reader('count-late', [daily]);
    expect(await runChunk(db, { now, job: job.id })).toBeUndefined();
    await expect(start(job, 3)).rejects.toThrow('about 2 readers, not 3');
    await start(job, 2);
    expect((await run(job)).job).toMatchObject({ state: 'done', done: 2, changed: 2 });
    expect(await places(first)).toEqual({ daily: 'unsubscribed', weekend: 'active' });
    expect(await places(late)).toEqual({ daily: 'active' });
    const consent = await db
      .selectFrom('consents')
      .selectAll()
      .where('subscriberId', '=', first)
      .execute();
    expect(consent).toMatchObject([{ action: 'withdraw', form: 'operator', at: now }]);
    await expect(start(job)).rejects.toThrow('is not prepared or stopped');
    const audited = await db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'bulk unsubscribe')
      .execute();
    expect(audited).toMatchObject([{ object: 'newsletter daily', detail: { readers: 2 } }]);
  });

  test('goes on where it was after a stop, each reader once', async () => {
    await db
      .insertInto('subscribers')
      .values(
        Array.from({ length: 1200 }, (_, n) => ({
          email: `many${n}@example.net`,
          emailKey: `many${n}@example.net`,
        })),
      )
      .execute();
    const job = await prepareBulk(db, by, { action: 'unsubscribe' }, of({ search: 'example.net' }));
    await start(job);
    const chunks = await Promise.all([1, 2].map(() => runChunk(db, { now, job: job.id })));
    // of two at once one may find the other at it
    expect(chunks.some((chunk) => chunk && !chunk.isLast)).toBe(true);
    await db.transaction().execute((tx) => stopBulk(tx, by, job.id));
    const { done } = await getJob(db, job.id);
    expect(await runChunk(db, { now, job: job.id })).toBeUndefined();
    await start(job);
    expect((await run(job)).job).toMatchObject({ state: 'done', size: 1200, done: 1200 });
    expect(done).toBeLessThan(1200);
    expect((await listJobs(db, { scope: null, limit: 1 })).data[0]?.id).toBe(job.id);
  });

  test('moves a consent to another newsletter, without a letter, and past nobody who left there', async () => {
    const mover = await reader('mover', [daily], ['news', 'updates']);
    const both = await reader('both', [daily, weekend]);
    const left = await reader('left-there', [daily, weekend]);
    await db
      .updateTable('subscriptions')
      .set({ state: 'unsubscribed', leftAt: new Date('2026-06-01T00:00:00Z') })
      .where('subscriberId', '=', left)
      .where('newsletterId', '=', weekend.id)
      .execute();
    await db
      .deleteFrom('sections')
      .where('newsletterId', '=', weekend.id)
      .where('slug', '=', 'updates')
      .execute();
    const file =
      'E-mail;state\nMOVER@example.org;x\nboth@example.org;\nleft-there@example.org;\nnobody@example.org;\nno address;\n';
    const job = await prepareBulk(
      db,
      by,
      { action: 'move', newsletter: 'daily', to: 'weekend' },
      list(file),
    );
    expect(job).toMatchObject({ size: 3, unknown: 1 });
    await start(job);
    const { letters, job: done } = await run(job);
    expect(letters).toEqual([]);
    expect(done).toMatchObject({ done: 3, changed: 2 });
    expect(await places(mover)).toEqual({ daily: 'unsubscribed', weekend: 'active' });
    expect(await places(both)).toEqual({ daily: 'unsubscribed', weekend: 'active' });
    expect(await places(left)).toEqual({ daily: 'active', weekend: 'unsubscribed' });
    const place = await db
      .selectFrom('subscriptions')
      .selectAll()
      .where('subscriberId', '=', mover)
      .where('newsletterId', '=', weekend.id)
      .executeTakeFirst();
    expect(place).toMatchObject({
      hour: '18:00',
      sections: ['news'],
      confirmedAt: given,
      activeFrom: now,
    });
    const consents = await db
      .selectFrom('consents')
      .selectAll()
      .where('subscriberId', '=', mover)
      .orderBy('id')
      .execute();
    expect(consents).toMatchObject([
      {
        newsletterId: weekend.id,
        action: 'operator',
        at: given,
        detail: { source: 'moved from daily' },
      },
      { newsletterId: daily.id, action: 'withdraw', form: 'operator' },
    ]);
    await expect(
      prepareBulk(db, by, { action: 'move', newsletter: 'daily', to: 'daily' }, of({})),
    ).rejects.toThrow('another newsletter');
  });

  test('adds a section to those who chose others', async () => {
    const chose = await reader('chose', [other], ['news']);
    const all = await reader('all-of-it', [other]);
    const job = await prepareBulk(
      db,
      by,
      { action: 'section', newsletter: 'other', section: 'updates' },
      of({ newsletter: 'other' }),
    );
    await start(job);
    expect((await run(job)).job).toMatchObject({ done: 2, changed: 1 });
    const rows = await db
      .selectFrom('subscriptions')
      .select(['subscriberId', 'sections'])
      .where('newsletterId', '=', other.id)
      .orderBy('subscriberId')
      .execute();
    expect(rows).toEqual([
      { subscriberId: chose, sections: ['news', 'updates'] },
      { subscriberId: all, sections: null },
    ]);
  });

  test('erases, tells each, and keeps to the newsletters of who asked', async () => {
    const inside = await reader('erase-inside', [other]);
    const shared = await reader('erase-shared', [other, weekend]);
    const outside = await reader('erase-outside', [weekend]);
    const bound = { ...by, scope: [other.id] };
    const job = await prepareBulk(db, bound, { action: 'erase' }, of({ search: 'erase-' }));
    expect(job.size).toBe(2);
    await expect(getJob(db, job.id, [weekend.id])).rejects.toThrow('no job');
    await db.transaction().execute((tx) => startBulk(tx, bound, job.id));
    const { letters, job: done } = await run(job);
    expect(done).toMatchObject({ done: 2, changed: 1 });
    expect(letters).toHaveLength(1);
    const erased = await db
      .selectFrom('subscribers')
      .select('id')
      .where('erasedAt', 'is not', null)
      .execute();
    expect(erased).toEqual([{ id: inside }]);
    expect(await places(shared)).toEqual({ other: 'active', weekend: 'active' });

    const leave = await prepareBulk(db, bound, { action: 'unsubscribe' }, of({ search: 'erase-' }));
    await db.transaction().execute((tx) => startBulk(tx, bound, leave.id));
    await run(leave);
    expect(await places(shared)).toEqual({ other: 'unsubscribed', weekend: 'active' });
    expect(await places(outside)).toEqual({ weekend: 'active' });
    await expect(
      prepareBulk(db, bound, { action: 'unsubscribe', newsletter: 'daily' }, of({})),
    ).rejects.toThrow('no newsletter');
  });

  test('is forgotten when it was never started', async () => {
    const job = await prepareBulk(db, by, { action: 'erase' }, of({ search: 'chose' }));
    await forgetPrepared(db, new Date(Date.now() + 25 * 60 * 60 * 1000));
    await expect(getJob(db, job.id)).rejects.toThrow('no job');
    expect(
      (await db.selectFrom('bulkReaders').select('jobId').where('jobId', '=', job.id).execute())
        .length,
    ).toBe(0);
  });
});

describe('a list of addresses that nothing is sent to', () => {
  const context = { db, hashAddress };
  const read = (text: string) =>
    importSuppressions(context, { kind: 'cli' }, bytes(text), {
      reason: 'operator',
      detail: 'from Sendy',
    });
  const reasonOf = async (email: string) =>
    (await db
      .selectFrom('suppressions')
      .select(['reason', 'detail'])
      .where('addressHash', '=', hashAddress(email))
      .executeTakeFirst()) ?? null;

  test('is one a line, or a column with reasons, and read twice changes nothing', async () => {
    const text = 'a1@example.com\r\n A2@Example.com \nnot one\n\na1@example.com\n';
    expect(await read(text)).toEqual({
      lines: 4,
      suppressed: 2,
      known: 1,
      refusedCount: 1,
      refused: [{ line: 3, fault: 'characters' }],
    });
    expect(await reasonOf('a2@example.com')).toEqual({ reason: 'operator', detail: 'from Sendy' });
    const table =
      'Name,Email Address,Status\n"Ana, P.",b1@example.com,Hard bounce\nBen,b2@example.com,spamreport\nCleo,b3@example.com,\nAna,a1@example.com,bounced\n';
    expect(await read(table)).toMatchObject({ lines: 4, suppressed: 3, known: 1, refusedCount: 0 });
    expect(await reasonOf('b1@example.com')).toMatchObject({ reason: 'bounce' });
    expect(await reasonOf('b2@example.com')).toMatchObject({ reason: 'complaint' });
    expect(await reasonOf('a1@example.com')).toMatchObject({ reason: 'operator' });
    expect(await read(table)).toMatchObject({ suppressed: 0, known: 4 });
    expect(await read('')).toMatchObject({ lines: 0 });
  });
});
