import { expect, test } from 'vitest';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openApi } from './harness.ts';

test('lists what came back, masked below admin, by filter and page, and counts it for Prometheus', async () => {
  const api = await openApi();
  const { db, hashAddress } = api.context;
  const newsletter = (await makeNewsletter(db, 'mornings')).id;
  const email = 'ana.garcia@readers.example';
  const { id: subscriberId } = await db
    .insertInto('subscribers')
    .values({ email, emailKey: email, addressHash: hashAddress(email) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const one = {
    source: 'smtp',
    subscriberId,
    receiverGroup: 'google',
    at: new Date(Date.now() - 60_000),
  };
  await db
    .insertInto('bounces')
    .values([
      {
        ...one,
        kind: 'bounce',
        hard: false,
        reason: 'mailbox-full',
        words: 'full',
        newsletterId: newsletter,
      },
      {
        ...one,
        kind: 'bounce',
        hard: true,
        reason: 'unknown-user',
        words: `no ${email}`,
        status: '5.1.1',
      },
      { ...one, kind: 'complaint', hard: false, reason: 'abuse', words: '' },
    ])
    .execute();
  const list = async (query: string, role: 'admin' | 'viewer' = 'admin') =>
    (await api.call('GET', `/bounces?${query}`, undefined, { role })).body;
  const all = await list('');
  expect(all.data.map((row: { kind: string }) => row.kind)).toEqual([
    'complaint',
    'bounce',
    'bounce',
  ]);
  expect(all.data[1]).toMatchObject({
    email,
    words: `no ${email}`,
    hard: true,
    receiverGroup: 'google',
  });
  const masked = (await list('hard=true', 'viewer')).data;
  expect(JSON.stringify(masked)).not.toContain('ana.garcia');
  expect(masked).toHaveLength(1);
  for (const [query, reasons] of [
    ['kind=complaint', ['abuse']],
    ['hard=false', ['mailbox-full']],
    ['reason=unknown-user', ['unknown-user']],
    ['newsletter=mornings', ['mailbox-full']],
    [`since=${new Date().toISOString()}`, []],
  ] as const)
    expect(
      (await list(query)).data.map((row: { reason: string }) => row.reason),
      query,
    ).toEqual(reasons);
  const first = await list('limit=2');
  const second = await list(`limit=2&after=${first.next}`);
  expect([second.data.length, second.next]).toEqual([1, null]);
  expect((await api.call('GET', '/bounces?kind=x')).status).toBe(422);
  for (let scrapes = 0; scrapes < 2; scrapes++) {
    const metrics = await (await fetch(`${api.base}/metrics`)).text();
    expect(metrics).toContain('gaceta_bounces_total{kind="bounce",group="google"} 2');
    expect(metrics).toContain('gaceta_bounces_total{kind="complaint",group="google"} 1');
  }
});
