import { expect, test } from 'vitest';
import { deleteArticle } from '../../src/articles/articles.ts';
import { listArticles } from '../../src/articles/list.ts';
import { listSources, separateSource } from '../../src/articles/sources.ts';
import { addFeed } from '../../src/feeds/feeds.ts';
import { fetchFeedNow } from '../../src/feeds/read-due.ts';
import { newsletter, rss } from '../articles/fixtures/newsroom.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { serve } from './fixtures/hostile-server.ts';

const { db } = await openFreshDatabase();
let count = 0;
const open = { allowPrivate: true, now: () => new Date() };

type Page = string | { head?: string; link?: string; to?: string; status?: number; text?: string };

/** A site with pages by their paths, and a newsletter that reads its feeds. */
async function site(pages: Record<string, Page>) {
  const server = await serve((request, response) => {
    const page = pages[request.url ?? ''];
    if (page === undefined) return response.writeHead(404).end();
    if (typeof page === 'string') return response.end(page);
    const { head = '', link, to, status = 200, text } = page;
    if (to) return response.writeHead(302, { location: to }).end();
    return response
      .writeHead(status, { 'content-type': 'text/html', ...(link ? { link } : {}) })
      .end(text ?? `<!doctype html><html><head>${head}</head><body>Words</body></html>`);
  });
  const slug = `site-${++count}`;
  await newsletter(db, slug);
  const read = async (path: string, entries: Parameters<typeof rss>[0], language = 'en') => {
    pages[path] = rss(entries, language);
    const known = await db
      .selectFrom('feeds')
      .select('id')
      .where('url', '=', server.url + path)
      .executeTakeFirst();
    const { id } =
      known ?? (await addFeed(db, { newsletter: slug, url: server.url + path }, new Date()));
    return fetchFeedNow(db, id, open);
  };
  const list = async () => (await listArticles(db, { newsletter: slug, limit: 100 })).data;
  const titles = async () => (await list()).map(({ title }) => title).sort();
  const asked = (path: string) => server.requests.filter((one) => one === path).length;
  // The same server by another name: a site of somebody else.
  const elsewhere = `http://localhost:${server.port}`;
  return {
    url: server.url,
    elsewhere,
    pages,
    read,
    list,
    titles,
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const canonical = (href: string) => `<link rel="canonical" href="${href}">`;

test('two addresses whose pages name the same one are one story, told as such and parted again', async () => {
  await using at = await site({
    '/a/1?x=1': { head: canonical('/fog') },
    '/b/99': { head: `<base href="/b/"><LINK REL='Canonical nofollow' HREF='../fog'>` },
  });
  const entry = { id: '1', title: 'Fog in the harbour', link: `${at.url}/a/1?x=1` };
  const copy = { id: '2', title: 'Harbour: fog', link: `${at.url}/b/99` };
  await at.read('/one', [entry]);
  expect(await at.read('/two', [copy])).toMatchObject({ joined: 1, added: 0 });
  const [article, ...others] = await at.list();
  expect([article?.title, others]).toEqual([entry.title, []]);
  const sources = await listSources(db, article?.id ?? '');
  expect(sources.map(({ joinedBy }) => joinedBy)).toEqual([null, 'canonical']);
  await separateSource(db, article?.id ?? '', sources[1]?.id ?? '');
  await at.read('/two', [copy]);
  expect(await at.titles()).toEqual([entry.title, copy.title]);
  expect([at.asked('/a/1?x=1'), at.asked('/b/99')]).toEqual([1, 1]);
});

test('an AMP page, a Link header and a redirect lead to the article that is there', async () => {
  await using at = await site({
    '/amp-pages/7': { head: `<html amp>${canonical('/tide')}` },
    '/pdf/7': { link: '</tide>; rel="canonical"; type="text/html", </x>; rel=next' },
    '/r/7': { to: '/tide?utm_source=r' },
    '/tide?utm_source=r': {},
  });
  await at.read('/one', [{ id: '1', title: 'Tide', link: `${at.url}/tide` }]);
  const copies = ['/amp-pages/7', '/pdf/7', '/r/7'];
  for (const [n, path] of copies.entries())
    await at.read(`/feed-${n}`, [{ id: 'x', title: `Copy ${n}`, link: at.url + path }]);
  expect(await at.titles()).toEqual(['Tide']);
});

test('the original that comes after its copy is what the article reads as', async () => {
  await using at = await site({});
  at.pages['/copy'] = { head: canonical(`${at.elsewhere}/original`) };
  await at.read('/copies', [{ id: '1', title: 'What an agency says', link: `${at.url}/copy` }]);
  const [before] = await at.list();
  await at.read('/originals', [
    { id: '1', title: 'What happened', link: `${at.elsewhere}/original`, text: 'In full.' },
  ]);
  const after = await at.list();
  expect(after).toMatchObject([
    { id: before?.id, title: 'What happened', url: `${at.elsewhere}/original` },
  ]);
  const sources = await listSources(db, after[0]?.id ?? '');
  expect(sources.map(({ title, joinedBy }) => [title, joinedBy])).toEqual([
    ['What happened', null],
    ['What an agency says', 'canonical'],
  ]);
  // and its copy does not write over it when it changes
  await at.read('/copies', [{ id: '1', title: 'What it says now', link: `${at.url}/copy` }]);
  expect(await at.titles()).toEqual(['What happened']);
});

test('a copy that an editor threw out takes no original of another site with it', async () => {
  await using at = await site({});
  at.pages['/copy'] = { head: canonical(`${at.elsewhere}/original`) };
  at.pages['/own-copy'] = { head: canonical('/own') };
  await at.read('/copies', [
    { id: '1', title: 'Copy', link: `${at.url}/copy` },
    { id: '2', title: 'Own copy', link: `${at.url}/own-copy` },
  ]);
  for (const { id } of await at.list()) await deleteArticle(db, id, new Date());
  await at.read('/originals', [
    { id: '1', title: 'Original', link: `${at.elsewhere}/original` },
    { id: '2', title: 'Own', link: `${at.url}/own` },
  ]);
  expect(await at.titles()).toEqual(['Original']);
});

test('two sites that name the same third address are not taken for each other', async () => {
  await using at = await site({});
  const third = canonical('http://192.0.2.7/story');
  at.pages['/mine'] = { head: third };
  at.pages['/theirs'] = { head: third };
  at.pages['/mine-too'] = { head: third };
  await at.read('/one', [{ id: '1', title: 'Mine', link: `${at.url}/mine` }]);
  await at.read('/two', [{ id: '1', title: 'Theirs', link: `${at.elsewhere}/theirs` }]);
  expect(await at.titles()).toEqual(['Mine', 'Theirs']);
  await at.read('/three', [{ id: '1', title: 'Mine, too', link: `${at.url}/mine-too` }]);
  expect(await at.titles()).toEqual(['Mine', 'Theirs']);
});

test('a template that gives all pages one address joins none, nor does the front page', async () => {
  await using at = await site({});
  const entries = (from: number, to: number, href: string) =>
    Array.from({ length: to - from }, (_, n) => {
      const path = `/s/${from + n}`;
      at.pages[path] = { head: canonical(href) };
      return { id: `${from + n}`, title: `Story ${from + n}`, link: at.url + path };
    });
  await at.read('/template', entries(0, 3, '/news'));
  await at.read('/template', entries(3, 4, '/news'));
  expect(await at.titles()).toHaveLength(4);
  await at.read('/other', [{ id: 'n', title: 'All news', link: `${at.url}/news` }]);
  expect(await at.titles()).toHaveLength(5);
  await at.read('/front', entries(10, 12, '/'));
  expect(await at.titles()).toHaveLength(7);
});

test('what robots.txt forbids is not read, what is not a page says nothing', async () => {
  await using at = await site({
    '/robots.txt': 'User-agent: *\nDisallow: /closed/\nAllow: /closed/open',
    '/closed/1': { head: canonical('/fog') },
    '/closed/open': { head: canonical('/fog') },
    '/gone': { status: 500, head: canonical('/fog') },
    '/late': { text: `<html><body>${canonical('/fog')}<p>` },
    '/empty': { text: '' },
    '/odd': { head: `${canonical('javascript:1')}${canonical('/fog')}` },
  });
  await at.read('/fogs', [{ id: '1', title: 'Fog', link: `${at.url}/fog` }]);
  const paths = ['/closed/1', '/gone', '/late', '/empty', '/odd'];
  await at.read(
    '/feed',
    paths.map((path) => ({ id: path, title: path, link: at.url + path })),
  );
  expect(await at.titles()).toEqual([...paths, 'Fog'].sort());
  expect([at.asked('/closed/1'), at.asked('/gone')]).toEqual([0, 1]);
  await at.read('/open', [{ id: 'o', title: 'Open', link: `${at.url}/closed/open` }]);
  expect(await at.titles()).not.toContain('Open');
});

test('a page names its translations, on its own site', async () => {
  await using at = await site({});
  const alternate = (language: string, href: string) =>
    `<link rel="alternate" hreflang="${language}" href="${href}">`;
  at.pages['/en/1'] = {
    head:
      ['x-default', 'en'].map((tag) => alternate(tag, '/en/1')).join('') + alternate('es', '/es/1'),
  };
  at.pages['/mine/es'] = { head: alternate('en', `${at.elsewhere}/theirs`) };
  await at.read('/en', [{ id: 'a', title: 'Fog', link: `${at.url}/en/1` }]);
  await at.read('/es', [{ id: 'b', title: 'Niebla', link: `${at.url}/es/1` }], 'es');
  await at.read('/other', [{ id: 'c', title: 'Tide', link: `${at.elsewhere}/theirs` }]);
  await at.read('/mine', [{ id: 'd', title: 'Marea', link: `${at.url}/mine/es` }], 'es');
  const rows = await db
    .selectFrom('articles')
    .select(['title', 'storyId'])
    .where(
      'id',
      'in',
      (await at.list()).map(({ id }) => id),
    )
    .execute();
  const story = Object.fromEntries(rows.map((row) => [row.title, row.storyId]));
  expect(story['Fog']).not.toBeNull();
  expect(story['Niebla']).toBe(story['Fog']);
  expect([story['Tide'], story['Marea']]).toEqual([null, null]);
});
