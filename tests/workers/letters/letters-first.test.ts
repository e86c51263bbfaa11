import { afterAll, describe, expect, test } from 'vitest';
import { ledger } from '../../../src/deliveries/ledger.ts';
import { queueLetter } from '../../../src/letters/letters.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { startWorkers, type Workers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';

let redis: TestRedis | undefined;
afterAll(() => redis?.close());

async function environment(backend: string): Promise<Record<string, string>> {
  if (backend === 'PostgreSQL') return {};
  redis ??= await startRedis();
  return { REDIS_URL: redis.url };
}

/** Writes a letter and issues its ticket; resolves, once the relay has it, with how many messages it took before. */
async function overtakenBy({ context, sink }: Workers, to: string): Promise<number> {
  const before = sink.accepted.length;
  const content = { requestedAt: context.now().toISOString() };
  const letter = await queueLetter(context.db, {
    kind: 'erased',
    email: to,
    language: 'en',
    content,
  });
  await context.queues.enqueueLetters([letter]);
  await eventually(() => expect(sink.accepted.map((message) => message.to)).toContain(to));
  return sink.accepted.findIndex((message) => message.to === to) - before;
}

describe.each(['PostgreSQL', 'Redis'])('with rates and queue in %s', (backend) => {
  const missing = backend === 'Redis' ? redisMissing() : undefined;

  test.skipIf(missing)(
    `under a low SEND_RATE a letter leaves with the next permit, and the digest goes on ${missing ?? ''}`,
    async () => {
      await using workers = await startWorkers(2, {
        environment: { ...(await environment(backend)), SEND_RATE: '1' },
      });
      const { db } = workers.context;
      const edition = await freezeEdition(db, await makeReaders(db, 500));
      await workers.plan(edition);
      const sent = () => workers.sink.accepted.length;
      await eventually(() => expect(sent()).toBeGreaterThan(0));
      await overtakenBy(workers, 'warms-the-template@news.test');
      const overtaken: number[] = [];
      for (const name of ['one', 'two', 'three']) {
        overtaken.push(await overtakenBy(workers, `${name}@news.test`));
        // the digest has a permit in between: a letter costs it one and no more
        const now = sent();
        await eventually(() => expect(sent()).toBeGreaterThan(now));
      }
      // what has a permit already, in either worker, and what takes one a second while the letter is written and read
      expect(Math.max(...overtaken)).toBeLessThanOrEqual(4);
      expect((await ledger(db, edition)).sent).toBeGreaterThanOrEqual(3);
    },
  );
});

test('a letter does not wait for a digest that has every connection the relay gives', async () => {
  await using workers = await startWorkers(1, {
    relay: 'connections=2&rate=50&name=sink',
    sink: {
      react: (step) =>
        step === 'greeting' && workers.sink.open.size > 2
          ? { reply: '421 4.7.0 too many connections', drop: true }
          : undefined,
    },
  });
  const { db } = workers.context;
  const edition = await freezeEdition(db, await makeReaders(db, 3_000));
  await workers.plan(edition);
  await eventually(() => expect(workers.sink.open.size).toBe(2));
  await eventually(() => expect(workers.sink.accepted.length).toBeGreaterThan(50));
  await overtakenBy(workers, 'first@news.test');
  const { sent, queued } = await ledger(db, edition);
  expect(queued).toBeGreaterThan(500);
  // and the digest has its connection back
  await eventually(() => expect(workers.sink.open.size).toBe(2));
  await eventually(async () =>
    expect((await ledger(db, edition)).sent).toBeGreaterThan(sent + 100),
  );
});
