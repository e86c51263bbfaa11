import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';

let redis: TestRedis | undefined;
afterAll(() => redis?.close());

async function environment(backend: string): Promise<Record<string, string>> {
  if (backend === 'PostgreSQL') return {};
  redis ??= await startRedis();
  return { REDIS_URL: redis.url };
}

/** The fewest and the most messages within any span of so many milliseconds between the first and the last of them. */
function within(moments: number[], span: number): { least: number; most: number } {
  const last = (moments.at(-1) ?? 0) - span;
  const counts = moments
    .filter((moment) => moment <= last)
    .map((from) => moments.filter((moment) => moment >= from && moment < from + span).length);
  return { least: Math.min(...counts), most: Math.max(...counts) };
}

describe.each(['PostgreSQL', 'Redis'])('with rates and queue in %s', (backend) => {
  const missing = backend === 'Redis' ? redisMissing() : undefined;

  test.skipIf(missing)(
    `SEND_RATE holds second by second over two workers, without bursts or holes ${missing ?? ''}`,
    async () => {
      const moments: number[] = [];
      await using workers = await startWorkers(2, {
        environment: { ...(await environment(backend)), SEND_RATE: '60' },
        sink: {
          react(step) {
            if (step === 'dot') moments.push(performance.now());
            return undefined;
          },
        },
      });
      const { db } = workers.context;
      const edition = await freezeEdition(db, await makeReaders(db, 10_000)); // more ranges than one worker takes
      await workers.plan(edition);
      await eventually(() => expect(moments.length).toBeGreaterThan(360));
      // without the first second, in which the variant is rendered and connections open
      const steady = moments.slice(60, 360);
      // The permits are exact (tests/relays/pace/pace.test.ts); a busy machine lets some of them start late together.
      expect(within(steady, 1_000).most).toBeLessThanOrEqual(60 * 1.3);
      expect(within(steady, 3_000).most).toBeLessThanOrEqual(3 * 60 * 1.1);
      expect(within(steady, 1_000).least).toBeGreaterThanOrEqual(60 * 0.2);
      expect(within(steady, 3_000).least).toBeGreaterThanOrEqual(3 * 60 * 0.4);
      const { rows } = await sql<{ workers: string }>`
        select count(distinct worker) as workers from ranges where edition_id = ${edition}`.execute(
        db,
      );
      expect(rows[0]?.workers).toBe('2');
    },
  );
});

test('the ceiling of the day holds over two workers, to the last message', async () => {
  const today = new Date().toISOString().slice(0, 10);
  await using workers = await startWorkers(2, {
    relay: `connections=4&name=new&warmup=${today}:45:2`,
  });
  const { db } = workers.context;
  const edition = await freezeEdition(db, await makeReaders(db, 2_500));
  await workers.plan(edition);
  await eventually(async () => expect((await ledger(db, edition)).sent).toBe(45));
  // Both ask again, more than once: there is nothing left.
  const asked = async () => {
    const { rows } = await sql<{ key: string; expire: string }>`
      select key, expire from rate_limits where key like 'warm-up:%' and points = 0`.execute(db);
    return rows.map((row) => `${row.key} ${row.expire}`);
  };
  const seen = new Set<string>();
  await eventually(async () => {
    for (const each of await asked()) seen.add(each);
    expect(seen.size).toBeGreaterThanOrEqual(4);
  });
  expect(workers.sink.accepted).toHaveLength(45);
  await eventually(async () =>
    expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 45, queued: 2_455 }),
  );
});
