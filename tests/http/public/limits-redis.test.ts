import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site } from './fixtures/site.ts';

describe.skipIf(redisMissing())('limits on Redis', () => {
  let redis: TestRedis;
  let one: Site;
  let two: Site;
  beforeAll(async () => {
    redis = await startRedis();
    const variables = { TRUST_PROXY: '1', REDIS_URL: redis.url };
    one = await openSite(variables);
    two = await openSite(variables, one.context.databaseUrl);
    await makeNewsletter(one.context.db, 'daily');
  });
  afterAll(() => redis.close());
  const subscribe = (site: Site, n: number, origin: string) =>
    site.postJson(
      '/subscribe',
      { email: `reader${n}@site${n}.example` },
      { 'X-Forwarded-For': origin },
    );

  test('hold across processes', async () => {
    for (let n = 0; n < 50; n++)
      expect((await subscribe(n % 2 ? one : two, n, '192.0.2.1')).status).toBe(202);
    expect((await subscribe(one, 50, '192.0.2.1')).status).toBe(429);
    expect((await subscribe(two, 51, '192.0.2.1')).status).toBe(429);
    expect((await subscribe(two, 52, '192.0.2.2')).status).toBe(202);
    // the whole network of one IPv6 address counts as one
    for (let n = 100; n < 150; n++)
      expect((await subscribe(one, n, `2001:db8:1:2::${n}`)).status).toBe(202);
    expect((await subscribe(two, 150, '2001:db8:1:2:ffff::1')).status).toBe(429);
    expect((await subscribe(two, 151, '2001:db8:1:3::1')).status).toBe(202);
  });

  test('while it is away readers still sign up, and each process counts for itself', async () => {
    redis.kill();
    for (let n = 200; n < 250; n++) expect((await subscribe(one, n, '192.0.2.9')).status).toBe(202);
    expect((await subscribe(one, 250, '192.0.2.9')).status).toBe(429);
  });
});
