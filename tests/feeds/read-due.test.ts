import { expect, test } from 'vitest';
import { FeedNotFound } from '../../src/articles/errors.ts';
import { listArticles } from '../../src/articles/list.ts';
import { dueFeeds } from '../../src/feeds/claims.ts';
import { FeedAway, NotAFeed } from '../../src/feeds/errors.ts';
import { addFeed, getFeed } from '../../src/feeds/feeds.ts';
import { fetchDueFeed, fetchFeedNow } from '../../src/feeds/read-due.ts';
import { newsletter, rss } from '../articles/fixtures/newsroom.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { type Answer, serve } from './fixtures/hostile-server.ts';

const { db } = await openFreshDatabase();
let newsletters = 0;

/** A newsletter of its own with one feed on a server that answers so. */
async function feedOn(answer: Answer) {
  const server = await serve(answer);
  const slug = `letter-${++newsletters}`;
  await newsletter(db, slug);
  const { id } = await addFeed(db, { newsletter: slug, url: `${server.url}/feed` }, new Date());
  return { ...server, id, slug };
}

const now = () => new Date();
const later = () => new Date(Date.now() + 3_600_000);
const open = { allowPrivate: true, now };

test('a feed is read at once, and again without change', async () => {
  await using feed = await feedOn((request, response) => {
    if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end();
    if (request.url !== '/feed') return response.writeHead(404).end();
    return response.writeHead(200, { etag: '"1"', 'cache-control': 'max-age=7200' }).end(
      rss([
        { id: 'a', title: 'One & all', link: 'https://port.example/1', text: 'First.' },
        { id: 'b', title: 'Two', link: 'https://port.example/2', text: 'Second.' },
        { id: 'c', title: 'No address' },
        { id: 'd', link: 'https://port.example/4', text: 'Words without a title.' },
        { id: 'e', link: 'https://port.example/5' },
      ]),
    );
  });
  expect(await fetchFeedNow(db, feed.id, open)).toMatchObject({ added: 3, updated: 0 });
  expect(await fetchFeedNow(db, feed.id, open)).toMatchObject({
    added: 0,
    updated: 0,
    unchanged: 3,
  });
  const { data } = await listArticles(db, { newsletter: feed.slug, limit: 10 });
  expect(data.map((article) => article.title).sort()).toEqual([
    'One & all',
    'Two',
    'Words without a title.',
  ]);
  const shown = await getFeed(db, feed.id);
  expect(shown).toMatchObject({ title: 'The Port', lastError: null, articles: 3 });
  const wait = (shown.nextFetchAt?.getTime() ?? 0) - Date.now();
  // the answer without a body said nothing of a cache
  expect(wait).toBeGreaterThan(14 * 60_000);
});

test('two workers at once read a due feed once', async () => {
  await using feed = await feedOn((_, response) =>
    response.end(rss([{ id: 'a', title: 'Due', link: 'https://port.example/due' }])),
  );
  expect(await dueFeeds(db, now())).not.toContain(feed.id);
  expect(await dueFeeds(db, later())).toContain(feed.id);
  expect(await fetchDueFeed(db, feed.id, open)).toBeUndefined();
  const results = await Promise.all(
    [1, 2, 3].map(() => fetchDueFeed(db, feed.id, { allowPrivate: true, now: later })),
  );
  expect(results.filter((result) => result !== undefined)).toMatchObject([{ added: 1 }]);
  expect(feed.requests.filter((path) => path === '/feed')).toHaveLength(1);
});

test('a caller who wants it now waits for the worker that is reading it', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using feed = await feedOn(async (request, response) => {
    if (request.url === '/feed') await held;
    response.end(rss([{ id: 'a', title: 'Held', link: `https://port.example/held` }]));
  });
  const first = fetchFeedNow(db, feed.id, open);
  await expect.poll(() => feed.requests.length).toBe(1);
  const second = fetchFeedNow(db, feed.id, open);
  release();
  expect(await Promise.all([first, second])).toMatchObject([
    { added: 1, unchanged: 0 },
    { added: 0, unchanged: 1 },
  ]);
});

test('what goes wrong is written down with the next try, and forgotten when it works again', async () => {
  let answer: [number, string] = [500, ''];
  await using feed = await feedOn((_, response) => response.writeHead(answer[0]).end(answer[1]));
  await expect(fetchFeedNow(db, feed.id, open)).rejects.toThrow(FeedAway);
  expect(await fetchDueFeed(db, feed.id, { allowPrivate: true, now: later })).toBeUndefined();
  expect(await getFeed(db, feed.id)).toMatchObject({
    state: 'active',
    lastError: expect.stringContaining('has a fault of its own (500)'),
  });
  answer = [200, '<!doctype html><title>Hello</title>'];
  await expect(fetchFeedNow(db, feed.id, open)).rejects.toThrow(NotAFeed);
  answer = [200, rss([])];
  await fetchFeedNow(db, feed.id, open);
  expect(await getFeed(db, feed.id)).toMatchObject({ lastError: null });
});

test('a feed that is gone is not read any more', async () => {
  await using feed = await feedOn((_, response) => response.writeHead(410).end());
  await expect(fetchFeedNow(db, feed.id, open)).rejects.toThrow(/gone for good/);
  expect(await getFeed(db, feed.id)).toMatchObject({ state: 'gone', nextFetchAt: null });
  expect(await dueFeeds(db, new Date(Date.now() + 1e10))).not.toContain(feed.id);
});

test('a feed that moved for good is read at its new address', async () => {
  await using feed = await feedOn((request, response) => {
    if (request.url === '/feed') response.writeHead(301, { location: '/new' }).end();
    else response.end(rss([]));
  });
  await fetchFeedNow(db, feed.id, open);
  expect((await getFeed(db, feed.id)).url).toBe(`${feed.url}/new`);
});

test('a private address is refused, and said so', async () => {
  await using feed = await feedOn((_, response) => response.end(rss([])));
  await expect(fetchFeedNow(db, feed.id, { allowPrivate: false, now })).rejects.toThrow(
    /FEED_ALLOW_PRIVATE/,
  );
  expect(feed.requests).toEqual([]);
  expect((await getFeed(db, feed.id)).lastError).toMatch(/FEED_ALLOW_PRIVATE/);
});

test('a stopped fetch leaves no trace, and a dead claim ends', async () => {
  await using feed = await feedOn((_, response) => {
    if (feed.requests.length > 1) response.end(rss([]));
  });
  const stop = new AbortController();
  const stopped = fetchFeedNow(db, feed.id, { ...open, signal: stop.signal });
  await expect.poll(() => feed.requests.length).toBe(1);
  stop.abort();
  await expect(stopped).rejects.toThrow(/abort/i);
  expect(await getFeed(db, feed.id)).toMatchObject({ lastError: null, lastFetchedAt: null });
  // a worker that died while it was reading
  await db
    .updateTable('feeds')
    .set({ claimedUntil: new Date(Date.now() - 1) })
    .where('id', '=', feed.id)
    .execute();
  await fetchFeedNow(db, feed.id, open);
});

test('pictures: one that is empty or gone is dropped, the page lends its own', async () => {
  const png = Buffer.from('89504e470d0a1a0a', 'hex');
  await using feed = await feedOn((request, response) => {
    const path = request.url ?? '';
    if (path === '/empty.png') response.writeHead(200, { 'content-type': 'image/png' }).end();
    else if (path.endsWith('.png'))
      response.writeHead(200, { 'content-type': 'image/png' }).end(png);
    else if (path === '/1')
      response.end(
        '<html><head><meta property="og:image" content="/page.png"><meta property="og:image:alt" content="A &amp; B">',
      );
    else if (path === '/feed') {
      const image = (file: string) =>
        `<enclosure type="image/png" length="8" url="${feed.url}${file}"/>`;
      response.end(
        rss([
          { id: '1', title: 'Empty', link: `${feed.url}/1`, more: image('/empty.png') },
          { id: '2', title: 'There', link: `${feed.url}/2`, more: image('/there.png') },
          { id: '3', title: 'Gone', link: `${feed.url}/3`, more: image('/gone') },
        ]),
      );
    } else response.writeHead(404).end();
  });
  await fetchFeedNow(db, feed.id, open);
  const images = async () =>
    Object.fromEntries(
      (await listArticles(db, { newsletter: feed.slug, limit: 10 })).data.map((article) => [
        article.title,
        article.image && [article.image.url.slice(feed.url.length), article.image.alt],
      ]),
    );
  const expected = { Empty: ['/page.png', 'A & B'], There: ['/there.png', ''], Gone: null };
  expect(await images()).toEqual(expected);
  expect(await fetchFeedNow(db, feed.id, open)).toMatchObject({ updated: 0, unchanged: 3 });
  expect(await images()).toEqual(expected);
});

test('a feed that is not there cannot be read', async () => {
  await expect(fetchFeedNow(db, '999999', open)).rejects.toThrow(FeedNotFound);
  await expect(fetchFeedNow(db, 'x', open)).rejects.toThrow(FeedNotFound);
  expect(await fetchDueFeed(db, '999999', open)).toBeUndefined();
});

test('a password goes with the request and into nothing that was read', async () => {
  const asked: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.headers.authorization);
    response.end(rss([{ id: 'a', title: 'Paid news', link: '/paid/1', text: 'Words.' }]));
  });
  const slug = `letter-${++newsletters}`;
  await newsletter(db, slug);
  const url = `${server.url.replace('//', '//ana:p%40ss@')}/feed`;
  const { id } = await addFeed(db, { newsletter: slug, url }, new Date());
  await fetchFeedNow(db, id, open);
  expect(asked[0]).toBe(`Basic ${Buffer.from('ana:p@ss').toString('base64')}`);
  const { data } = await listArticles(db, { newsletter: slug, limit: 10 });
  expect(data[0]?.url).toBe(`${server.url}/paid/1`);
});

test('what waits for its date is told with its feed', async () => {
  const ahead = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
  const link = 'https://port.example/soon';
  await using feed = await feedOn((_, response) =>
    response.end(rss([{ id: 'soon', title: 'Soon', link, date: ahead.toUTCString() }])),
  );
  await fetchFeedNow(db, feed.id, open);
  expect(await getFeed(db, feed.id)).toMatchObject({ waiting: 1, nextArticleAt: ahead });
});

test('what a feed withdraws is marked, not what it has no more room for', async () => {
  const entry = (n: number) => ({
    id: `story-${n}`,
    title: `Story ${n}`,
    link: `https://port.example/withdrawn/${n}`,
    date: new Date(Date.now() - n * 3_600_000).toUTCString(),
  });
  let shown = [1, 2, 3, 4];
  await using feed = await feedOn((_, response) => response.end(rss(shown.map(entry))));
  const marked = async () => {
    await fetchFeedNow(db, feed.id, open);
    const { data } = await listArticles(db, { newsletter: feed.slug, limit: 10 });
    return data.filter(({ withdrawnAt }) => withdrawnAt !== null).map(({ title }) => title);
  };
  expect(await marked()).toEqual([]);
  shown = [0, 1, 2, 3]; // the oldest makes room
  expect(await marked()).toEqual([]);
  shown = [0, 1, 3];
  expect(await marked()).toEqual(['Story 2']);
  shown = [0, 1];
  expect(await marked()).toEqual(['Story 2']);
  shown = [0, 1, 2];
  expect(await marked()).toEqual([]);
});
