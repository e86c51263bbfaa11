import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { ledger, recount } from '../../../src/deliveries/ledger.ts';
import { planEdition } from '../../../src/deliveries/plan.ts';
import { runTasks } from '../../../src/process/clock.ts';
import { housekeepingTasks } from '../../../workers/housekeeping.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf } from '../../deliveries/fixtures/rows.ts';
import { openSending, type Sending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';

let redis: TestRedis | undefined;
afterAll(() => redis?.close());

async function environment(backend: string): Promise<Record<string, string>> {
  if (backend === 'postgres') return {};
  redis ??= await startRedis();
  return { REDIS_URL: redis.url };
}

/** Plans as the editions worker does. */
async function planAndEnqueue({ db, context }: Sending, edition: string): Promise<void> {
  for await (const tickets of planEdition(db, edition, {
    groups: ['google'],
  })) {
    await context.queues.enqueueRanges(tickets);
  }
}

describe.each(['postgres', 'redis'])('with the queue in %s', (backend) => {
  const missing = backend === 'redis' ? redisMissing() : undefined;

  test.skipIf(missing)(`an edition is sent by its tickets ${missing ?? ''}`, async () => {
    await using sending = await openSending({}, await environment(backend));
    const { db, context, sink, deliverer } = sending;
    context.queues.work('deliver', deliverer.handle, 8);
    const edition = await freezeEdition(db, await makeReaders(db, 3_300));
    await planAndEnqueue(sending, edition);
    await eventually(async () => expect((await editionOf(db, edition)).state).toBe('sent'));
    expect((await ledger(db, edition)).sent).toBe(3_300);
    expect(sink.accepted).toHaveLength(3_300);
    expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(3_300);
  });

  test.skipIf(missing)(
    `tickets issued twice, and tickets of others’ ranges, change nothing ${missing ?? ''}`,
    async () => {
      await using sending = await openSending({}, await environment(backend));
      const { db, context, sink, deliverer } = sending;
      const other = await sending.another();
      context.queues.work('deliver', deliverer.handle, 4);
      context.queues.work('deliver', other.handle, 4);
      const edition = await freezeEdition(db, await makeReaders(db, 2_200));
      for await (const tickets of planEdition(db, edition, { groups: [] })) {
        for (const issued of [1, 2, 3]) {
          await context.queues.enqueueRanges(tickets.map((ticket) => ({ ...ticket, issued })));
        }
      }
      await eventually(async () => expect((await editionOf(db, edition)).state).toBe('sent'));
      expect(sink.accepted).toHaveLength(2_200);
      expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(2_200);
      expect(await recount(db, edition)).toEqual(await ledger(db, edition));
    },
  );

  test.skipIf(missing)(
    `when the queue forgets everything, housekeeping issues the tickets again ${missing ?? ''}`,
    async () => {
      await using sending = await openSending({}, await environment(backend));
      const { db, context, sink, deliverer } = sending;
      const edition = await freezeEdition(db, await makeReaders(db, 1_500));
      await planAndEnqueue(sending, edition);
      expect(await tickets(sending)).toBe(2);
      await forgetAll(backend, sending);
      expect(await tickets(sending)).toBe(0);
      context.queues.work('deliver', deliverer.handle, 4);
      const clock = runTasks(context.log, housekeepingTasks(context));
      await eventually(() => expect(sink.accepted.length).toBeGreaterThan(0));
      await eventually(async () => expect((await editionOf(db, edition)).state).toBe('sent'));
      expect(sink.accepted).toHaveLength(1_500);
      await clock.stop();
    },
  );
});

/** How many tickets of ranges the queue holds, whatever their state. */
async function tickets({ context }: Sending): Promise<number> {
  const counts = await context.queues.counts('deliver');
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function forgetAll(backend: string, { db }: Sending): Promise<void> {
  if (backend === 'postgres') {
    const { rows } = await sql<{ tablename: string }>`
      select tablename from pg_tables where schemaname = 'bullmq' and tablename ~ 'job'`.execute(
      db,
    );
    for (const { tablename } of rows) {
      await sql`truncate ${sql.table(`bullmq.${tablename}`)} cascade`.execute(db);
    }
    return;
  }
  const client = new Redis(redis?.url ?? '');
  await client.flushall();
  await client.quit();
}
