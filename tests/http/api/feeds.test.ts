import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { articleShape, feedShape, pageOf } from '../../../src/http/api/shapes.ts';
import { openApi } from './harness.ts';

const answers: Record<string, { status?: number; type: string; body: string }> = {
  '/feed.xml': {
    type: 'application/rss+xml',
    body: `<?xml version="1.0"?><rss version="2.0"><channel><title>Port Alder News</title>
      <item><guid>1</guid><title>Harbour bridge opens</title><link>http://localhost/bridge</link>
      <pubDate>${new Date().toUTCString()}</pubDate><description>After years.</description></item>
    </channel></rss>`,
  },
  '/page.html': { type: 'text/html', body: '<html><body><h1>Not a feed</h1></body></html>' },
  '/broken': { status: 500, type: 'text/plain', body: 'oops' },
};
const site = createServer((req, res) => {
  const answer = answers[req.url ?? ''];
  res.writeHead(answer?.status ?? (answer ? 200 : 404), {
    'Content-Type': answer?.type ?? 'text/plain',
  });
  res.end(answer?.body);
});
site.listen(0, '127.0.0.1');
await once(site, 'listening');
const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
afterAll(() => void site.close());

describe('feeds', async () => {
  const { call, context } = await openApi({ FEED_ALLOW_PRIVATE: 'true' });
  const add = (path: string) =>
    call('POST', '/feeds', { newsletter: 'daily', url: `${origin}${path}`, section: 'news' });

  it('are added, read at once, and bring articles', async () => {
    const made = await add('/feed.xml');
    expect(made.status).toBe(201);
    const feed = feedShape.parse(made.body);
    const again = await add('/feed.xml');
    expect([again.status, again.body.existing]).toEqual([409, feed.id]);
    expect(feed).toMatchObject({ newsletter: 'daily', section: 'news', articles: 0 });
    const read = await call('POST', `/feeds/${feed.id}/fetch`);
    expect(read.body).toMatchObject({ added: 1, updated: 0, unchanged: 0 });
    expect((await call('POST', `/feeds/${feed.id}/fetch`)).body).toMatchObject({ added: 0 });
    expect((await call('GET', `/feeds/${feed.id}`)).body).toMatchObject({
      title: 'Port Alder News',
      articles: 1,
      lastError: null,
    });
    const { data } = pageOf(articleShape).parse((await call('GET', '/articles')).body);
    expect(data).toMatchObject([{ title: 'Harbour bridge opens', section: 'news', feed: feed.id }]);
  });

  it('with an Idempotency-Key are read once, however many ask at once', async () => {
    const { id } = (await call('GET', '/feeds')).body.data[0];
    const read = (key: string) =>
      call('POST', `/feeds/${id}/fetch`, undefined, { headers: { 'Idempotency-Key': key } });
    const first = await read('k');
    expect((await read('k')).body).toEqual(first.body);
    // more than there are connections: each answers, none waits for ever
    const many = await Promise.all(Array.from({ length: 24 }, (_, n) => read(`many-${n}`)));
    for (const { status } of many) expect([200, 503]).toContain(status);
    const audit = context.db.selectFrom('audit').select('id').where('action', '=', 'fetch');
    const done = many.filter((answer) => answer.status === 200).length;
    expect(await audit.execute()).toHaveLength(3 + done);
    await context.db.deleteFrom('audit').where('action', '=', 'fetch').execute();
  });

  it('are changed and removed', async () => {
    const { id } = (await call('GET', '/feeds')).body.data[0];
    const changed = await call('PATCH', `/feeds/${id}`, { section: 'updates', state: 'off' });
    expect(changed.body).toMatchObject({ section: 'updates', state: 'off', nextFetchAt: null });
    expect((await call('DELETE', `/feeds/${id}`)).status).toBe(204);
    expect((await call('GET', `/feeds/${id}`)).status).toBe(404);
    expect((await call('GET', '/articles')).body.data).toHaveLength(1);
  });

  it.each([
    ['/page.html', 422, 'urn:gaceta:not-a-feed'],
    ['/nowhere', 422, 'urn:gaceta:feed-refused'],
    ['/broken', 503, 'urn:gaceta:feed-away'],
  ] as const)('at %s say what is wrong, and keep it', async (path, status, type) => {
    const { id } = (await add(path)).body;
    const read = await call('POST', `/feeds/${id}/fetch`);
    expect([read.status, read.body.type]).toEqual([status, type]);
    if (status === 422)
      expect(read.body.errors).toEqual([{ pointer: '/url', detail: read.body.detail }]);
    else expect(read.headers.get('retry-after')).toBe('300');
    expect((await call('GET', `/feeds/${id}`)).body.lastError).toBe(read.body.detail);
  });

  it('know what cannot be', async () => {
    expect((await add('/page.html')).status).toBe(409);
    const wrong = await call('POST', '/feeds', {
      newsletter: 'daily',
      url: 'ftp://x',
      section: 'x',
    });
    expect(wrong.status).toBe(422);
    expect((await call('POST', '/feeds', { newsletter: 'none', url: origin })).status).toBe(404);
    expect((await call('POST', '/feeds/999/fetch')).status).toBe(404);
    expect((await call('GET', '/feeds?newsletter=none')).status).toBe(404);
    expect((await call('POST', '/feeds', {}, { role: 'sender' })).status).toBe(403);
  });

  it('inside our own network are refused unless they are allowed', async () => {
    const closed = await openApi();
    const url = `${origin}/feed.xml`;
    const { id } = (await closed.call('POST', '/feeds', { newsletter: 'daily', url })).body;
    const read = await closed.call('POST', `/feeds/${id}/fetch`);
    expect([read.status, read.body.type]).toEqual([422, 'urn:gaceta:feed-address-refused']);
    expect(await closed.context.db.selectFrom('articles').select('id').execute()).toEqual([]);
  });

  it('left an audit row each time', async () => {
    const rows = await context.db.selectFrom('audit').select('action').execute();
    const count = (action: string) => rows.filter((row) => row.action === action).length;
    expect([count('add'), count('fetch'), count('change'), count('remove')]).toEqual([4, 0, 1, 1]);
  });
});

describe('articles', async () => {
  const { call, context } = await openApi();
  const article = {
    newsletter: 'daily',
    title: 'Election  night',
    url: 'https://news.example.org/election',
    section: 'special-reports',
    image: { url: 'https://news.example.org/e.jpg', alt: 'Ballots', credit: 'R. Vale' },
  };

  it('are written, changed, listed and removed by hand', async () => {
    const made = await call('POST', '/articles', article, { role: 'editor' });
    expect(made.status).toBe(201);
    expect(articleShape.parse(made.body)).toMatchObject({ title: 'Election night', feed: null });
    const { id } = made.body;
    const changed = await call('PATCH', `/articles/${id}`, { standfirst: 'All results.' });
    expect(changed.body).toMatchObject({ standfirst: 'All results.', title: 'Election night' });
    expect((await call('GET', '/articles?newsletter=daily')).body.data).toHaveLength(1);
    expect((await call('DELETE', `/articles/${id}`)).status).toBe(204);
    expect((await call('GET', `/articles/${id}`)).status).toBe(404);
  });

  it.each([
    [{ ...article, url: 'javascript:alert(1)' }, 422, '/url'],
    [{ ...article, title: ' ' }, 422, '/title'],
    [{ ...article, section: 'none' }, 422, '/section'],
    [{ ...article, body: 'text' }, 422, '/body'],
    [{ ...article, image: { url: 'data:image/png;base64,AA' } }, 422, '/image/url'],
  ])('that cannot be are refused (%#)', async (body, status, pointer) => {
    const answer = await call('POST', '/articles', body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(
      pointer,
    );
  });

  it('are said to translate each other, or not', async () => {
    const write = async (title: string) => {
      const url = `https://news.example.org/${title}`;
      return (await call('POST', '/articles', { newsletter: 'daily', title, url })).body.id;
    };
    const [one, two] = [await write('One'), await write('Uno')];
    const path = `/articles/${one}/translations`;
    expect((await call('POST', path, { articles: [two] })).status).toBe(204);
    const stories = () =>
      context.db.selectFrom('articles').select('storyId').where('id', 'in', [one, two]).execute();
    expect(new Set((await stories()).map((row) => row.storyId))).toEqual(new Set([one]));
    expect((await call('DELETE', path)).status).toBe(204);
    expect(new Set((await stories()).map((row) => row.storyId))).toEqual(new Set([null]));
    expect((await call('POST', path, { articles: ['9999'] })).status).toBe(422);
  });

  it('of one address are one', async () => {
    await call('POST', '/articles', article);
    const again = await call('POST', '/articles', {
      ...article,
      url: `${article.url}?utm_source=x`,
    });
    expect([again.status, again.body.type]).toEqual([409, 'urn:gaceta:article-exists']);
  });
});
