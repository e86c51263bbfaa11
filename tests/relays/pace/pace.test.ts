import { scheduler } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { paceWindow } from '../../../src/relays/pace/limit.ts';
import { openPace, type Pace, type PaceLimits } from '../../../src/relays/pace/pace.ts';
import type { PaceStore } from '../../../src/relays/pace/store.ts';
import { freshDatabase } from '../../harness/database.ts';
import { freePort, redisMissing, startRedis } from '../../harness/redis.ts';

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** Two connections to one store, as two worker processes would have. */
const STORES: Record<string, () => Promise<[PaceStore, PaceStore]>> = {
  async PostgreSQL() {
    const connectionString = await freshDatabase();
    const pools = [0, 1].map(() => new Pool({ connectionString, max: 4 }));
    closers.push(() => Promise.all(pools.map((pool) => pool.end())));
    return pools.map((pool) => ({ pool })) as [PaceStore, PaceStore];
  },
  async Redis() {
    const server = await startRedis();
    closers.push(() => server.close());
    const clients = [0, 1].map(() => new Redis(server.url));
    closers.push(() => Promise.all(clients.map((client) => client.quit())));
    return clients.map((redis) => ({ redis })) as [PaceStore, PaceStore];
  },
};

function pacesOf(stores: [PaceStore, PaceStore], limits: PaceLimits): [Pace, Pace] {
  const paces = stores.map((store) => openPace({ store, limits }));
  closers.push(() => Promise.all(paces.map((pace) => pace.close())));
  return paces as [Pace, Pace];
}

/** Takes as greedily as may be for `ms`; returns the moment of every permit. */
async function greedy(pace: Pace, ms: number, relay: string, group: string): Promise<number[]> {
  const moments: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const permits = await pace.take({ relay, groups: { [group]: 20 } });
    expect(permits.problem).toBeUndefined();
    expect(permits.granted).toBe(permits.groups[group]);
    const now = performance.now();
    for (let permit = 0; permit < permits.granted; permit += 1) moments.push(now);
    await scheduler.wait(permits.retryAfterMs); // what a worker does too
  }
  return moments;
}

/** Asks for one permit, before all others, until it has it; how many milliseconds that took. */
async function goFirst(pace: Pace, relay: string): Promise<number> {
  const since = performance.now();
  for (;;) {
    const permits = await pace.take({ relay, groups: { rest: 1 }, first: true });
    if (permits.granted > 0) return performance.now() - since;
    await scheduler.wait(permits.retryAfterMs);
  }
}

/** The most permits within any `span` ms. */
function most(moments: number[], span: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let from = 0;
  return sorted.reduce((peak, moment, at) => {
    while (moment - (sorted[from] ?? 0) >= span) from += 1;
    return Math.max(peak, at - from + 1);
  }, 0);
}

describe.each(Object.keys(STORES))('limits kept in %s', (name) => {
  const missing = name === 'Redis' ? redisMissing() : undefined;

  test.skipIf(missing)(
    'a global rate holds across two processes, second by second, without bursts',
    async () => {
      const stores = await STORES[name]?.();
      if (!stores) throw new Error('no store');
      const paces = pacesOf(stores, { global: 200 });
      const both = await Promise.all(paces.map((pace) => greedy(pace, 2_500, 'a', 'rest')));
      const moments = both.flat();
      expect(most(moments, 1_000)).toBeLessThanOrEqual(220);
      expect(most(moments, 95)).toBeLessThanOrEqual(40);
      expect(moments.length).toBeGreaterThan(2.5 * 200 * 0.75);
      expect(Math.min(...both.map((mine) => mine.length))).toBeGreaterThan(0);
    },
  );

  test.skipIf(missing)(
    'relays and receiver groups have rates of their own below the global one',
    async () => {
      const stores = await STORES[name]?.();
      if (!stores) throw new Error('no store');
      const [first, second] = pacesOf(stores, {
        global: 1_000,
        relays: { slow: 50 },
        groups: { gmail: 5 },
      });
      const [gmail, slow] = await Promise.all([
        greedy(first, 2_000, 'fast', 'gmail'),
        greedy(second, 2_000, 'slow', 'rest'),
      ]);
      const free = await greedy(second, 1_000, 'fast', 'rest');
      expect(gmail.length).toBeGreaterThanOrEqual(7);
      expect(gmail.length).toBeLessThanOrEqual(11);
      expect(slow.length).toBeGreaterThan(70);
      expect(slow.length).toBeLessThanOrEqual(105);
      expect(free.length).toBeGreaterThan(600);
    },
  );

  test.skipIf(missing)(
    'who goes first has the next permit, whatever the others in other processes ask for',
    async () => {
      const stores = await STORES[name]?.();
      if (!stores) throw new Error('no store');
      // permits one by one: a letter that had to race eight takers for each would lose nearly always
      const [first, second] = pacesOf(stores, { global: 3, relays: { slow: 2 } });
      const [letters] = pacesOf(stores, { global: 3, relays: { slow: 2 } });
      const digests = [first, second].flatMap((pace) =>
        ['fast', 'slow', 'fast', 'slow'].map((relay) => greedy(pace, 5_000, relay, 'rest')),
      );
      const waits: number[] = [];
      for (const relay of ['fast', 'slow', 'fast', 'slow', 'fast']) {
        waits.push(await goFirst(letters, relay));
      }
      const moments = (await Promise.all(digests)).flat();
      expect(Math.max(...waits)).toBeLessThan(1_100); // two windows of the slower limit
      // The others have the rest, and all together no more than the rate.
      expect(moments.length).toBeGreaterThan(5 * 3 * 0.75 - 5 * 2);
      expect(moments.length + waits.length).toBeLessThanOrEqual(5 * 3 + 1);
    },
  );

  test.skipIf(missing)('what one limit refuses is not lost to the other', async () => {
    const stores = await STORES[name]?.();
    if (!stores) throw new Error('no store');
    const [pace] = pacesOf(stores, { global: 20, groups: { gmail: 1_000 } });
    const permits = await pace.take({ groups: { gmail: 10, rest: 10 } });
    expect(permits).toMatchObject({ granted: 2, groups: { gmail: 1, rest: 1 } });
    expect(permits.retryAfterMs).toBeGreaterThan(50);
    expect(permits.retryAfterMs).toBeLessThanOrEqual(101);
  });
});

test('when the store is away nothing is granted, and it says why', async () => {
  const port = await freePort();
  const redis = new Redis({ port, lazyConnect: true });
  const pool = new Pool({ host: '127.0.0.1', port, connectionTimeoutMillis: 500 });
  for (const store of [{ redis }, { pool }]) {
    const pace = openPace({ store, limits: { relays: { a: 100 } } });
    const permits = await pace.take({ relay: 'a', groups: { rest: 5 } });
    expect(permits).toMatchObject({ granted: 0, groups: {}, problem: expect.any(String) });
    expect(permits.retryAfterMs).toBeGreaterThan(0);
    await pace.close();
  }
  redis.disconnect();
  await pool.end();
});

test.skipIf(redisMissing())(
  'a store that goes away stops the sending, and one that comes back starts it again',
  async () => {
    const server = await startRedis();
    const redis = new Redis(server.url, { retryStrategy: () => 20 });
    redis.on('error', () => undefined);
    const pace = openPace({ store: { redis }, limits: { global: 1_000 } });
    const take = async () => (await pace.take({ groups: { rest: 5 } })).granted;
    expect(await take()).toBe(5);
    server.kill();
    await expect.poll(take).toBe(0);
    const again = await startRedis(Number(new URL(server.url).port));
    await expect.poll(take).toBe(5);
    await pace.close();
    redis.disconnect();
    await again.close();
    await server.close();
  },
);

test('an unset limit asks nobody', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: await freePort() });
  const pace = openPace({ store: { pool }, limits: { relays: { a: 1 }, groups: { gmail: 1 } } });
  expect(await pace.take({ relay: 'b', groups: { rest: 7, yahoo: 3 } })).toEqual({
    granted: 10,
    groups: { rest: 7, yahoo: 3 },
    retryAfterMs: 0,
  });
  await pace.close();
  await pool.end();
});

test.each([
  [0.5, { permits: 1, length: 2_000 }],
  [5, { permits: 1, length: 200 }],
  [15, { permits: 1, length: 67 }],
  [200, { permits: 20, length: 100 }],
  [3_000, { permits: 300, length: 100 }],
])('a rate of %d a second is cut into windows of at most a tenth', (rate, window) => {
  expect(paceWindow(rate)).toEqual(window);
});
