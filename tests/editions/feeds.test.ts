import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { feedJob, feedTasks } from '../../workers/feeds.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { newNewsletter } from './fixtures/newsroom.ts';

const asked: string[] = [];
let release: () => void = () => undefined;
const site = createServer((request, response) => {
  asked.push(request.url ?? '');
  if (request.url?.startsWith('/slow')) {
    release = () => response.end();
    return;
  }
  if (request.url === '/broken.xml') {
    response.writeHead(500).end('no');
    return;
  }
  response.setHeader('Content-Type', 'application/rss+xml');
  response.end(`<?xml version="1.0"?><rss version="2.0"><channel><title>Coast</title>
    <item><title>The pier stays open at ${request.url}</title><link>http://news.example${request.url}/1</link>
    <guid>${request.url}</guid></item></channel></rss>`);
});
await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
afterAll(() => site.close());
const { port } = site.address() as AddressInfo;

const databaseUrl = await freshDatabase();
const open = async (): Promise<Context> => {
  const config = loadConfig({ FEED_ALLOW_PRIVATE: 'true' });
  const context = await openContext(config, databaseUrl, pino({ level: 'silent' }));
  afterAll(() => context.close());
  return context;
};
const workers = [await open(), await open()];
const [{ db }] = workers as [Context, Context];
const newsletter = await newNewsletter(db);
const addFeed = async (path: string) => {
  const { id } = await db
    .insertInto('feeds')
    .values({
      newsletterId: newsletter.id,
      url: `http://127.0.0.1:${port}${path}`,
      // due for a while: the database's clock is finer than ours, and a feed added this instant may be due in the next
      nextFetchAt: new Date(Date.now() - 60_000),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
};
const feedOf = (id: string) =>
  db.selectFrom('feeds').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const tick = () =>
  Promise.all(workers.flatMap((worker) => feedTasks(worker)).map((task) => task.run()));

test('feeds that are due are read once, by any worker, a slow one holding up none', async () => {
  const slow = await addFeed('/slow.xml');
  const feeds = [await addFeed('/a.xml'), await addFeed('/b.xml'), await addFeed('/broken.xml')];
  const off = await addFeed('/off.xml');
  await db.updateTable('feeds').set({ state: 'off' }).where('id', '=', off).execute();
  const consumers = workers.map((worker) => worker.queues.work('feeds', feedJob(worker), 2));
  await tick();
  await tick();
  await eventually(async () => {
    for (const id of feeds) expect((await feedOf(id)).lastFetchedAt).not.toBeNull();
    expect(asked).toContain('/slow.xml');
  });
  expect((await feedOf(slow)).lastFetchedAt).toBeNull();
  release();
  await eventually(async () => expect((await feedOf(slow)).lastCause).not.toBeNull());
  await tick();
  await Promise.all(consumers.map((consumer) => consumer.close()));
  expect(asked.toSorted()).toEqual(['/a.xml', '/b.xml', '/broken.xml', '/slow.xml']);
  const [a, , broken] = await Promise.all(feeds.map(feedOf));
  expect(a).toMatchObject({ title: 'Coast', lastCause: null, claimedUntil: null });
  expect(a?.nextFetchAt.getTime()).toBeGreaterThan(Date.now());
  expect(broken?.lastCause).toMatchObject({ code: 'serverFault', values: { status: 500 } });
  const { articles } = await db
    .selectFrom('articles')
    .select((eb) => eb.fn.countAll<string>().as('articles'))
    .executeTakeFirstOrThrow();
  expect(Number(articles)).toBe(2);
});

test('a worker that stops lets go of the feed it was reading', async () => {
  const id = await addFeed('/slower.xml');
  const [worker] = workers as [Context, Context];
  const stop = new AbortController();
  const before = asked.length;
  const job = feedJob(worker)({ feed: id }, stop.signal);
  await eventually(() => expect(asked.length).toBeGreaterThan(before));
  stop.abort();
  await job;
  release();
  expect(await feedOf(id)).toMatchObject({ claimedUntil: null, lastFetchedAt: null, failures: 0 });
});
