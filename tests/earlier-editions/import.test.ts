import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importEarlierEditions } from '../../src/actions/earlier-editions.ts';
import { readFeed } from '../../src/feeds/parse/parse-feed.ts';
import { zipOf } from '../harness/zip.ts';
import { article, sentEdition } from '../http/public/fixtures/editions.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';

let site: Site;
const folder = await mkdtemp(path.join(tmpdir(), 'gaceta-old-'));
const now = new Date('2026-11-24T12:00:00Z');

beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: 'https://letters.example' });
  for (const slug of ['ghost', 'substack', 'mailchimp', 'pages', 'feed'])
    await makeNewsletter(site.context.db, slug, { title: slug });
  await makeNewsletter(site.context.db, 'secret', { private: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = async (name: string, content: string | Buffer) => {
  const place = path.join(folder, name);
  await writeFile(place, content);
  return place;
};
const bring = (slug: string, place: string, options: { dryRun?: boolean; site?: string } = {}) =>
  importEarlierEditions(site.context.db, { actor: { kind: 'cli' }, scope: null }, slug, place, {
    ...options,
    now,
  });
const page = async (address: string) => {
  const answer = await site.get(address);
  return { status: answer.status, html: await answer.text() };
};

const hostile = `<p onclick="steal()">Budget <b>passes</b> <a href="javascript:alert(1)">now</a></p>
<script>alert(1)</script><iframe src="https://evil.example"></iframe><form action="/subscribe"><input name="email"></form>
<img src="https://count.example/open.gif" width="1" height="1"><img src="/harbour.jpg" onerror="alert(1)" alt="The harbour">
<img src="https://count.example/a?1" style="width:1px; height:1px"><img src="https://count.example/a?2" width="1px"><img src="https://count.example/a?3" height="0">
<img src="/mast.jpg" width="200" style="max-width:100%;border-width:1px" alt="The mast"><a href="/about">About us</a><style>p{color:red}</style><h1>In full</h1><svg onload="alert(1)"></svg>`;

const ghost = (title = 'The budget passes') =>
  JSON.stringify({
    db: [
      {
        meta: { version: '5.80.0' },
        data: {
          posts: [
            {
              id: '65f',
              title,
              slug: 'the-budget-passes',
              html: hostile,
              status: 'published',
              type: 'post',
              visibility: 'public',
              published_at: '2024-03-01T06:00:00.000Z',
            },
            {
              id: '66a',
              title: 'Sent only',
              slug: 'sent-only',
              html: '<p>By mail</p>',
              status: 'sent',
              type: 'post',
              visibility: 'public',
              published_at: '2024-03-02T06:00:00.000Z',
            },
            {
              id: '66b',
              title: 'Draft',
              slug: 'draft',
              html: '<p>x</p>',
              status: 'draft',
              type: 'post',
            },
            {
              id: '66c',
              title: 'Members',
              slug: 'm',
              html: '<p>x</p>',
              status: 'published',
              type: 'post',
              visibility: 'paid',
              published_at: '2024-03-02T06:00:00.000Z',
            },
            {
              id: '66d',
              title: 'About',
              slug: 'about',
              html: '<p>x</p>',
              status: 'published',
              type: 'page',
            },
          ],
          settings: [{ key: 'locale', value: 'es' }],
        },
      },
    ],
  });

describe('an archive of Ghost', () => {
  test('comes along once, cleaned, with its date, its language and a way from its old address', async () => {
    const file = await fileOf('ghost.json', ghost());
    const options = { site: 'https://old.example' };
    expect(await bring('ghost', file, { ...options, dryRun: true })).toMatchObject({ added: 2 });
    expect(await bring('ghost', file, options)).toEqual({
      format: 'ghost',
      added: 2,
      changed: 0,
      same: 0,
      leftOut: [
        { name: 'Draft', reason: 'draft' },
        { name: 'Members', reason: 'members' },
      ],
      leftOutCount: 2,
    });
    const old = await site.get('/the-budget-passes/?utm_source=mail');
    expect(old.status).toBe(301);
    const place = '/archive/ghost/earlier/2024-03-01-the-budget-passes';
    expect(old.headers.get('location')).toBe(`https://letters.example${place}`);
    const { status, html } = await page(place);
    expect(status).toBe(200);
    expect(html).toContain('<b>passes</b>');
    expect(html).toContain('src="https://old.example/harbour.jpg"');
    expect(html).toContain('href="https://old.example/about"');
    expect(html).toContain('1 de marzo de 2024');
    expect(html).toContain('<h2>In full</h2>');
    for (const gone of ['alert(1)', 'steal', 'iframe', 'count.example', 'color:red', '<svg'])
      expect(html).not.toContain(gone);
    const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"/g)].map(([, action]) => action);
    expect(forms).toEqual(['/subscribe']);
    expect(html.match(/<form/g)).toHaveLength(1);

    expect(await bring('ghost', file, options)).toMatchObject({ added: 0, changed: 0, same: 2 });
    const again = await fileOf('ghost.json', ghost('The budget passes at last'));
    expect(await bring('ghost', again, options)).toMatchObject({ added: 0, changed: 1, same: 1 });
    // its address stays
    expect((await page(place)).html).toContain('at last');
  });
});

test('Substack: posts of its ZIP, without what only some could read, and without its readers', async () => {
  const zip = zipOf({
    'posts.csv': [
      'post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url',
      '101.harbour-wall,2023-05-01T06:00:00.000Z,true,2023-05-01T06:00:00.000Z,,newsletter,everyone,"Harbour wall, gone",What we know,',
      '102.paid,2023-05-02T06:00:00.000Z,true,,,newsletter,only_paid,Paid,,',
      '103.draft,,false,,,newsletter,everyone,Draft,,',
    ].join('\n'),
    'posts/101.harbour-wall.html': '<p>It gave way at 04:10.</p>',
    'posts/101.delivers.csv': 'post_id,timestamp,email\n101,2023,reader@example.org',
    'posts/102.paid.html': '<p>secret</p>',
    'email_list.csv': 'email\nreader@example.org',
  });
  const done = await bring('substack', await fileOf('substack.zip', zip));
  expect(done).toMatchObject({ format: 'substack', added: 1, leftOutCount: 2 });
  const { html } = await page('/archive/substack/earlier/2023-05-01-harbour-wall-gone');
  expect(html).toContain('It gave way at 04:10.');
  expect((await site.get('/p/harbour-wall')).status).toBe(301);
});

test('Mailchimp: campaigns of its ZIP, dated by its list, without what was one reader’s', async () => {
  const campaign = `<!doctype html><html lang="en"><head><title>Ferry strike | week two</title><style>td{}</style></head><body>
    <div style="display:none">Preview words</div><table cellpadding="0" role="presentation"><tr><td>
    <a href="https://mailchi.mp/news/ferry?e=READER" target="_blank">View this email in your browser</a></td></tr>
    <tr><td><h1>Ferry strike</h1><p>No boats *|FNAME|* until Monday.</p>
    <a href="https://news.us1.list-manage.com/track/click?u=abc&id=def&e=READER">More</a></td></tr></table>
    <a href="https://news.us1.list-manage.com/unsubscribe?u=abc&id=def&e=READER">Unsubscribe</a>
    <img src="https://news.us1.list-manage.com/track/open.php?u=abc&id=def&e=READER" height="1" width="1"></body></html>`;
  const zip = zipOf({
    'campaigns.csv':
      'Title,Subject,List,Send Date\nferry two,Ferry strike | week two,News,"Feb 12, 2024 07:00 am"',
    'campaigns_content/991_ferry-two.html': campaign,
    'campaigns_content/991_ferry-two.txt': 'No boats',
    'lists/members.csv': 'Email Address\nreader@example.org',
  });
  const done = await bring('mailchimp', await fileOf('mailchimp.zip', zip));
  expect(done).toMatchObject({ format: 'mailchimp', added: 1, leftOut: [] });
  const { html } = await page('/archive/mailchimp/earlier/2024-02-12-ferry-strike-week-two');
  expect(html).toContain('No boats  until Monday.');
  expect(html).toContain('track/click?u=abc&amp;id=def"');
  for (const gone of ['READER', 'Preview words', 'Unsubscribe<', 'open.php', 'FNAME', '<table'])
    expect(html).not.toContain(gone);
  expect((await site.get('/news/ferry')).status).toBe(301);
});

describe('pages of HTML', () => {
  test('come from a folder, by canonical address, date and title of each', async () => {
    const place = path.join(folder, 'pages');
    await mkdir(path.join(place, 'sub'), { recursive: true });
    const head = (address: string) => `<link rel="canonical" href="${address}">`;
    await writeFile(
      path.join(place, '2022-01-05-tide.html'),
      `<html lang="ar" dir="rtl">${head('https://us1.campaign-archive.com/?u=abc&id=d1')}<title>المد &amp; the tide</title><p>مرحبا</p></html>`,
    );
    await writeFile(
      path.join(place, 'sub', 'other.html'),
      `${head('https://old.example/console')}<meta property="article:published_time" content="2022-02-01T10:00:00Z"><title>Console</title><p>Text</p>`,
    );
    await writeFile(path.join(place, 'undated.html'), '<title>When?</title><p>Text</p>');
    const done = await bring('pages', place);
    expect(done).toMatchObject({ format: 'html', added: 2, leftOut: [{ reason: 'undated' }] });
    const old = await site.get('/?u=abc&id=d1&e=READER');
    expect(old.status).toBe(301);
    expect(old.headers.get('location')).toContain('/archive/pages/earlier/2022-01-05-');
    const { html } = await page('/archive/pages/earlier/2022-01-05-the-tide');
    expect(html).toContain('lang="ar" dir="rtl"');
    // an address of ours is never one of another service
    expect((await site.get('/?u=abc&id=other')).status).toBe(200);
    expect((await site.get('/console')).headers.get('location') ?? '').not.toContain('earlier');
  });

  test('a ZIP that says less than it holds, or holds too much, is refused in parts or whole', async () => {
    const large = zipOf({
      '2022-01-05-a.html': '<p>a</p>'.repeat(300_000),
      '2022-01-06-b.html': '<p>b</p>',
    });
    expect(await bring('pages', await fileOf('large.zip', large))).toMatchObject({
      added: 1,
      leftOut: [{ name: '2022-01-05-a.html', reason: 'large' }],
    });
    const lying = zipOf({ '2022-01-07-c.html': '<p>c</p>'.repeat(300_000) }, 10);
    const damaged = await bring('pages', await fileOf('lying.zip', lying));
    expect(damaged).toMatchObject({ added: 0, leftOutCount: 1 });
    const nothing = fileOf('noise.zip', Buffer.from('PK\u0003\u0004 and no more'));
    await expect(bring('pages', await nothing)).rejects.toThrow('damaged');
    await expect(bring('pages', await fileOf('noise.bin', 'hello'))).rejects.toThrow('no export');
  });
});

test('a feed: all that its entries hold', async () => {
  const rss = `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Old</title>
    <language>en</language><link>https://old.example/</link>
    <item><title>Lighthouse</title><link>https://old.example/2021/lighthouse?p=7</link><guid>7</guid>
    <pubDate>Mon, 04 Jan 2021 07:00:00 GMT</pubDate><description>Short</description>
    <content:encoded><![CDATA[<p>The lamp is <em>out</em>, and has been since the storm.</p><script>alert(1)</script>]]></content:encoded></item>
    </channel></rss>`;
  const done = await bring('feed', await fileOf('feed.xml', rss));
  expect(done).toMatchObject({ format: 'feed', added: 1 });
  const { html } = await page('/archive/feed/earlier/2021-01-04-lighthouse');
  expect(html).toContain('<em>out</em>');
  expect((await site.get('/2021/lighthouse?p=7')).status).toBe(301);
});

test('what stands twice in an export is told, and the first of them comes along', async () => {
  const item = (title: string) =>
    `<item><title>${title}</title><link>https://old.example/twice</link><pubDate>Tue, 05 Jan 2021 07:00:00 GMT</pubDate><description>${title} it is.</description></item>`;
  const rss = `<rss version="2.0"><channel><title>Old</title><link>https://old.example/</link>${item('Ebb')}${item('Flood')}</channel></rss>`;
  const done = await bring('feed', await fileOf('twice.xml', rss));
  expect(done).toMatchObject({ added: 1, leftOut: [{ name: 'Flood', reason: 'twice' }] });
  expect((await page('/archive/feed/earlier/2021-01-05-ebb')).html).toContain('Ebb it is.');
});

test('they stand in list, feed and sitemap beside our own, by date', async () => {
  const { db } = site.context;
  const own = await makeNewsletter(db, 'own', { title: 'Own' });
  await sentEdition(db, own.id, 1, [article('1', 'Made here')]);
  await bring('own', await fileOf('own.json', ghost()));
  const list = (await page('/archive/own')).html;
  expect(list.indexOf('Made here')).toBeLessThan(list.indexOf('Sent only'));
  expect(list.indexOf('Sent only')).toBeLessThan(list.indexOf('The budget passes'));
  expect((await page('/archive')).html).toContain('The budget passes');
  const xml = Buffer.from(await (await site.get('/archive/own/feed.xml')).arrayBuffer());
  expect(readFeed(xml).items.map(({ title }) => title)).toEqual([
    'Own: Made here',
    'Sent only',
    'The budget passes',
  ]);
  expect((await page('/sitemap.xml')).html).toContain('/archive/own/earlier/2024-03-01-');
  // a private newsletter shows none of it
  await bring(
    'secret',
    await fileOf('secret.json', ghost('Secret').replaceAll('the-budget', 'hidden')),
  );
  expect((await site.get('/archive/secret/earlier/2024-03-01-secret')).status).toBe(404);
  expect((await site.get('/hidden-passes/')).status).toBe(404);
});
