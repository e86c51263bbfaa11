import { describe, expect, it } from 'vitest';
import { addArticle } from './fixtures.ts';
import { openApi } from './harness.ts';

const { base, call, context } = await openApi();
const { db } = context;

const put = (path: string, body: unknown, ifMatch: string) =>
  call('PATCH', path, body, { headers: { 'If-Match': ifMatch } });

describe('a resource that can be changed', async () => {
  await addArticle(db, { title: 'Harbour' });
  await call('POST', '/feeds', {
    newsletter: 'daily',
    url: 'https://a.example/feed',
    section: null,
  });
  await call('POST', '/subscribers', {
    email: 'ana@example.org',
    newsletter: 'daily',
    consent: { source: 'fair', at: '2026-01-02T10:00:00Z' },
  });
  await call('POST', '/editions', { newsletter: 'daily', kind: 'daily' });
  await call('POST', '/operators', { email: 'ed@example.org', role: 'editor' });
  const first = async (list: string): Promise<string> =>
    `${list}/${(await call('GET', list)).body.data[0].id}`;

  it.each([
    ['newsroom', async () => '/newsroom', { name: 'Tidings' }],
    ['sign-up', async () => '/sign-up', { perDomain: 7 }],
    ['newsletter', async () => '/newsletters/daily', { title: 'Other' }],
    ['feed', () => first('/feeds'), { section: 'news' }],
    ['article', () => first('/articles'), { title: 'Other' }],
    ['subscriber', () => first('/subscribers'), { name: 'Ana' }],
    ['edition', () => first('/editions'), { subject: 'Other' }],
    ['operator', () => first('/operators'), { name: 'Ed' }],
  ])('has an ETag, and is changed by who knows it: %s', async (_what, at, change) => {
    const path = await at();
    const seen = (await call('GET', path)).headers.get('etag') ?? '';
    expect(seen).toMatch(/^"[\w-]{22}"$/);
    expect((await put(path, change, '"stale"')).status).toBe(412);
    expect((await call('GET', path)).headers.get('etag')).toBe(seen);
    const changed = await put(path, change, `"other", W/${seen}`);
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining(change)]);
    expect(changed.headers.get('etag')).not.toBe(seen);
    const late = await put(path, change, seen);
    expect(late.status).toBe(412);
    expect(late.body.type).toBe('urn:gaceta:changed-since');
    expect(late.headers.get('etag')).toBe(changed.headers.get('etag'));
    expect((await put(path, change, '*')).status).toBe(200);
    expect((await call('PATCH', path, change)).status).toBe(200);
  });

  it('lets one of two through who know the same version', async () => {
    const seen = (await call('GET', '/newsletters/daily')).headers.get('etag') ?? '';
    const both = await Promise.all(
      ['One', 'Two'].map((title) => put('/newsletters/daily', { title }, seen)),
    );
    const statuses = both.map((answer) => answer.status);
    expect(statuses).toEqual(expect.arrayContaining([200, 412]));
  });

  it('keeps its version while counts and times change by themselves', async () => {
    const path = await first('/feeds');
    const seen = (await call('GET', path)).headers.get('etag');
    const lastCause = JSON.stringify({ code: 'told', values: { text: 'away' } });
    await db.updateTable('feeds').set({ lastFetchedAt: new Date(), lastCause }).execute();
    const now = await call('GET', path, undefined, { headers: { 'If-None-Match': seen ?? '' } });
    // 200, not 304: the times are new
    expect([now.status, now.body.lastError]).toEqual([200, 'away']);
    expect(now.headers.get('etag')).toBe(seen);
  });

  it('of an edition the revision is a version, for its steps too', async () => {
    const path = await first('/editions');
    const { revision } = (await call('GET', path)).body;
    expect((await put(path, { preheader: 'x' }, `"${revision + 1}"`)).status).toBe(412);
    expect((await put(path, { preheader: 'x' }, `"${revision}"`)).status).toBe(200);
    const headers = { 'If-Match': '"stale"' };
    expect((await call('POST', `${path}/cancel`, {}, { headers })).status).toBe(412);
    expect((await call('DELETE', await first('/feeds'), undefined, { headers })).status).toBe(412);
    expect((await put('/articles/999999', { title: 'x' }, '"stale"')).status).toBe(404);
  });
});

it('an address says which methods it takes', async () => {
  const answer = await call('PUT', '/feeds/7');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS');
  expect(answer.body).toMatchObject({ status: 405, title: 'Method Not Allowed' });
  const asked = await call('OPTIONS', '/tokens');
  expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  expect((await fetch(`${base}/api/v1/feeds/7`, { method: 'PUT' })).status).toBe(401);
});

it('an answer says how many calls are left, and whether it is an old one', async () => {
  const headers = { 'Idempotency-Key': 'once' };
  const ask = () => call('POST', '/newsletters', { slug: 'once', title: 'Once' }, { headers });
  const [made, again] = [await ask(), await ask()];
  expect(made.headers.get('idempotency-replayed')).toBeNull();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toEqual(made.body);
  expect(made.headers.get('ratelimit-policy')).toBe('"token";q=6000;w=60');
  const left = (answer: { headers: Headers }) =>
    Number(/^"token";r=(\d+);t=\d+$/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  expect(left(made) - left(again)).toBe(1);
});

it('a body that is too large, or not valid, is told in a way of its own', async () => {
  const large = await call('POST', '/newsletters', { slug: 'x', title: 'x'.repeat(1_100_000) });
  expect([large.status, large.body.detail]).toEqual([413, expect.stringContaining('1 MB')]);
  const wrong = await call('POST', '/newsletters', { slug: 'x', titel: 'x' });
  expect(wrong.body).toMatchObject({ status: 422, type: 'urn:gaceta:invalid-request' });
});
