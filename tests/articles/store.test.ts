import { expect, test } from 'vitest';
import { deleteArticle, updateArticle } from '../../src/articles/articles.ts';
import { NothingJoined } from '../../src/articles/errors.ts';
import { getArticle, listArticles } from '../../src/articles/list.ts';
import { separateArticle } from '../../src/articles/merge.ts';
import {
  joinDuplicate,
  listSources,
  restoreSources,
  separateSource,
} from '../../src/articles/sources.ts';
import { storeIncoming } from '../../src/articles/store.ts';
import { addFeed, removeFeed } from '../../src/feeds/feeds.ts';
import { readFeed } from '../../src/feeds/parse/parse-feed.ts';
import { toArticles } from '../../src/feeds/to-articles.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newsletter, rss } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let count = 0;

/** A newsletter and a way to bring it entries by feeds of its own. */
async function house(language = 'en') {
  const slug = `house-${++count}`;
  const newsletterId = await newsletter(db, slug, language);
  const feed = async (section?: string) => {
    const url = `https://port.example/${slug}/${++count}`;
    const { id } = await addFeed(db, { newsletter: slug, url, section }, new Date());
    return db.selectFrom('feeds').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  };
  const bring = (
    row: { id: string; newsletterId: string; sectionId: string | null },
    entries: Parameters<typeof rss>[0],
    tongue = language,
  ) => {
    const { items } = readFeed(Buffer.from(rss(entries, tongue)));
    return db.transaction().execute((tx) => storeIncoming(tx, row, toArticles(items, new Date())));
  };
  const list = async () => (await listArticles(db, { newsletter: slug, limit: 1000 })).data;
  return { slug, newsletterId, feed, bring, list };
}

const at = (path: string) => `https://port.example/${count}${path}`;

test('a story comes once, a changed title or text updates it', async () => {
  const { feed, bring, list } = await house();
  const row = await feed('news');
  const entry = { id: 'i1', title: 'Ferry waits', link: at('/ferry'), text: 'In fog.' };
  expect(await bring(row, [entry])).toEqual({ added: 1, updated: 0, unchanged: 0, joined: 0 });
  expect(await bring(row, [entry])).toEqual({ added: 0, updated: 0, unchanged: 1, joined: 0 });
  expect(await bring(row, [{ ...entry, title: 'Ferry sails', link: at('/ferry-sails') }])).toEqual({
    added: 0,
    updated: 1,
    unchanged: 0,
    joined: 0,
  });
  // what a feed leaves out later is kept
  await bring(row, [{ id: 'i1', title: 'Ferry sails', link: at('/ferry-sails') }]);
  expect(await list()).toMatchObject([
    {
      title: 'Ferry sails',
      standfirst: 'In fog.',
      url: at('/ferry-sails'),
      section: 'news',
      feed: row.id,
    },
  ]);
});

test('the same entry twice in one file is one article', async () => {
  const { feed, bring, list } = await house();
  const row = await feed();
  const entry = { title: 'Twice', link: at('/twice') };
  await bring(row, [
    { ...entry, id: 'i1' },
    { ...entry, id: 'i1' },
    { ...entry, id: 'i2', link: `${at('/twice')}?utm_source=rss` },
  ]);
  expect(await list()).toHaveLength(1);
});

test('two feeds bring one story: by address, by id, by headline; each joining is told', async () => {
  const { feed, bring, list } = await house();
  const [a, b] = [await feed('news'), await feed('updates')];
  const text = 'All ferries wait in the harbour until the fog lifts.';
  await bring(a, [
    { id: at('/id-1'), title: 'By address', link: at('/one') },
    { id: at('/id-2'), title: 'By its id', link: at('/two') },
    { id: '3', title: 'Fog keeps the ferry in port', link: at('/three'), text },
  ]);
  expect(
    await bring(b, [
      { id: '1', title: 'By address, otherwise named', link: `${at('/one')}/amp?utm_source=x` },
      { id: at('/id-2'), title: 'By its id', link: at('/elsewhere') },
      { id: '9', title: 'FOG keeps the ferry in port', link: 'https://other.example/x', text },
    ]),
  ).toEqual({ added: 0, updated: 0, unchanged: 3, joined: 3 });
  const articles = await list();
  expect(articles.map(({ title }) => title).sort()).toEqual([
    'By address',
    'By its id',
    'Fog keeps the ferry in port',
  ]);
  const joinedBy = await Promise.all(
    articles.map(async ({ id }) => (await listSources(db, id)).map((source) => source.joinedBy)),
  );
  expect(joinedBy.map(String).sort()).toEqual([',guid', ',title', ',url']);
  // and reading them again changes nothing
  expect(await bring(b, [{ id: '1', title: 'Third name', link: at('/one') }])).toMatchObject({
    added: 0,
    updated: 0,
  });
});

test('a story that another newsletter has is one article, and new to this one', async () => {
  const [one, two] = [await house(), await house()];
  const entry = { id: 'shared-story', title: 'Shared', link: at('/shared') };
  await one.bring(await one.feed('news'), [entry]);
  expect(await two.bring(await two.feed('updates'), [entry])).toEqual({
    added: 1,
    updated: 0,
    unchanged: 0,
    joined: 1,
  });
  const [first, second] = [await one.list(), await two.list()];
  expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect([first[0]?.section, second[0]?.section]).toEqual(['news', 'updates']);
});

test('headlines that come back every day stay apart', async () => {
  const { feed, bring, list } = await house();
  const [a, b] = [await feed(), await feed()];
  const title = 'Good morning from the harbour';
  const [monday, tuesday] = ['Mon, 23 Nov 2026 06:10:00 GMT', 'Tue, 24 Nov 2026 05:40:00 GMT'];
  await bring(a, [{ id: '1', title, link: at('/monday-edition'), text: 'Monday.', date: monday }]);
  await bring(b, [
    { id: '1', title, link: at('/tuesday-edition'), text: 'Tuesday.', date: tuesday },
  ]);
  await bring(a, [{ id: '7', title: 'Weather', link: at('/w/1'), text: 'Fog.' }]);
  await bring(b, [{ id: '8', title: 'Weather', link: at('/w/2'), text: 'Fog.' }]);
  expect(await list()).toHaveLength(4);
});

test('a story published anew on one site, with another id, address, date and text, is one article', async () => {
  const { feed, bring, list } = await house();
  const [a, b] = [await feed(), await feed()];
  const title = 'Bridge over the river closes for a year';
  const first = { id: 'old', title, link: at('/2026/11/24/1'), text: 'At first.' };
  const anew = { id: 'new', title, link: at('/n/77'), text: 'Rewritten.' };
  await bring(a, [{ ...first, date: 'Tue, 24 Nov 2026 05:00:00 GMT' }]);
  const later = { ...anew, date: 'Tue, 24 Nov 2026 19:30:00 GMT' };
  expect(await bring(a, [later])).toMatchObject({ added: 0, joined: 1 });
  const [article, ...others] = await list();
  expect(others).toEqual([]);
  // the old address may lead nowhere by now
  expect(article).toMatchObject({ url: at('/n/77'), standfirst: 'Rewritten.' });
  // both in one file, in another feed of the site, the older one later
  const pair = [later, { ...first, date: 'Tue, 24 Nov 2026 05:00:00 GMT' }];
  await bring(
    b,
    pair.map((one) => ({ ...one, id: `b-${one.id}` })),
  );
  expect(await list()).toMatchObject([{ url: at('/n/77') }]);
  // another site's, and another day's
  await bring(b, [
    { ...anew, id: '3', link: 'https://elsewhere.example/x', text: 'Theirs.', date: later.date },
    {
      ...anew,
      id: '4',
      link: at('/n/99'),
      text: 'Next day.',
      date: 'Wed, 25 Nov 2026 19:00:00 GMT',
    },
  ]);
  expect(await list()).toHaveLength(3);
});

test('a joining can be undone and stays undone', async () => {
  const { feed, bring, list } = await house();
  const [a, b] = [await feed(), await feed()];
  const entries = [{ id: 'own', title: 'Another story', link: at('/same') }];
  await bring(a, [{ id: 'first', title: 'A story', link: at('/same') }]);
  await bring(b, entries);
  const [article] = await list();
  const joined = (await listSources(db, article?.id ?? '')).find((source) => source.joinedBy);
  const id = article?.id ?? '';
  const { id: separate } = await separateSource(db, id, joined?.id ?? '');
  expect((await getArticle(db, separate)).title).toBe('Another story');
  expect(await bring(b, entries)).toMatchObject({ added: 0, joined: 0 });
  expect(await list()).toHaveLength(2);
  await expect(separateSource(db, id, joined?.id ?? '')).rejects.toThrow(NothingJoined);
  await joinDuplicate(db, article?.id ?? '', separate);
  expect((await list()).map(({ id }) => id)).toEqual([article?.id]);
  // an editor's joining is undone like any other
  expect((await separateSource(db, id, joined?.id ?? '')).id).toBe(separate);
  expect(await list()).toHaveLength(2);
});

test('translations are one story: by hreflang, or by a shared id', async () => {
  const { feed, bring, list } = await house();
  const [en, es] = [await feed(), await feed()];
  const other = (language: string, href: string) =>
    `<atom:link rel="alternate" hreflang="${language}" href="${href}"/>`;
  await bring(en, [
    { id: 'e1', title: 'Fog', link: at('/en/fog'), more: other('es', at('/es/niebla')) },
    { id: at('/shared'), title: 'Tide', link: at('/en/tide') },
  ]);
  await bring(
    es,
    [
      { id: 's1', title: 'Niebla', link: at('/es/niebla'), more: other('en', at('/en/fog')) },
      { id: at('/shared'), title: 'Marea', link: at('/es/marea') },
    ],
    'es',
  );
  const rows = await db
    .selectFrom('articles')
    .select(['title', 'storyId'])
    .where(
      'id',
      'in',
      (await list()).map(({ id }) => id),
    )
    .execute();
  const story = Object.fromEntries(rows.map((row) => [row.title, row.storyId]));
  expect(rows).toHaveLength(4);
  expect(story['Fog']).not.toBeNull();
  expect(story['Niebla']).toBe(story['Fog']);
  expect(story['Marea']).toBe(story['Tide']);
  expect(story['Tide']).not.toBe(story['Fog']);
});

test('translations find each other whichever comes first, and when an entry names one later', async () => {
  const { feed, bring, list } = await house();
  const [en, es] = [await feed(), await feed()];
  const other = (language: string, href: string) =>
    `<atom:link rel="alternate" hreflang="${language}" href="${href}"/>`;
  const storyOf = async (title: string) => {
    const article = (await list()).find((one) => one.title === title);
    const { storyId } = await db
      .selectFrom('articles')
      .select('storyId')
      .where('id', '=', article?.id ?? '0')
      .executeTakeFirstOrThrow();
    return storyId;
  };
  const pier = { id: 'e1', title: 'Pier', link: at('/en/pier') };
  await bring(en, [
    { id: 'e2', title: 'Fog', link: at('/en/fog'), more: other('es', at('/es/niebla')) },
    pier,
  ]);
  expect(await storyOf('Fog')).toBeNull();
  const spanish = [
    { id: 's2', title: 'Niebla', link: `${at('/es/niebla')}?utm_source=rss` },
    { id: 's1', title: 'Muelle', link: at('/es/muelle') },
  ];
  await bring(es, spanish, 'es');
  expect(await storyOf('Fog')).not.toBeNull();
  expect(await storyOf('Niebla')).toBe(await storyOf('Fog'));
  expect(await storyOf('Muelle')).toBeNull();

  const named = { ...pier, more: other('es', at('/es/muelle')) };
  await bring(en, [named]);
  expect(await storyOf('Pier')).not.toBeNull();
  expect(await storyOf('Muelle')).toBe(await storyOf('Pier'));
  // what an editor parts stays apart, whatever the feeds go on saying
  const muelle = (await list()).find(({ title }) => title === 'Muelle');
  await db.transaction().execute((tx) => separateArticle(tx, muelle?.id ?? ''));
  await bring(en, [{ ...named, title: 'Pier, again' }]);
  await bring(es, spanish, 'es');
  expect(await storyOf('Muelle')).toBeNull();
});

test('a short id is shared by translations of one site, a number counts entries', async () => {
  const { feed, bring, list } = await house();
  const [en, es] = [await feed(), await feed()];
  await bring(en, [
    { id: 'pier-7', title: 'Pier', link: at('/en/pier'), date: '2026-11-24T05:00:00Z' },
    { id: '8', title: 'Eight', link: at('/en/8'), date: '2026-11-24T05:00:00Z' },
    { id: '9', title: 'Nine', link: at('/en/9'), date: '2026-11-24T05:00:00Z' },
  ]);
  await bring(
    es,
    [
      { id: 'pier-7', title: 'Muelle', link: at('/es/muelle'), date: '2026-11-24T06:00:00Z' },
      { id: '8', title: 'Ocho', link: at('/es/8'), date: '2026-11-24T05:00:00Z' },
      { id: '9', title: 'Otra', link: at('/es/otra'), date: '2026-11-24T05:01:00Z' },
    ],
    'es',
  );
  const rows = await db
    .selectFrom('articles')
    .select(['title', 'storyId'])
    .where(
      'id',
      'in',
      (await list()).map(({ id }) => id),
    )
    .execute();
  const together = Map.groupBy(rows, ({ title, storyId }) => storyId ?? title);
  expect([...together.values()].map((all) => all.map(({ title }) => title).sort())).toEqual(
    expect.arrayContaining([['Muelle', 'Pier'], ['Eight', 'Ocho'], ['Nine'], ['Otra']]),
  );
});

test('a joined copy has its address too: a third feed with it brings nothing new', async () => {
  const { feed, bring, list } = await house();
  const text = 'Nobody may walk there.';
  const title = 'Storm closes the northern pier';
  await bring(await feed(), [{ id: '1', title, link: at('/one'), text }]);
  await bring(await feed(), [{ id: '2', title, link: 'https://other.example/storm', text }]);
  await bring(await feed(), [{ id: '3', title: 'Renamed', link: 'https://other.example/storm' }]);
  expect(await list()).toHaveLength(1);
});

test('a joining and its undoing by hand leave everything as it was', async () => {
  const { feed, bring, list } = await house();
  const text = 'All are well.';
  const title = 'Crew of the tug comes home';
  await bring(await feed(), [{ id: '1', title, link: at('/one'), text }]);
  await bring(await feed(), [{ id: '2', title, link: 'https://other.example/tug', text }]);
  await bring(await feed(), [{ id: '3', title: 'Ferries wait', link: at('/three') }]);
  const state = async () => ({
    sources: await db.selectFrom('articleSources').selectAll().orderBy('id').execute(),
    stories: await db
      .selectFrom('articles')
      .select(['id', 'storyId', 'setApart'])
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
  });
  const start = await state();
  const [third, first] = await list();
  const [a, b] = [first?.id ?? '', third?.id ?? ''];
  const transaction = <T>(work: (tx: Parameters<typeof joinDuplicate>[0]) => Promise<T>) =>
    db.transaction().execute(work);

  const joined = await transaction((tx) => joinDuplicate(tx, b, a));
  const sources = (await listSources(db, b)).map(({ title: name, joinedBy }) => [name, joinedBy]);
  expect(sources).toEqual([
    ['Ferries wait', null],
    [title, 'operator'],
    [title, 'title'],
  ]);
  expect(await list()).toHaveLength(1);
  await transaction((tx) => restoreSources(tx, JSON.parse(JSON.stringify(joined))));
  expect(await state()).toEqual(start);

  const copy = (await listSources(db, a)).find(({ joinedBy }) => joinedBy === 'title');
  const separated = await transaction((tx) => separateSource(tx, a, copy?.id ?? ''));
  expect(await list()).toHaveLength(3);
  await transaction((tx) => restoreSources(tx, separated.before));
  expect((await state()).sources).toEqual(start.sources);
  expect(await list()).toHaveLength(2);
});

test('what an editor wrote is not overwritten, and what was removed does not come back', async () => {
  const { feed, bring, list } = await house();
  const row = await feed();
  const entry = { id: 'i', title: 'Feed title', link: at('/x'), text: 'Feed text.' };
  await bring(row, [entry]);
  const [{ id } = { id: '' }] = await list();
  await updateArticle(db, id, { title: 'Our title' }, new Date());
  expect(await bring(row, [{ ...entry, title: 'New feed title' }])).toMatchObject({ updated: 0 });
  expect(await getArticle(db, id)).toMatchObject({ title: 'Our title', standfirst: 'Feed text.' });
  await deleteArticle(db, id, new Date());
  await bring(row, [entry]);
  await bring(await feed(), [entry]);
  expect(await list()).toEqual([]);
});

test('a feed without a section takes the one its categories name', async () => {
  const { feed, bring, list } = await house();
  const more = '<category>World</category><category>UPDATES</category>';
  await bring(await feed(), [{ id: 'c', title: 'Sorted', link: at('/c'), more }]);
  expect(await list()).toMatchObject([{ section: 'updates' }]);
});

test('no date, or one more than 30 days ahead, counts as now; one to come is kept', async () => {
  const { feed, bring, list } = await house();
  const before = Date.now();
  const ahead = new Date(Math.ceil(before / 1000) * 1000 + 48 * 3_600_000);
  await bring(await feed(), [
    { id: 'a', title: 'Undated', link: at('/undated') },
    { id: 'b', title: 'Absurd', link: at('/absurd'), date: 'Fri, 01 Jan 2062 00:00:00 GMT' },
    { id: 'c', title: 'Embargo', link: at('/embargo'), date: ahead.toUTCString() },
  ]);
  const times = new Map((await list()).map(({ title, publishedAt }) => [title, publishedAt]));
  for (const title of ['Undated', 'Absurd']) {
    expect(times.get(title)?.getTime()).toBeGreaterThanOrEqual(before);
    expect(times.get(title)?.getTime()).toBeLessThanOrEqual(Date.now());
  }
  expect(times.get('Embargo')).toEqual(ahead);
});

test('entries with ids and titles of their own at one address are articles of their own', async () => {
  const { feed, bring, list } = await house();
  const row = await feed();
  const link = at('/status');
  const entry = (n: number) => ({ id: `#rel${n}`, title: `Release ${n} is out`, link });
  expect(await bring(row, [1, 2, 3].map(entry))).toMatchObject({ added: 3, joined: 0 });
  expect(await bring(row, [2, 3, 4].map(entry))).toMatchObject({ added: 1, unchanged: 2 });
  expect(await list()).toHaveLength(4);

  const other = await feed();
  const nameless = (n: number) => ({ title: `Outage ${n}`, link: at('/outages') });
  expect(await bring(other, [1, 2, 3].map(nameless))).toMatchObject({ added: 3 });
  expect(await bring(other, [1, 2, 3].map(nameless))).toMatchObject({ added: 0, unchanged: 3 });
});

test('ten thousand entries are taken for an archive: the newest 500', async () => {
  const { feed, bring, list } = await house();
  const day = (n: number) => new Date(Date.UTC(2020, 0, 1) + n * 3_600_000).toUTCString();
  const entries = Array.from({ length: 10_000 }, (_, n) => ({
    id: `n${n}`,
    title: `Number ${n}`,
    link: at(`/n/${n}`),
    date: day(n),
  }));
  const row = await feed();
  expect(await bring(row, entries)).toMatchObject({ added: 500 });
  expect(await bring(row, entries)).toMatchObject({ added: 0, unchanged: 500 });
  const titles = (await list()).map(({ title }) => title);
  expect(titles[0]).toBe('Number 9999');
  expect(titles.at(-1)).toBe('Number 9500');
});

test('hostile text is stored as text', async () => {
  const { feed, bring, list } = await house();
  await bring(await feed(), [
    { id: '\u0000'.repeat(3), title: `'); drop table articles; --`, link: at('/sql') },
    { id: '\ud83d', title: 'Bell \u0007 rings', link: `${at('/')}\u0000` },
    { id: '漢'.repeat(5000), link: at(`/${'漢'.repeat(300)}`), title: 'Long' },
    { id: 'x'.repeat(5000), title: '🐟'.repeat(300), link: at('/fish') },
  ]);
  expect((await list()).map(({ title }) => title.slice(0, 20))).toEqual([
    `'); drop table artic`,
    'Bell rings',
    'Long',
    '🐟'.repeat(10),
  ]);
});

test('the same story in two feeds at the same moment is one article', async () => {
  const { feed, bring, list } = await house();
  const rows = await Promise.all([feed(), feed(), feed(), feed()]);
  const results = await Promise.all(
    rows.map((row) => bring(row, [{ id: row.id, title: 'At once', link: at('/at-once') }])),
  );
  expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(1);
  expect(await list()).toHaveLength(1);
});

test('articles outlive their feed, and are known when it is added again', async () => {
  const { feed, bring, list } = await house();
  const entry = { id: 'again', title: 'Again', link: at('/again') };
  const row = await feed();
  await bring(row, [entry]);
  await removeFeed(db, row.id);
  expect(await list()).toMatchObject([{ title: 'Again', feed: null }]);
  expect(await bring(await feed(), [entry])).toMatchObject({ added: 0 });
});
