import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  FeedAddressRefused,
  FeedAway,
  FeedTimedOut,
  FeedTooLarge,
  FeedUnreachable,
  NotAFeed,
} from '../../../src/feeds/errors.ts';
import { fetchFeed } from '../../../src/feeds/http/fetch-feed.ts';
import { readFeed } from '../../../src/feeds/parse/parse-feed.ts';
import { serve } from '../fixtures/hostile-server.ts';

const FEED = '<rss version="2.0"><channel><title>News</title></channel></rss>';
const open = { allowPrivate: true };
const quick = { allowPrivate: true, limits: { milliseconds: 400 } };

test('a feed comes with its validators, freshness and hub', async () => {
  await using server = await serve((_, response) => {
    response
      .writeHead(200, {
        'content-type': 'application/rss+xml; charset=utf-8',
        etag: '"a1"',
        'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
        'cache-control': 'public, max-age=1800',
        age: '600',
        link: '<https://hub.example/>; rel="hub", <https://news.example/feed>; rel=self',
      })
      .end(FEED);
  });
  const fetched = await fetchFeed(`${server.url}/feed?a=1`, open);
  expect(fetched).toMatchObject({
    status: 'fetched',
    etag: '"a1"',
    lastModified: 'Wed, 21 Oct 2015 07:28:00 GMT',
    cacheSeconds: 1200,
    hub: 'https://hub.example/',
    self: 'https://news.example/feed',
    movedTo: null,
    finalUrl: `${server.url}/feed?a=1`,
  });
  expect(fetched.status === 'fetched' && Buffer.from(fetched.body).toString()).toBe(FEED);
});

test('a feed that has not changed is not sent again', async () => {
  await using server = await serve((request, response) => {
    const known = request.headers['if-none-match'] === '"a1"';
    const since = request.headers['if-modified-since'] === 'Wed, 21 Oct 2015 07:28:00 GMT';
    response.writeHead(known && since ? 304 : 200).end();
  });
  const validators = { etag: '"a1"', lastModified: 'Wed, 21 Oct 2015 07:28:00 GMT' };
  expect(await fetchFeed(server.url, { ...open, ...validators })).toMatchObject({
    status: 'unchanged',
    ...validators,
  });
});

test('a feed says who asks', async () => {
  await using server = await serve((request, response) => {
    response.end(`<rss><channel><title>${request.headers['user-agent']}</title></channel></rss>`);
  });
  const fetched = await fetchFeed(server.url, open);
  expect(fetched.status === 'fetched' && readFeed(fetched.body).title).toMatch(/^Gaceta/);
});

for (const [coding, pack] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
] as const)
  test(`${coding} is unpacked`, async () => {
    await using server = await serve((request, response) => {
      if (!String(request.headers['accept-encoding']).includes(coding)) response.writeHead(406);
      response.writeHead(200, { 'content-encoding': coding }).end(pack(FEED));
    });
    const fetched = await fetchFeed(server.url, open);
    expect(fetched.status === 'fetched' && readFeed(fetched.body).title).toBe('News');
  });

test('a file packed with gzip that nobody mentions is unpacked', async () => {
  await using server = await serve((_, response) => response.end(gzipSync(FEED)));
  const fetched = await fetchFeed(server.url, open);
  expect(fetched.status === 'fetched' && readFeed(fetched.body).title).toBe('News');
});

test('410 is gone; 404, 403 and 500 say what to do', async () => {
  await using server = await serve((request, response) => {
    response.writeHead(Number(request.url?.slice(1)), { 'retry-after': '120' }).end('no');
  });
  expect((await fetchFeed(`${server.url}/410`, open)).status).toBe('gone');
  await expect(fetchFeed(`${server.url}/404`, open)).rejects.toThrow(/no such page \(404\)/);
  await expect(fetchFeed(`${server.url}/403`, open)).rejects.toThrow(/name and password/);
  const failed = fetchFeed(`${server.url}/500`, open);
  await expect(failed).rejects.toThrow(FeedAway);
  await expect(failed).rejects.toMatchObject({ retryAfterSeconds: 120 });
});

test('a redirect is followed, and kept only if it is permanent', async () => {
  await using server = await serve((request, response) => {
    const next: Record<string, [number, string]> = {
      '/old': [301, '/older'],
      '/older': [308, '/new'],
      '/once': [302, '/new'],
      '/first': [301, '/then'],
      '/then': [307, '/new'],
    };
    const [status, location] = next[request.url ?? ''] ?? [200, ''];
    response.writeHead(status, location ? { location } : {}).end(FEED);
  });
  const moved = async (path: string) => {
    const { finalUrl, movedTo } = await fetchFeed(server.url + path, open);
    return [finalUrl, movedTo].map((url) => url?.slice(server.url.length));
  };
  expect(await moved('/old')).toEqual(['/new', '/new']);
  expect(await moved('/once')).toEqual(['/new', undefined]);
  // what lies behind a temporary step is not for good
  expect(await moved('/first')).toEqual(['/new', '/then']);
});

test('a circle of redirects ends', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(302, { location: '/again' }).end();
  });
  await expect(fetchFeed(server.url, open)).rejects.toThrow(/redirects more than 5 times/);
  expect(server.requests).toHaveLength(6);
});

test('private networks are refused, by address, by name and by redirect', async () => {
  await using server = await serve((_, response) => response.end(FEED));
  const strict = { allowPrivate: false };
  const { port } = server;
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '0x7f.1',
    '2130706433',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
  ])
    await expect(fetchFeed(`http://${host}:${port}/`, strict), host).rejects.toThrow(
      FeedAddressRefused,
    );
  expect(server.requests).toEqual([]);
  // one that may be reached redirects to one that may not
  await using open = await serve(
    (_, response) => response.writeHead(302, { location: server.url }).end(),
    '127.0.0.2',
  );
  const other = { allowPrivate: ['127.0.0.2'] };
  await expect(fetchFeed(open.url, other)).rejects.toThrow(FeedAddressRefused);
  expect([open.requests, server.requests]).toEqual([['/'], []]);
});

test('a redirect to another scheme is refused', async () => {
  await using server = await serve((request, response) => {
    response.writeHead(302, { location: decodeURIComponent(request.url?.slice(1) ?? '') }).end();
  });
  for (const target of ['file:///etc/passwd', 'ftp://example.org/feed', 'data:text/xml,<rss/>'])
    await expect(
      fetchFeed(`${server.url}/${encodeURIComponent(target)}`, open),
      target,
    ).rejects.toThrow(FeedAddressRefused);
  await expect(fetchFeed('file:///etc/passwd', open)).rejects.toThrow(/https:\/\//);
  await expect(fetchFeed('not an address', open)).rejects.toThrow(FeedAddressRefused);
});

test('a body that never ends is cut off, by bytes and by time', async () => {
  let sent = 0;
  await using server = await serve((request, response) => {
    response.writeHead(200, { 'content-type': 'application/rss+xml' });
    if (request.url === '/drip') {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
      return;
    }
    const flood = Buffer.alloc(64 * 1024, 'a');
    const pour = () => {
      while (!response.destroyed && response.write(flood)) sent += flood.length;
    };
    response.on('drain', pour);
    pour();
  });
  await expect(fetchFeed(`${server.url}/flood`, open)).rejects.toThrow(FeedTooLarge);
  expect(sent).toBeLessThan(50_000_000);
  await expect(fetchFeed(`${server.url}/drip`, quick)).rejects.toThrow(FeedTimedOut);
});

test('a body that says it weighs a gigabyte is not read', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '1000000000' });
    response.write('<rss>');
  });
  await expect(fetchFeed(server.url, open)).rejects.toThrow(/more than 5 MB/);
});

test('a packed bomb is not unpacked whole', async () => {
  const bomb = gzipSync(Buffer.alloc(300_000_000));
  const twice = gzipSync(bomb);
  await using server = await serve((request, response) => {
    if (request.url === '/quiet') response.end(bomb);
    else if (request.url === '/twice')
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(twice);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  const before = process.memoryUsage().rss;
  for (const path of ['/', '/quiet', '/twice'])
    await expect(fetchFeed(server.url + path, open), path).rejects.toThrow(FeedTooLarge);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});

test('a server that never answers, or breaks off, is given up', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200, { 'content-length': '1000' });
    response.write(FEED, () => response.destroy());
  });
  await expect(fetchFeed(`${server.url}/silent`, quick)).rejects.toThrow(/within 0.4 seconds/);
  await expect(fetchFeed(`${server.url}/broken`, open)).rejects.toThrow(FeedUnreachable);
});

test('a port nobody listens on, a name that does not exist and broken packing are told apart', async () => {
  const server = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all'),
  );
  await expect(fetchFeed(server.url, open)).rejects.toThrow(/packed answer that is broken/);
  await server[Symbol.asyncDispose]();
  await expect(fetchFeed(server.url, open)).rejects.toThrow(/takes no connections/);
  await expect(fetchFeed('http://nobody.invalid/', open)).rejects.toThrow(FeedUnreachable);
});

test('a caller may stop it', async () => {
  await using server = await serve(() => {});
  const stop = new AbortController();
  const fetching = fetchFeed(server.url, { ...open, signal: stop.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  stop.abort();
  await expect(fetching).rejects.toThrow(/abort/i);
});

test('a name and password go to the address’s own origin alone', async () => {
  const seen: (string | undefined)[] = [];
  await using other = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end(FEED);
  });
  await using server = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: other.url }).end();
  });
  await fetchFeed(server.url, { ...open, credentials: 'reader:s cret' });
  expect(seen).toEqual([`Basic ${Buffer.from('reader:s cret').toString('base64')}`, undefined]);
});

test('a web page and a wrong charset label are read for what they are', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/page')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello');
    else
      response
        .writeHead(200, { 'content-type': 'text/xml; charset=iso-8859-1' })
        .end(
          '<?xml version="1.0" encoding="utf-8"?><rss><channel><title>Año</title></channel></rss>',
        );
  });
  const page = await fetchFeed(`${server.url}/page`, open);
  expect(() => page.status === 'fetched' && readFeed(page.body)).toThrow(NotAFeed);
  const feed = await fetchFeed(`${server.url}/feed`, open);
  expect(
    feed.status === 'fetched' && readFeed(feed.body, { contentType: feed.contentType }).title,
  ).toBe('Año');
});
