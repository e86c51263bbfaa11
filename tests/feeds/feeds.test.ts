import { expect, test } from 'vitest';
import { FeedNotFound, FeedTaken, InvalidFeed } from '../../src/articles/errors.ts';
import { addFeed, getFeed, listFeeds, removeFeed, updateFeed } from '../../src/feeds/feeds.ts';
import { NewsletterNotFound } from '../../src/newsletters/errors.ts';
import { newsletter } from '../articles/fixtures/newsroom.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
await newsletter(db, 'daily');
await newsletter(db, 'weekly');
const now = new Date();

test('a feed is added, shown, changed and removed', async () => {
  const url = 'https://port.example/feed';
  const feed = await addFeed(db, { newsletter: 'daily', url: `${url}#top`, section: 'news' }, now);
  expect(feed).toMatchObject({
    newsletter: 'daily',
    url,
    section: 'news',
    state: 'active',
    lastFetchedAt: null,
    lastError: null,
    articles: 0,
  });
  expect(feed.nextFetchAt?.getTime()).toBeGreaterThan(now.getTime());
  expect(await getFeed(db, feed.id)).toEqual(feed);

  const off = await updateFeed(db, feed.id, { section: null, state: 'off' }, now);
  expect(off).toMatchObject({ section: null, state: 'off', nextFetchAt: null, url });
  const on = await updateFeed(db, feed.id, { state: 'active' }, now);
  expect(on.nextFetchAt).toEqual(now);

  await removeFeed(db, feed.id);
  await expect(getFeed(db, feed.id)).rejects.toThrow(FeedNotFound);
  await expect(removeFeed(db, feed.id)).rejects.toThrow(FeedNotFound);
});

test('a newsletter reads an address once; another newsletter may read it, too', async () => {
  const url = 'https://port.example/twice';
  await addFeed(db, { newsletter: 'daily', url }, now);
  await expect(addFeed(db, { newsletter: 'daily', url }, now)).rejects.toThrow(FeedTaken);
  await addFeed(db, { newsletter: 'weekly', url }, now);
  const other = await addFeed(db, { newsletter: 'daily', url: `${url}/2` }, now);
  await expect(updateFeed(db, other.id, { url }, now)).rejects.toThrow(FeedTaken);
});

test('what cannot be is refused with all that is wrong', async () => {
  const add = (input: unknown) => addFeed(db, input, now);
  await expect(add({ newsletter: 'daily', url: 'ftp://port.example/', extra: 1 })).rejects.toThrow(
    /\/url: must be a web address.*\/extra: unknown field/,
  );
  await expect(
    add({ newsletter: 'daily', url: 'https://a.example/', section: 'no' }),
  ).rejects.toThrow(/has no section "no". It has: news, updates/);
  await expect(add({ newsletter: 'none', url: 'https://a.example/' })).rejects.toThrow(
    NewsletterNotFound,
  );
  await expect(add('text')).rejects.toThrow(InvalidFeed);
  for (const id of ['999999', 'x', '-1', ''])
    await expect(getFeed(db, id), id).rejects.toThrow(FeedNotFound);
});

test('feeds are listed in pages', async () => {
  const all = await listFeeds(db, { limit: 100 });
  const first = await listFeeds(db, { limit: 1 });
  expect(first.data).toEqual(all.data.slice(0, 1));
  const rest = await listFeeds(db, { limit: 100, after: first.next ?? '' });
  expect([...first.data, ...rest.data]).toEqual(all.data);
  const weekly = await listFeeds(db, { newsletter: 'weekly', limit: 100 });
  expect(weekly.data.map((feed) => feed.newsletter)).toEqual(['weekly']);
  expect(weekly.next).toBeNull();
});

test('the name and password of an address are kept and never shown', async () => {
  const kept = async (id: string) =>
    (
      await db
        .selectFrom('feeds')
        .select(['url', 'credentials'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).credentials;
  const url = 'https://ana:p%40ss@port.example/paid';
  const feed = await addFeed(db, { newsletter: 'daily', url }, now);
  expect(feed).toMatchObject({ url: 'https://port.example/paid', hasPassword: true });
  expect(JSON.stringify([feed, await listFeeds(db, { limit: 100 })])).not.toMatch(/p%40ss|p@ss/);
  expect(await kept(feed.id)).toBe('ana:p@ss');
  await expect(addFeed(db, { newsletter: 'daily', url }, now)).rejects.toThrow(
    /^"daily" reads https:\/\/port.example\/paid already/,
  );

  await updateFeed(db, feed.id, { url: 'https://port.example/paid2' }, now);
  expect(await kept(feed.id)).toBe('ana:p@ss');
  await updateFeed(db, feed.id, { url: 'https://bea:new@port.example/paid2' }, now);
  expect(await kept(feed.id)).toBe('bea:new');
  const moved = await updateFeed(db, feed.id, { url: 'https://elsewhere.example/paid' }, now);
  expect(moved.hasPassword).toBe(false);

  const torn = { newsletter: 'daily', url: 'https://ana:50%@port.example/x' };
  await expect(addFeed(db, torn, now)).rejects.toThrow(/write %25/);
});
