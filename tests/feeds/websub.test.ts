import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { addFeed, getFeed } from '../../src/feeds/feeds.ts';
import { fetchFeedNow } from '../../src/feeds/read-due.ts';
import {
  askHub,
  canBeCalled,
  confirmHub,
  hubsToAsk,
  takeHubsWord,
} from '../../src/feeds/websub.ts';
import { newsletter } from '../articles/fixtures/newsroom.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { serve } from './fixtures/hostile-server.ts';

const { db } = await openFreshDatabase();
await newsletter(db, 'daily');
const now = new Date();
const callback = 'https://news.example.org/websub/1';

test('a hub is asked, confirms, and says when the feed has changed', async () => {
  const asked: URLSearchParams[] = [];
  await using server = await serve((request, response) => {
    if (request.method === 'GET') {
      const { host } = request.headers;
      response.end(
        `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub" href="http://${host}/hub"/><link rel="self" href="http://${host}/self"/></feed>`,
      );
      return;
    }
    let form = '';
    request.on('data', (chunk) => (form += chunk));
    request.on('end', () => {
      asked.push(new URLSearchParams(form));
      response.writeHead(202).end();
    });
  });
  const { id } = await addFeed(db, { newsletter: 'daily', url: `${server.url}/feed` }, now);
  await fetchFeedNow(db, id, { allowPrivate: true, now: () => now });
  expect(await hubsToAsk(db, now)).toEqual([id]);

  const ask = () => askHub(db, id, { callback, allowPrivate: true, now });
  // two workers at once ask once
  expect((await Promise.all([ask(), ask()])).filter(Boolean)).toHaveLength(1);
  expect(await hubsToAsk(db, now)).toEqual([]);
  const [form = new URLSearchParams()] = asked;
  expect(asked).toHaveLength(1);
  expect(form.get('hub.mode')).toBe('subscribe');
  expect(form.get('hub.topic')).toBe(`${server.url}/self`);
  expect(form.get('hub.callback')).toBe(callback);

  const confirm = { mode: 'subscribe', topic: `${server.url}/self`, leaseSeconds: 864_000 };
  expect(await confirmHub(db, id, { ...confirm, topic: 'https://evil.example/' }, now)).toBe(false);
  expect(await confirmHub(db, id, { ...confirm, mode: 'unsubscribe' }, now)).toBe(false);
  expect(await confirmHub(db, '999', confirm, now)).toBe(false);
  expect(await confirmHub(db, id, confirm, now)).toBe(true);
  expect(await hubsToAsk(db, new Date(now.getTime() + 700_000_000))).toEqual([]);
  expect(await hubsToAsk(db, new Date(now.getTime() + 800_000_000))).toEqual([id]);

  const body = Buffer.from('<feed/>');
  const sign = (secret: string) =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const signature = sign(form.get('hub.secret') ?? '');
  for (const wrong of ['', 'sha256=', sign('guess'), signature.replace('sha256', 'md5')])
    expect(await takeHubsWord(db, id, { signature: wrong, body }, now), wrong).toBe(false);
  expect((await getFeed(db, id)).nextFetchAt?.getTime()).toBeGreaterThan(now.getTime());
  expect(await takeHubsWord(db, id, { signature, body }, now)).toBe(true);
  expect((await getFeed(db, id)).nextFetchAt).toEqual(now);
});

test('a hub in a private network is not asked', async () => {
  await using server = await serve((_, response) => response.end());
  const { id } = await addFeed(db, { newsletter: 'daily', url: `${server.url}/other` }, now);
  await db
    .updateTable('feeds')
    .set({ hubUrl: `${server.url}/hub` })
    .where('id', '=', id)
    .execute();
  expect(await askHub(db, id, { callback, allowPrivate: false, now })).toBe(false);
  expect(server.requests).toEqual([]);
});

test('a service that no hub can reach asks none', () => {
  for (const url of [
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]',
    'http://news.local',
  ])
    expect(canBeCalled(url), url).toBe(false);
  expect(canBeCalled('https://news.elfaro.org/letters')).toBe(true);
});
