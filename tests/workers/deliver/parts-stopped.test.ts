import { expect, onTestFinished, test } from 'vitest';
import { openSendingWatch } from '../../../src/actions/watch-sending.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';
import { redisMissing, startRedis } from '../../harness/redis.ts';

const READERS = 600;

// The first worker goes, the queue with it, and a new worker starts while the queue is still away.
test.each(['postgres', 'redis'] as const)(
  'an edition stands still with its reason, and goes on by itself: queue in %s',
  async (backend) => {
    if (backend === 'redis' && redisMissing()) return;
    const redis = backend === 'redis' ? await startRedis() : undefined;
    onTestFinished(() => redis?.close());
    await using workers = await startWorkers(1, {
      environment: { SEND_RATE: '200', ...(redis && { REDIS_URL: redis.url }) },
    });
    const { context, sink } = workers;
    const { db } = context;
    const edition = await freezeEdition(db, await makeReaders(db, READERS));
    await workers.plan(edition);
    await eventually(() => expect(sink.accepted.length).toBeGreaterThan(50));
    redis?.kill();
    await workers.stop();
    expect(sink.accepted.length).toBeLessThan(READERS);

    const watch = openSendingWatch(context);
    const row = () =>
      db
        .selectFrom('editions')
        .select(['state', 'statusText'])
        .where('id', '=', edition)
        .executeTakeFirstOrThrow();
    const tells = (cause: string) =>
      eventually(async () => {
        await watch.look();
        expect(watch.stalls()).toMatchObject([{ edition, cause }]);
      });
    await tells('workers');
    await workers.start();
    if (redis) {
      await tells('queue');
      expect((await row()).state).toBe('sending');
      const again = await startRedis(Number(new URL(redis.url).port));
      onTestFinished(() => again.close());
    }
    await eventually(async () => {
      await watch.look();
      expect(await row()).toEqual({ state: 'sent', statusText: null });
    });
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(READERS);
    expect(sink.accepted).toHaveLength(READERS);
  },
);
