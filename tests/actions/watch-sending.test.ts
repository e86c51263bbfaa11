import { createServer } from 'node:http';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { lookForAttention } from '../../src/actions/attention/look.ts';
import { openSendingWatch } from '../../src/actions/watch-sending.ts';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { stallNotice } from '../../src/deliveries/stalled-editions.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { listenWhileTesting } from '../harness/listen.ts';
import { redisMissing, startRedis } from '../harness/redis.ts';
import { QUICK_TIMINGS } from '../harness/timings.ts';

/** A planned edition of a few readers that nobody sends, and a watch over it. */
async function standing(environment: Record<string, string> = {}) {
  const config = loadConfig(environment);
  const log = pino({ level: 'silent' });
  const context = await openContext(config, await freshDatabase(), log, QUICK_TIMINGS);
  onTestFinished(() => context.close());
  const id = await freezeEdition(context.db, await makeReaders(context.db, 5));
  for await (const _ of planEdition(context.db, id, { groups: [] }));
  // due for longer than an edition may stand still
  await context.db
    .updateTable('deliveries')
    .set({ nextAt: sql`now() - interval '1 minute'` })
    .where('editionId', '=', id)
    .execute();
  const watch = openSendingWatch(context);
  const told = async () => {
    await watch.look();
    await lookForAttention(context);
    return (
      await context.db
        .selectFrom('editions')
        .select('statusText')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).statusText;
  };
  return { context, id, watch, told };
}

const tells = (told: () => Promise<string | null>, words: string | null) =>
  eventually(async () => expect(await told()).toBe(words));

const worker = async ({ db }: Context) => {
  const { id } = await db
    .insertInto('workers')
    .values({ host: 'here', pid: 1, connections: 1, leaseUntil: sql`now() + interval '1 hour'` })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
};

test('an edition that no worker sends says so, to readiness and metrics too, until one does', async () => {
  const { context, id, watch, told } = await standing();
  const server = createServer(createApp(context, watch));
  const base = await listenWhileTesting(server);
  expect(await told()).toBeNull();
  await tells(told, stallNotice('workers'));
  const unready = await fetch(`${base}/readyz`);
  expect([unready.status, await unready.json()]).toMatchObject([
    503,
    { ready: false, checks: { database: true, queue: true, workers: false, sending: false } },
  ]);
  const metrics = await eventually(async () => {
    await told();
    const metrics = await (await fetch(`${base}/metrics`)).text();
    expect(metrics).toContain('gaceta_attention{cause="workers"} 1');
    return metrics;
  });
  expect(metrics).toContain('gaceta_workers_alive 0');
  expect(metrics).toContain('gaceta_editions{state="sending"} 1');

  await worker(context);
  await context.db
    .updateTable('ranges')
    .set({ sent: sql`sent + 1`, queued: sql`queued - 1` })
    .where('editionId', '=', id)
    .execute();
  await tells(told, null);
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, ((await ready.json()) as { ready: boolean }).ready]).toEqual([200, true]);
});

test('the cause is what can be known of it', async () => {
  const { context, id, told } = await standing();
  const alive = await worker(context);
  await tells(told, stallNotice('tickets'));
  await context.db
    .updateTable('ranges')
    .set({ worker: alive })
    .where('editionId', '=', id)
    .execute();
  await tells(told, stallNotice('worker'));
  await context.db.updateTable('editions').set({ plannedAt: null }).where('id', '=', id).execute();
  await tells(told, stallNotice('planning'));
});

test.skipIf(redisMissing())(
  'a queue that does not answer is named, and metrics do without it',
  async () => {
    const redis = await startRedis();
    const { context, watch, told } = await standing({ REDIS_URL: redis.url });
    await worker(context);
    const base = await listenWhileTesting(createServer(createApp(context, watch)));
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('gaceta_queue_jobs{');
    await redis.close();
    await tells(told, stallNotice('queue'));
    await eventually(async () => {
      await told();
      const metrics = await fetch(`${base}/metrics`);
      const text = await metrics.text();
      expect(metrics.status).toBe(200);
      expect(text).not.toContain('gaceta_queue_jobs{');
      expect(text).toContain('gaceta_attention{cause="queue"} 1');
    });
  },
);

test('what waits for its time does not stand still, and what is known already stays', async () => {
  const { context, id, watch, told } = await standing();
  const words = '421 4.3.2 closing for maintenance';
  await context.db
    .updateTable('editions')
    .set({ statusText: words })
    .where('id', '=', id)
    .execute();
  await eventually(async () => {
    expect(await told()).toBe(words);
    expect(watch.stalls()).toHaveLength(1);
  });
  await context.db
    .updateTable('deliveries')
    .set({ nextAt: sql`now() + interval '1 hour'` })
    .where('editionId', '=', id)
    .execute();
  await eventually(async () => {
    await watch.look();
    expect(watch.stalls()).toEqual([]);
  });
  expect(await told()).toBe(words);
});
