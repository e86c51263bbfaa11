import { beforeAll, describe, expect, test } from 'vitest';
import { readFeed } from '../../../src/feeds/parse/parse-feed.ts';
import { viewUrl } from '../../../src/subscribers/links.ts';
import { type MadeNewsletter, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { article, sentEdition } from './fixtures/editions.ts';
import { openSite, type Site } from './fixtures/site.ts';

let site: Site;
let daily: MadeNewsletter;
let secretEdition: string;
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: 'https://letters.example' });
  const { db } = site.context;
  daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
  const image = { url: 'https://news.example/harbour.jpg', alt: 'The harbour', credit: 'L. Paz' };
  await sentEdition(db, daily.id, 1, [article('1', 'The bridge opens')]);
  await sentEdition(
    db,
    daily.id,
    2,
    [
      article('2', 'Harbour wall gives way', { image, story: '2' }),
      article('3', 'El muelle cede', { story: '2', language: 'es' }),
      article('4', '</script><script>alert(1)</script> & \u0008 more', { section: 'updates' }),
      article('5', 'javascript link', { url: 'javascript:alert(1)', section: 'updates' }),
    ],
    {
      introduction:
        'Good **morning**. <b>raw</b> [in](javascript:alert(1)) [out](https://x.example)',
    },
  );
  await sentEdition(db, daily.id, 3, [article('6', 'Not yet')], { state: 'draft' });
  await sentEdition(db, daily.id, 4, [article('7', 'Withdrawn')], { state: 'cancelled' });
  await db
    .updateTable('newsletters')
    .set({ colour: '#00695c' })
    .where('slug', '=', 'daily')
    .execute();
  const members = await makeNewsletter(db, 'members', { title: 'Members', private: true });
  secretEdition = await sentEdition(db, members.id, 1, [article('8', 'For members')]);
});

describe('the archive', () => {
  test('lists what was sent, and nothing that was not or is private', async () => {
    for (const path of ['/archive', '/archive/daily']) {
      const html = await (await site.get(path)).text();
      expect(html).toContain('Harbour wall gives way');
      expect(html).toContain('The bridge opens');
      expect(html).not.toContain('Not yet');
      expect(html).not.toContain('Withdrawn');
      expect(html).not.toContain('Members');
    }
    expect((await site.get('/archive/members')).status).toBe(404);
    expect((await site.get('/archive/nope')).status).toBe(404);
  });

  test('shows an edition as a page of its own, in the reader’s language', async () => {
    const answer = await site.get('/archive/daily/2', { 'Accept-Language': 'en' });
    expect(answer.status).toBe(200);
    const html = await answer.text();
    expect(html).toContain('<link rel="canonical" href="https://letters.example/archive/daily/2">');
    expect(html).toContain('property="og:image" content="https://news.example/harbour.jpg"');
    expect(html).toContain('property="og:title" content="The Daily: Harbour wall gives way"');
    expect(html).toContain('href="https://news.example/2?utm_source=daily"');
    expect(html).toContain('L. Paz');
    expect(html).toContain('<strong>morning</strong>');
    expect(html).toContain('rel="prev"');
    expect(html).not.toContain('<table');
    const spanish = await (await site.get('/archive/daily/2?lang=es')).text();
    expect(spanish).toContain('El muelle cede');
    expect(spanish).not.toContain('Harbour wall gives way');
    expect(spanish).toContain('<html lang="es"');
  });

  test('shows markup of an article or an editor as text, and follows no script address', async () => {
    const html = await (await site.get('/archive/daily/2')).text();
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<b>raw</b>');
    expect(html).toContain('&lt;b&gt;raw');
    expect(html).not.toContain('javascript:alert');
    expect(html).toContain('href="https://x.example/"');
  });

  test.each(['3', '99', '0', '-1', '1e3', '999999999999', 'x', '%00'])(
    'has no edition %s',
    async (number) => {
      expect((await site.get(`/archive/daily/${number}`)).status).toBe(404);
    },
  );

  test('still opens a cancelled edition to who got it before', async () => {
    expect((await site.get('/archive/daily/4')).status).toBe(200);
  });

  test('tells of a correction', async () => {
    const { db } = site.context;
    const id = await sentEdition(db, daily.id, 5, [article('9', 'Eleven boats')]);
    const { content } = await db
      .selectFrom('revisions')
      .select('content')
      .where('editionId', '=', id)
      .executeTakeFirstOrThrow();
    const corrected = JSON.stringify(content).replaceAll('Eleven boats', 'Twelve boats');
    await db
      .insertInto('revisions')
      .values({ editionId: id, number: 2, content: corrected, createdAt: '2026-11-05T09:30:00Z' })
      .execute();
    await db.updateTable('editions').set({ revision: 2 }).where('id', '=', id).execute();
    const html = await (await site.get('/archive/daily/5?lang=en')).text();
    expect(html).toContain('Twelve boats');
    expect(html).not.toContain('Eleven boats');
    expect(html).toContain('Corrected on 5 November 2026 at 10:30 CET');
  });

  test('opens a private edition by the link of its messages alone', async () => {
    const maker = { publicUrl: '', tokens: site.context.tokens };
    const newsletter = { slug: 'members', private: true };
    const url = viewUrl(maker, newsletter, { id: secretEdition, number: 1 });
    const answer = await site.get(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(await answer.text()).toContain('For members');
    for (const path of [
      '/archive/members/1',
      '/archive/members/1?token=x',
      viewUrl(maker, newsletter, { id: '999', number: 1 }),
    ])
      expect((await site.get(path)).status).toBe(404);
  });
});

describe('the colour', () => {
  const sheet = async (query: string) => (await site.get(`/theme.css?${query}`)).text();

  test('is a newsletter’s own on its pages, by a sheet whose address changes with it', async () => {
    const html = async (path: string) => (await site.get(path)).text();
    const [, own = ''] =
      /href="(\/theme\.css\?newsletter=daily&v=\w{8})"/.exec(
        (await html('/archive/daily')).replaceAll('&amp;', '&'),
      ) ?? [];
    const answer = await site.get(own);
    expect(answer.headers.get('content-type')).toMatch(/^text\/css/);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(await answer.text()).toContain('--button:#00695c');
    for (const path of ['/archive/daily/1', '/?newsletter=daily', '/embed?newsletter=daily'])
      expect((await html(path)).replaceAll('&amp;', '&'), path).toContain(`"${own}"`);
    expect(await html('/archive')).toMatch(/"\/theme\.css\?v=\w{8}"/);
  });

  test('is the newsroom’s where none is, or none may be known', async () => {
    const newsrooms = await sheet('');
    expect(newsrooms).not.toContain('#00695c');
    for (const query of [
      'newsletter=nope',
      'newsletter=members',
      'newsletter=daily&newsletter=x',
      'newsletter[]=daily',
      'newsletter=}body{display:none',
    ])
      expect(await sheet(query), query).toBe(newsrooms);
  });
});

describe('for machines', () => {
  test('the feed is Atom that our own reader and an XML parser understand', async () => {
    const answer = await site.get('/archive/daily/feed.xml');
    expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString();
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).toContain('<id>https://letters.example/archive/daily</id>');
    expect(text).not.toContain('Withdrawn');
    const feed = readFeed(bytes, {
      contentType: 'application/atom+xml',
      url: 'https://letters.example',
    });
    expect(feed.items.map((item) => item.link)).toEqual([
      'https://letters.example/archive/daily/5',
      'https://letters.example/archive/daily/2',
      'https://letters.example/archive/daily/1',
    ]);
    expect((await site.get('/archive/members/feed.xml')).status).toBe(404);
  });

  test('the sitemap names public editions, and robots are kept from tokens', async () => {
    const sitemap = await (await site.get('/sitemap.xml')).text();
    expect(sitemap).toContain('<loc>https://letters.example/archive/daily/2</loc>');
    expect(sitemap).not.toContain('members');
    const robots = await (await site.get('/robots.txt')).text();
    expect(robots).toContain('Disallow: /unsubscribe/');
    expect(robots).toContain('Sitemap: https://letters.example/sitemap.xml');
  });
});
