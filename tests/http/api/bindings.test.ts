import { beforeAll, expect, it } from 'vitest';
import { ensurePartitions } from '../../../src/database/partitions.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createApiToken, type NewToken } from '../../../src/operators/api-tokens.ts';
import { readBinding } from '../../../src/operators/bindings.ts';
import { addArticle, addReaders } from './fixtures.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
let bound: string;
let article: string;
let edition: string;
let feed: string;
let reader: string;

/** Calls with the token that is bound to `sports`. */
const call = async (method: string, path: string, body?: unknown) =>
  api.call(method, path, body, { headers: { Authorization: `Bearer ${bound}` } });

async function tokenFor(slugs: string[], role: NewToken['role'] = 'admin') {
  const { db } = api.context;
  const boundTo = await readBinding(db, slugs);
  return (await createApiToken(db, { name: slugs.join(), role, boundTo })).token;
}

beforeAll(async () => {
  api = await openApi();
  const { db } = api.context;
  const sections = [{ slug: 'news', title: 'News' }];
  await createNewsletter(db, {
    slug: 'sports',
    title: 'Sports',
    language: 'en',
    timezone: 'UTC',
    sections,
  });
  bound = await tokenFor(['sports']);
  article = await addArticle(db, { title: 'A bridge' });
  await addReaders(db, 2);
  edition = (await api.call('POST', '/editions', { newsletter: 'daily' })).body.id;
  const url = 'https://news.example.org/feed.xml';
  feed = (await api.call('POST', '/feeds', { newsletter: 'daily', url })).body.id;
  reader = (await api.call('GET', '/subscribers?limit=1')).body.data[0].id;
});

it('shows nothing of the other newsletters, as if they were not there', async () => {
  for (const [path, status] of [
    ['/newsletters/daily', 404],
    [`/editions/${edition}`, 404],
    [`/editions/${edition}/preview`, 404],
    [`/editions/${edition}/deliveries`, 404],
    [`/feeds/${feed}`, 404],
    [`/articles/${article}`, 404],
    [`/articles/${article}/sources`, 404],
    [`/subscribers/${reader}`, 404],
    ['/editions?newsletter=daily', 404],
    ['/feeds?newsletter=daily', 404],
    ['/articles?newsletter=daily', 404],
    ['/exports/subscribers.csv?newsletter=daily', 404],
    [`/subscribers/${reader}/export`, 403],
    ['/suppressions', 403],
    ['/sign-up', 403],
    ['/newsroom', 200],
  ] as const)
    expect([path, (await call('GET', path)).status]).toEqual([path, status]);
  for (const path of ['/editions', '/feeds', '/articles', '/subscribers'])
    expect([path, (await call('GET', path)).body.data]).toEqual([path, []]);
  const { body } = await call('GET', '/newsletters');
  expect(body.data.map((one: { slug: string }) => one.slug)).toEqual(['sports']);
  expect((await call('GET', '/exports/subscribers.csv')).body).not.toContain('reader0@');
});

it('changes nothing of the other newsletters', async () => {
  const title = 'Taken over';
  for (const [method, path, body, status] of [
    ['PATCH', '/newsletters/daily', { title }, 404],
    ['POST', '/newsletters', { slug: 'mine', title, language: 'en', timezone: 'UTC' }, 403],
    ['POST', '/editions', { newsletter: 'daily' }, 404],
    ['POST', '/editions', { newsletter: 'sports', kind: 'special', articles: [article] }, 422],
    ['PATCH', `/editions/${edition}`, { subject: title }, 404],
    ['POST', `/editions/${edition}/send`, undefined, 404],
    ['POST', `/editions/${edition}/test`, { email: 'ana@example.org' }, 404],
    ['POST', '/feeds', { newsletter: 'daily', url: 'https://elsewhere.example.org/' }, 404],
    ['DELETE', `/feeds/${feed}`, undefined, 404],
    ['POST', `/feeds/${feed}/fetch`, undefined, 404],
    ['PATCH', `/articles/${article}`, { title }, 404],
    ['DELETE', `/articles/${article}`, undefined, 404],
    ['POST', '/articles', { newsletter: 'daily', title, url: 'https://x.example.org/' }, 404],
    ['PATCH', `/subscribers/${reader}`, { name: title }, 404],
    ['DELETE', `/subscribers/${reader}`, undefined, 403],
    ['POST', '/subscribers', { email: 'ana@example.org', newsletter: 'daily' }, 422],
    ['POST', '/suppressions', { email: 'reader0@example.org' }, 403],
    ['PATCH', '/newsroom', { name: title }, 403],
  ] as const)
    expect([method, path, (await call(method, path, body)).status]).toEqual([method, path, status]);
});

it('lets an article that several newsletters have be seen by each, and changed by who reaches them all', async () => {
  const url = 'https://news.example.org/shared';
  const mine = await call('POST', '/articles', { newsletter: 'sports', title: 'Shared', url });
  expect(mine.status).toBe(201);
  const { id } = mine.body;
  expect((await call('PATCH', `/articles/${id}`, { title: 'Ours' })).status).toBe(200);
  await api.call('POST', '/articles', { newsletter: 'daily', title: 'Shared', url });
  expect((await call('GET', `/articles/${id}`)).body.title).toBe('Ours');
  const { body } = await call('GET', `/articles/${id}/sources`);
  expect(body.data.map((one: { newsletter: string }) => one.newsletter)).toEqual(['sports']);
  const refused = await call('PATCH', `/articles/${id}`, { title: 'Theirs' });
  expect([refused.status, refused.body.type]).toEqual([403, 'urn:gaceta:article-shared']);
  const wanted = { newsletter: 'sports', title: 'Theirs', url };
  expect((await call('PUT', '/articles/by-external-id/post-1', wanted)).status).toBe(403);
  expect((await api.call('GET', `/articles/${id}`)).body.title).toBe('Ours');
});

it('takes an If-Match of what the caller was shown', async () => {
  const url = 'https://news.example.org/two-sections';
  const { id } = (await call('POST', '/articles', { newsletter: 'sports', title: 'Two', url }))
    .body;
  const { headers } = await call('GET', `/articles/${id}`);
  const changed = await api.call(
    'PATCH',
    `/articles/${id}`,
    { title: 'Three' },
    {
      headers: { Authorization: `Bearer ${bound}`, 'If-Match': headers.get('etag') ?? '' },
    },
  );
  expect(changed.status).toBe(200);
});

it('shows the readers of its newsletters, and no other subscription of theirs', async () => {
  const consent = { source: 'fair', at: '2026-11-01T10:00:00Z' };
  const email = 'reader0@example.org';
  const added = await call('POST', '/subscribers', {
    email,
    name: 'Renamed',
    newsletter: 'sports',
    consent,
  });
  // that they read another newsletter is not told, and who they are there stays
  expect(added.status).toBe(201);
  expect(added.body.subscriptions.map((one: { newsletter: string }) => one.newsletter)).toEqual([
    'sports',
  ]);
  expect(added.body.name).toBeNull();
  const { id } = added.body;
  const person = await call('PATCH', `/subscribers/${id}`, { name: 'Renamed' });
  expect([person.status, person.body.type]).toEqual([403, 'urn:gaceta:subscriber-shared']);
  const theirs = { subscriptions: [{ newsletter: 'daily', state: 'unsubscribed' }] };
  expect((await call('PATCH', `/subscribers/${id}`, theirs)).status).toBe(422);
  const ours = { subscriptions: [{ newsletter: 'sports', state: 'unsubscribed' }] };
  expect((await call('PATCH', `/subscribers/${id}`, ours)).body.subscriptions).toHaveLength(1);
  const { body } = await api.call('GET', `/subscribers/${id}`);
  expect(body.subscriptions.map((one: { state: string }) => one.state)).toEqual([
    'active',
    'unsubscribed',
  ]);
});

it('shows beside each delivery whom it is about, to an admin who asks', async () => {
  const { db } = api.context;
  await addArticle(db, { title: 'Expanded' });
  const sent = { newsletter: 'daily', kind: 'special', send: true };
  const { id } = (await api.call('POST', '/editions', sent)).body;
  await db
    .insertInto('ranges')
    .values({
      editionId: id,
      dueAt: new Date(),
      receiverGroup: 'rest',
      firstSubscriber: '1',
      lastSubscriber: '9',
      nextAt: new Date(),
      size: 1,
    })
    .execute();
  const range = await db
    .selectFrom('ranges')
    .select('id')
    .where('editionId', '=', id)
    .executeTakeFirstOrThrow();
  await ensurePartitions(db);
  await db
    .insertInto('deliveries')
    .values({
      editionId: id,
      subscriberId: reader,
      rangeId: range.id,
      dueAt: new Date(),
      nextAt: new Date(),
      state: 'queued',
    })
    .execute();
  const path = `/editions/${id}/deliveries?expand=subscriber`;
  const { body } = await api.call('GET', path);
  expect(body.data[0].expanded.subscriber).toMatchObject({ id: reader, subscriptions: [{}, {}] });
  const theirs = await api.call('GET', path, undefined, {
    headers: { Authorization: `Bearer ${await tokenFor(['daily'])}` },
  });
  expect(theirs.body.data[0].expanded.subscriber.subscriptions).toHaveLength(1);
  expect((await api.call('GET', path, undefined, { role: 'editor' })).status).toBe(403);
});

it('lets nobody give a wider binding than their own', async () => {
  const make = (body: object) => call('POST', '/tokens', { name: 'site', role: 'viewer', ...body });
  const made = await make({});
  expect([made.status, made.body.newsletters]).toEqual([201, ['sports']]);
  expect((await make({ newsletters: ['daily'] })).status).toBe(422);
  expect((await make({ newsletters: null })).status).toBe(422);
  expect((await make({ newsletters: [] })).status).toBe(422);
  const invite = (body: object) => call('POST', '/operators', { role: 'editor', ...body });
  const invited = await invite({ email: 'bea@example.org' });
  expect([invited.status, invited.body.newsletters]).toEqual([201, ['sports']]);
  expect((await invite({ email: 'carla@example.org', newsletters: null })).status).toBe(422);
  const whole = await api.call('POST', '/operators', { email: 'd@example.org', role: 'editor' });
  const widened = { newsletters: null };
  expect((await call('PATCH', `/operators/${invited.body.id}`, widened)).status).toBe(422);
  expect((await call('PATCH', `/operators/${whole.body.id}`, { name: 'D' })).status).toBe(404);
  const seen = (await call('GET', '/operators')).body.data;
  expect(seen.map((one: { email: string }) => one.email)).toEqual(['bea@example.org']);
  expect((await call('GET', '/tokens')).body.data).toHaveLength(2);
});

it('binds no owner', async () => {
  const body = { email: 'bea@example.org', newsletters: ['sports'] };
  const { id } = (await api.call('GET', '/operators')).body.data.find(
    (one: { email: string }) => one.email === body.email,
  );
  const { db } = api.context;
  const { updateOperator } = await import('../../../src/operators/accounts.ts');
  await expect(updateOperator(db, id, { role: 'owner' })).rejects.toThrow('bound to no newsletter');
  await expect(updateOperator(db, id, { role: 'owner', boundTo: null })).resolves.toMatchObject({
    role: 'owner',
    newsletters: null,
  });
});

it('says of a token that it has expired', async () => {
  const { db } = api.context;
  const { token } = await createApiToken(db, {
    name: 'old',
    role: 'viewer',
    expiresAt: new Date('2026-11-01T00:00:00Z'),
  });
  const answer = await api.call('GET', '/editions', undefined, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(401);
  expect(answer.body).toMatchObject({
    type: 'urn:gaceta:token-expired',
    detail: 'This API token expired on 2026-11-01: make another one.',
  });
});

it('keeps imports, bulk jobs, earlier editions, figures and reasons of the other newsletters to itself', async () => {
  const csv = { 'Content-Type': 'text/csv' };
  const list = 'email,consent_source,consent_at\nnew@example.org,fair,2026-01-02T10:00:00Z\n';
  const job = (
    await api.call('POST', '/imports?newsletter=daily&dryRun=true', list, { headers: csv })
  ).body.id;
  const what = { action: 'unsubscribe', newsletter: 'daily' };
  const bulk = (
    await api.call('POST', '/subscribers/bulk', { what, filter: { newsletter: 'daily' } })
  ).body.id;
  const page =
    '<html><head><title>No. 1</title><meta property="article:published_time" content="2022-02-01T10:00:00Z"></head><body><h1>No. 1</h1><p>News</p></body></html>';
  await api.call('POST', '/newsletters/daily/earlier-editions?format=html', page, {
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  const { data: archived } = (await api.call('GET', '/newsletters/daily/earlier-editions')).body;
  const earlier = archived[0].id;
  const other = await addArticle(api.context.db, { title: 'Un puente' });
  for (const [method, path, body, status] of [
    ['GET', `/imports/${job}`, undefined, 404],
    ['GET', `/imports/${job}/report.csv`, undefined, 404],
    ['POST', `/imports/${job}/start`, undefined, 404],
    ['POST', `/imports/${job}/stop`, undefined, 404],
    ['GET', `/bulk-jobs/${bulk}`, undefined, 404],
    ['POST', `/bulk-jobs/${bulk}/start`, { expectedCount: 2 }, 404],
    ['POST', `/bulk-jobs/${bulk}/stop`, undefined, 404],
    ['POST', '/subscribers/bulk', { what, filter: {} }, 404],
    ['GET', '/newsletters/daily/earlier-editions', undefined, 404],
    ['DELETE', `/earlier-editions/${earlier}`, undefined, 404],
    ['POST', `/articles/${article}/translations`, { articles: [other] }, 404],
    ['DELETE', `/articles/${article}/translations`, undefined, 404],
    ['POST', `/articles/${article}/join`, { copy: other }, 404],
    ['GET', `/editions/${edition}/unsubscribes`, undefined, 404],
    ['GET', '/figures?newsletter=daily', undefined, 404],
    ['GET', '/audit', undefined, 403],
    ['GET', '/receivers', undefined, 403],
    ['GET', '/sending-rules', undefined, 403],
    ['GET', '/two-factor', undefined, 403],
    ['POST', '/relays/smtp/test', {}, 403],
  ] as const)
    expect([method, path, (await call(method, path, body)).status]).toEqual([method, path, status]);
  for (const path of ['/imports', '/bulk-jobs', '/bounces', '/leaving-reasons'])
    expect([path, (await call('GET', path)).body.data]).toEqual([path, []]);
  const seen = await Promise.all(
    ['/figures', '/reports/dmarc', '/dkim', '/sender/checks', '/attention', '/webhooks'].map(
      async (path) => JSON.stringify((await call('GET', path)).body),
    ),
  );
  expect(seen.join()).not.toMatch(/daily|reader0@/);
});
