import { scheduler } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { paceWindow } from '../../../src/relays/pace/limit.ts';
import { openPace, type Pace, type PaceLimits } from '../../../src/relays/pace/pace.ts';
import type { PaceStore } from '../../../src/relays/pace/store.ts';
import { freshDatabase } from '../../harness/database.ts';
import { eventually } from '../../harness/eventually.ts';
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

/** One permit: it was granted between these two moments, its call's beginning and end. */
interface Permit {
  from: number;
  to: number;
}

/**
 * Takes as greedily as may be, adding every permit to `taken`, until the test has seen enough. A store that a busy
 * machine lets answer late grants nothing meanwhile.
 */
async function greedy(
  pace: Pace,
  { relay, group, taken }: { relay: string; group: string; taken: Permit[] },
  enough: () => boolean,
): Promise<void> {
  while (!enough()) {
    const from = performance.now();
    const permits = await pace.take({ relay, groups: { [group]: 20 } });
    if (permits.problem === undefined) expect(permits.granted).toBe(permits.groups[group]);
    const permit = { from, to: performance.now() };
    taken.push(...Array.from({ length: permits.granted }, () => permit));
    await scheduler.wait(permits.retryAfterMs); // what a worker does too
  }
}

/** Asks for one permit, before all others, until it has it. */
async function goFirst(pace: Pace, relay: string): Promise<void> {
  for (;;) {
    const permits = await pace.take({ relay, groups: { rest: 1 }, first: true });
    if (permits.granted > 0) return;
    await scheduler.wait(permits.retryAfterMs);
  }
}

/** The most that were surely granted within one span of so many ms: what is told late, on a busy machine, counts there too. */
const most = (permits: Permit[], span: number): number =>
  [...new Set(permits.map(({ from }) => from))].reduce((peak, since) => {
    const within = permits.filter(({ from, to }) => from >= since && to <= since + span);
    return Math.max(peak, within.length);
  }, 0);

describe.each(Object.keys(STORES))('limits kept in %s', (name) => {
  const missing = name === 'Redis' ? redisMissing() : undefined;

  test.skipIf(missing)(
    'a global rate holds across two processes, second by second, without bursts',
    async () => {
      const stores = await STORES[name]?.();
      if (!stores) throw new Error('no store');
      const paces = pacesOf(stores, { global: 200 });
      const both: Permit[][] = [[], []];
      // windows of a tenth of a second, of which one that nobody asks in is lost: until a second has most of them
      const enough = () =>
        both.every((mine) => mine.length > 0) && most(both.flat(), 1_000) > 0.75 * 200;
      await Promise.all(
        paces.map((pace, at) =>
          greedy(pace, { relay: 'a', group: 'rest', taken: both[at] ?? [] }, enough),
        ),
      );
      expect(most(both.flat(), 1_000)).toBeLessThanOrEqual(220);
      expect(most(both.flat(), 95)).toBeLessThanOrEqual(40);
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
      const [gmail, slow, free]: [Permit[], Permit[], Permit[]] = [[], [], []];
      await Promise.all([
        greedy(first, { relay: 'fast', group: 'gmail', taken: gmail }, () => gmail.length > 6),
        greedy(second, { relay: 'slow', group: 'rest', taken: slow }, () => most(slow, 1_000) > 35),
      ]);
      await greedy(
        second,
        { relay: 'fast', group: 'rest', taken: free },
        () => most(free, 1_000) > 100,
      );
      expect(most(gmail, 1_000)).toBeLessThanOrEqual(6);
      expect(most(slow, 1_000)).toBeLessThanOrEqual(55);
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
      const taken: Permit[] = [];
      let over = false;
      const digests = [first, second].flatMap((pace) =>
        ['fast', 'slow', 'fast', 'slow'].map((relay) =>
          greedy(pace, { relay, group: 'rest', taken }, () => over),
        ),
      );
      for (const relay of ['fast', 'slow', 'fast', 'slow', 'fast']) {
        const before = taken.length;
        await goFirst(letters, relay);
        // what is under way while it says so, and no more than two windows of the slower limit
        expect(taken.length - before).toBeLessThanOrEqual(3);
        const now = taken.length;
        await eventually(() => expect(taken.length).toBeGreaterThan(now)); // the others have the rest
      }
      over = true;
      await Promise.all(digests);
      expect(most(taken, 1_000)).toBeLessThanOrEqual(3 + 1);
    },
  );

  test.skipIf(missing)('what one limit refuses is not lost to the other', async () => {
    const stores = await STORES[name]?.();
    if (!stores) throw new Error('no store');
    const [pace] = pacesOf(stores, { global: 20, groups: { gmail: 1_000 } });
    const permits = await pace.take({ groups: { gmail: 10, rest: 10 } });
    expect(permits).toMatchObject({ granted: 2, groups: { gmail: 1, rest: 1 } });
    expect(permits.retryAfterMs).toBeGreaterThan(0);
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
