import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openQueues } from '../../src/queue/queues.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort, redisMissing, startRedis } from '../harness/redis.ts';

const log = pino({ level: 'silent' });

test.skipIf(redisMissing())(
  'a queue first used while Redis is away works once it is back',
  async () => {
    const port = await freePort();
    const queues = openQueues(
      { redisUrl: `redis://127.0.0.1:${port}` },
      'postgresql://unused',
      log,
    );
    onTestFinished(() => queues.close());
    const done: string[] = [];
    queues.work('letters', async ({ letter }) => void done.push(letter), 1);
    // each producer learns for itself that Redis is away
    expect(await queues.enqueueLetters(['lost'])).toBe(false);
    expect(await queues.enqueueFeed('lost')).toBe(false);
    await expect(queues.counts('deliver')).rejects.toThrow();

    const redis = await startRedis(port);
    onTestFinished(() => redis.close());
    await eventually(async () => expect(await queues.enqueueLetters(['1'])).toBe(true));
    await eventually(() => expect(done).toContain('1'));
    expect(await queues.enqueueFeed('1')).toBe(true);
    expect(await queues.counts('deliver')).toBeTypeOf('object');
  },
);

test('and so does one first used while its database is away', async () => {
  const url = new URL(await freshDatabase());
  const elsewhere = new URL(url);
  elsewhere.pathname = '/not_there_yet';
  const queues = openQueues({ redisUrl: undefined }, elsewhere.href, log);
  expect(await queues.enqueueLetters(['lost'])).toBe(false);
  await using admin = await adminOf(url);
  await admin.run(`create database not_there_yet template ${url.pathname.slice(1)}`);
  await eventually(async () => expect(await queues.enqueueLetters(['1'])).toBe(true));
  await queues.close();
});

async function adminOf(url: URL) {
  const { default: pg } = await import('pg');
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new pg.Client(admin.href);
  await client.connect();
  return {
    run: (statement: string) => client.query(statement),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

test.skipIf(redisMissing())('queues close although Redis went away', async () => {
  const redis = await startRedis();
  const queues = openQueues({ redisUrl: redis.url }, 'postgresql://unused', log);
  queues.work('letters', async () => undefined, 1);
  expect(await queues.enqueueLetters(['1'])).toBe(true);
  await redis.close();
  await queues.close();
});
