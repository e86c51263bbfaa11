import { expect, test } from 'vitest';
import { createArticle, deleteArticle, updateArticle } from '../../src/articles/articles.ts';
import { ArticleExists, ArticleNotFound, InvalidArticle } from '../../src/articles/errors.ts';
import { getArticle, listArticles } from '../../src/articles/list.ts';
import { listSources } from '../../src/articles/sources.ts';
import { NewsletterNotFound } from '../../src/newsletters/errors.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
await newsletter(db, 'daily');
const now = new Date('2026-03-01T07:00:00Z');
const create = (fields: object) =>
  createArticle(
    db,
    { newsletter: 'daily', title: 'Fog', url: 'https://port.example/', ...fields },
    now,
  );

test('an article is written by hand, changed and removed', async () => {
  const article = await create({
    title: '  The lighthouse\n listens ',
    standfirst: 'A year of fog.',
    url: 'https://port.example/lighthouse',
    section: 'updates',
    author: 'Ines Caldera',
    language: 'es_mx',
    image: { url: 'https://port.example/l.jpg', alt: 'A lighthouse' },
    publishedAt: '2026-02-28T10:00:00+01:00',
  });
  expect(article).toEqual({
    id: article.id,
    title: 'The lighthouse listens',
    standfirst: 'A year of fog.',
    url: 'https://port.example/lighthouse',
    image: { url: 'https://port.example/l.jpg', alt: 'A lighthouse', credit: null },
    author: 'Ines Caldera',
    section: 'updates',
    language: 'es-MX',
    publishedAt: new Date('2026-02-28T09:00:00Z'),
    feed: null,
    externalId: null,
    updatedAt: now,
    withdrawnAt: null,
  });
  const changed = await updateArticle(db, article.id, { section: 'news', image: null }, now);
  expect(changed).toEqual({ ...article, section: 'news', image: null });
  await deleteArticle(db, article.id, now);
  await expect(getArticle(db, article.id)).rejects.toThrow(ArticleNotFound);
  await expect(updateArticle(db, article.id, { title: 'x' }, now)).rejects.toThrow(ArticleNotFound);
});

test('without a time it is of now, and one address is one article', async () => {
  const url = 'https://port.example/once';
  const article = await create({ url });
  expect(article.publishedAt).toEqual(now);
  await expect(create({ url: `${url}/?utm_source=mail` })).rejects.toThrow(ArticleExists);
  await expect(create({ url })).rejects.toThrow(new RegExp(`Article ${article.id}`));
});

test('an address that another newsletter has is one article in both', async () => {
  await newsletter(db, 'evening');
  const url = 'https://port.example/shared';
  const article = await create({ url, title: 'As the daily says', section: 'news' });
  const again = { url: `${url}?utm_source=x`, title: 'As the evening says', section: 'updates' };
  const shared = await create({ ...again, newsletter: 'evening' });
  expect(shared).toEqual({ ...article, section: 'updates' });
  const list = async (slug: string) =>
    (await listArticles(db, { newsletter: slug, limit: 1 })).data[0];
  expect(await list('evening')).toEqual(shared);
  expect(await list('daily')).toEqual(article);
  expect((await listSources(db, article.id)).map(({ joinedBy }) => joinedBy)).toEqual([
    null,
    'url',
  ]);
  await expect(create({ ...again, newsletter: 'evening' })).rejects.toThrow(ArticleExists);
});

test('all that is wrong is said at once', async () => {
  const wrong = create({
    title: ' ',
    url: 'javascript:alert(1)',
    standfirst: 'x'.repeat(301),
    language: 'no language',
    image: { url: 'data:image/png;base64,AA' },
    publishedAt: 'yesterday',
    colour: 'red',
  });
  await expect(wrong).rejects.toThrow(InvalidArticle);
  await expect(wrong).rejects.toMatchObject({
    errors: expect.arrayContaining(
      ['/title', '/url', '/standfirst', '/language', '/image/url', '/publishedAt', '/colour'].map(
        (pointer) => expect.objectContaining({ pointer }),
      ),
    ),
  });
  await expect(create({ section: 'sport' })).rejects.toThrow(/has no section "sport"/);
  await expect(create({ newsletter: 'none' })).rejects.toThrow(NewsletterNotFound);
});

test('articles are listed newest first, in pages', async () => {
  for (const n of [1, 2, 3])
    await create({ title: `Page ${n}`, url: `https://port.example/p${n}` });
  const first = await listArticles(db, { newsletter: 'daily', limit: 2 });
  expect(first.data.map(({ title }) => title)).toEqual(['Page 3', 'Page 2']);
  const next = await listArticles(db, { limit: 1, after: first.next ?? '' });
  expect(next.data.map(({ title }) => title)).toEqual(['Page 1']);
  expect((await listArticles(db, { newsletter: 'none', limit: 2 })).data).toEqual([]);
});
