import { expect, test } from 'vitest';
import { UnknownArticles } from '../../src/articles/errors.ts';
import type { IncomingArticle } from '../../src/articles/incoming.ts';
import { joinArticles, restoreStories, separateArticle } from '../../src/articles/merge.ts';
import { storeIncoming } from '../../src/articles/store.ts';
import { newArticle, newNewsletter } from '../editions/fixtures/newsroom.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
const newsletter = await newNewsletter(db);
const articles = (count: number) =>
  Promise.all(Array.from({ length: count }, () => newArticle(db, newsletter, '2026-11-24T05:00Z')));
/** The stories of these articles, as which of them are together. */
const toArticles = async (ids: string[]) => {
  const rows = await db
    .selectFrom('articles')
    .select(['id', 'storyId'])
    .where('id', 'in', ids)
    .execute();
  const story = new Map(rows.map((row) => [row.id, row.storyId ?? row.id]));
  return ids.map((id) => ids.findIndex((other) => story.get(other) === story.get(id)));
};
const join = (ids: string[]) => db.transaction().execute((tx) => joinArticles(tx, ids));
const separate = (id: string) => db.transaction().execute((tx) => separateArticle(tx, id));

test('articles that are joined are one story, with those joined before', async () => {
  const ids = await articles(5);
  const [a = '', b = '', c = '', d = ''] = ids;
  await join([a, b]);
  await join([c, d]);
  expect(await toArticles(ids)).toEqual([0, 0, 2, 2, 4]);
  await join([b, d]);
  expect(await toArticles(ids)).toEqual([0, 0, 0, 0, 4]);
});

test('separating takes one out and leaves the others together, also the one that gave the name', async () => {
  const ids = await articles(3);
  await join(ids);
  const oldest = ids.toSorted((x, y) => Number(x) - Number(y))[0] ?? '';
  await separate(oldest);
  const others = ids.filter((id) => id !== oldest);
  expect(await toArticles([oldest, ...others])).toEqual([0, 1, 1]);
  await separate(others[0] ?? '');
  expect(await toArticles([oldest, ...others])).toEqual([0, 1, 2]);
});

test('joining and separating can be undone', async () => {
  const ids = await articles(4);
  const [a = '', b = '', c = '', d = ''] = ids;
  await join([a, b]);
  await join([c, d]);
  const before = await join([a, c]);
  await db.transaction().execute((tx) => restoreStories(tx, before));
  expect(await toArticles(ids)).toEqual([0, 0, 2, 2]);
  const together = await separate(a);
  await db.transaction().execute((tx) => restoreStories(tx, together));
  expect(await toArticles(ids)).toEqual([0, 0, 2, 2]);
});

test('a separated article is marked as set apart until it is joined again or that is undone', async () => {
  const [a = '', b = ''] = await articles(2);
  const apart = async () =>
    (await db.selectFrom('articles').select('id').where('setApart', '=', true).execute()).map(
      (row) => row.id,
    );
  const start = await apart();
  await join([a, b]);
  expect(await apart()).toEqual(start);
  const before = await separate(a);
  expect(await apart()).toEqual([...start, a]);
  await db.transaction().execute((tx) => restoreStories(tx, before));
  expect(await apart()).toEqual(start);
  await separate(a);
  await join([a, b]);
  expect(await apart()).toEqual(start);
});

test('no feed joins again what was separated by hand, when it is read again', async () => {
  const { id: feedId } = await db
    .insertInto('feeds')
    .values({ newsletterId: newsletter.id, url: 'https://news.example/feed.xml' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const story = (language: string, other: string): IncomingArticle => ({
    guid: `pier-${language}`,
    title: language === 'es' ? 'El muelle sigue abierto' : 'The pier stays open',
    standfirst: '',
    url: `https://news.example/${language}/pier`,
    canonicalUrl: `https://news.example/${language}/pier`,
    image: null,
    author: null,
    language,
    categories: [],
    revisedAt: null,
    words: null,
    publishedAt: new Date('2026-11-24T05:00Z'),
    claimedUrl: null,
    translations: [`https://news.example/${other}/pier`],
  });
  const feed = { id: feedId, newsletterId: newsletter.id, sectionId: null };
  const read = () =>
    db
      .transaction()
      .execute((tx) => storeIncoming(tx, feed, [story('en', 'es'), story('es', 'en')]));
  await read();
  const sources = await db
    .selectFrom('articleSources')
    .select('articleId')
    .where('feedId', '=', feedId)
    .orderBy('id')
    .execute();
  const ids = sources.map((source) => source.articleId);
  expect(await toArticles(ids)).toEqual([0, 0]);
  await read();
  expect(await toArticles(ids)).toEqual([0, 0]);
  await separate(ids[1] ?? '');
  await read();
  expect(await toArticles(ids)).toEqual([0, 1]);
});

test('an article that is not there joins nothing', async () => {
  const [a = ''] = await articles(1);
  await expect(join([a, '999999', 'x'])).rejects.toMatchObject({ ids: ['999999', 'x'] });
  expect(await join([])).toEqual([]);
  await expect(separate('999999')).rejects.toBeInstanceOf(UnknownArticles);
});
