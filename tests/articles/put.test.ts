import { expect, test } from 'vitest';
import { createArticle, deleteArticle, updateArticle } from '../../src/articles/articles.ts';
import { ArticleExists, ExternalIdTaken, InvalidArticle } from '../../src/articles/errors.ts';
import { getArticle, listArticles } from '../../src/articles/list.ts';
import { putArticle } from '../../src/articles/put.ts';
import { joinDuplicate, listSources, restoreSources } from '../../src/articles/sources.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
await newsletter(db, 'daily');
await newsletter(db, 'evening');
const now = new Date('2026-03-01T07:00:00Z');
const later = new Date('2026-03-01T09:00:00Z');
const at = (name: string) => `https://port.example/${name}`;
const put = (id: string, fields: object = {}, when = now) =>
  db
    .transaction()
    .execute((tx) =>
      putArticle(tx, id, { newsletter: 'daily', title: 'Fog', url: at(id), ...fields }, when),
    );
const create = (fields: object) =>
  db
    .transaction()
    .execute((tx) => createArticle(tx, { newsletter: 'daily', title: 'Fog', ...fields }, now));

test('is made, then changed: it reads as was said last', async () => {
  const image = { url: at('fog.jpg'), alt: 'Fog' };
  const made = await put('fog', { standfirst: 'Thick.', image, section: 'news', language: 'es' });
  expect(made).toMatchObject({
    made: true,
    article: { externalId: 'fog', standfirst: 'Thick.', publishedAt: now, updatedAt: now },
  });
  const changed = await put('fog', { title: 'Sun', url: at('sun') }, later);
  expect(changed).toEqual({
    made: false,
    article: {
      ...made.article,
      title: 'Sun',
      url: at('sun'),
      standfirst: '',
      image: null,
      language: null,
      updatedAt: later,
    },
  });
  expect(changed.article).toMatchObject({ section: 'news', publishedAt: now });
});

test('asked for by many at once it is one article, also by its address', async () => {
  const all = await Promise.all(
    Array.from({ length: 6 }, (_, n) => put('at-once', { title: `Fog ${n}` })),
  );
  expect(all.filter(({ made }) => made)).toHaveLength(1);
  expect(new Set(all.map(({ article }) => article.id)).size).toBe(1);
  const { data } = await listArticles(db, { url: `${at('at-once')}?utm_source=x`, limit: 5 });
  expect(data).toHaveLength(1);
});

test('an article of its address takes the external id, and two ids are two articles', async () => {
  const there = await create({ url: at('adopted') });
  const { article, made } = await put('adopted', { title: 'Adopted' });
  expect([made, article.id, article.externalId]).toEqual([false, there.id, 'adopted']);
  await expect(put('another', { url: at('adopted') })).rejects.toThrow(ArticleExists);
  await expect(put('another', { url: at('adopted') })).rejects.toMatchObject({
    existing: there.id,
  });
  await put('moves');
  await expect(put('moves', { url: at('adopted') })).rejects.toMatchObject({ existing: there.id });
});

test('in another newsletter it is the same article, with a section of its own', async () => {
  const { article } = await put('both', { section: 'news' });
  const other = await put('both', { newsletter: 'evening', section: 'updates' });
  expect(other).toMatchObject({ made: false, article: { id: article.id, section: 'updates' } });
  const { data } = await listArticles(db, {
    newsletter: 'daily',
    externalId: 'both',
    section: 'news',
    limit: 5,
  });
  expect(data.map(({ id }) => id)).toEqual([article.id]);
});

test('what was removed comes back as the same article', async () => {
  const { article } = await put('gone');
  await deleteArticle(db, article.id, now);
  await expect(create({ url: at('elsewhere'), externalId: 'gone' })).rejects.toMatchObject({
    existing: article.id,
  });
  expect((await put('gone')).article.id).toBe(article.id);
  expect(await getArticle(db, article.id)).toMatchObject({ externalId: 'gone' });
});

test('what was joined to another is that one from then on, and undoing it does no harm', async () => {
  const kept = await create({ url: at('kept') });
  const copy = (await put('copy')).article;
  const before = await db.transaction().execute((tx) => joinDuplicate(tx, kept.id, copy.id));
  const after = await put('copy', { title: 'Kept' });
  expect(after.article).toMatchObject({ id: kept.id, title: 'Kept', externalId: 'copy' });
  await db.transaction().execute((tx) => restoreSources(tx, before));
  expect(await getArticle(db, copy.id)).toMatchObject({ externalId: null });
  expect(await listSources(db, copy.id)).toHaveLength(1);
});

test('an external id is given by hand, too, and taken from no other', async () => {
  const one = await create({ url: at('one'), externalId: 'one' });
  await expect(create({ url: at('two'), externalId: 'one' })).rejects.toThrow(ExternalIdTaken);
  const two = await create({ url: at('two') });
  const give = (externalId: string | null) =>
    db.transaction().execute((tx) => updateArticle(tx, two.id, { externalId }, now));
  await expect(give('one')).rejects.toMatchObject({ existing: one.id });
  expect((await give('two')).externalId).toBe('two');
  expect((await give(null)).externalId).toBeNull();
  await expect(put('x'.repeat(201))).rejects.toThrow(InvalidArticle);
});
