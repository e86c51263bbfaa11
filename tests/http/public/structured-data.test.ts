import { beforeAll, expect, test } from 'vitest';
import { languages } from '../../../src/locales/index.ts';
import { viewUrl } from '../../../src/subscribers/links.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { article, sentEdition } from './fixtures/editions.ts';
import { openSite, type Site } from './fixtures/site.ts';

// That these are things of schema.org with its properties is checked by the compiler (schema-dts).

let site: Site;
const origin = 'https://letters.example';
const lead = { url: '/p/0123456789abcdef0123456789abcdef.jpg', width: 1200, height: 675 };
const image = { url: 'https://news.example/a.jpg', alt: 'The "wall"', credit: null, lead };
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: origin });
  const { db } = site.context;
  const daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
  await sentEdition(db, daily.id, 1, [article('1', 'One language only')]);
  await sentEdition(db, daily.id, 2, [
    article('2', `</script><script>alert(1)</script> ${'long '.repeat(40)}`, { image, story: '2' }),
    article('3', 'El muelle cede', { story: '2', language: 'es' }),
  ]);
  await db
    .insertInto('pictureFiles')
    .values({
      hash: '0123456789abcdef0123456789abcdef',
      bytes: Buffer.alloc(1234),
      width: 1,
      height: 1,
    })
    .execute();
  await db
    .insertInto('earlierEditions')
    .values({
      newsletterId: daily.id,
      slug: 'the-first-number',
      title: 'The first number',
      html: '<p>How it began.</p>',
      summary: 'How it began.',
      language: 'en',
      publishedAt: new Date('2019-05-01T06:00:00Z'),
      sourceKey: 'one',
    })
    .execute();
  const members = await makeNewsletter(db, 'members', { title: 'Members', private: true });
  await sentEdition(db, members.id, 1, [article('8', 'For members')]);
});
const page = async (path: string) => (await site.get(path)).text();

interface Node {
  '@type': string;
  [property: string]: unknown;
}
/** What a page says of itself: each kind once. */
async function dataOf(path: string): Promise<Record<string, Node>> {
  const html = await page(path);
  const blocks = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)];
  expect(blocks).toHaveLength(1);
  const data = JSON.parse(blocks[0]?.[1] ?? '') as { '@context': string; '@graph': Node[] };
  expect(data['@context']).toBe('https://schema.org');
  return Object.fromEntries(data['@graph'].map((node) => [node['@type'], node]));
}
const alternatesIn = (html: string) =>
  [...html.matchAll(/<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">/g)].map(
    ([, code, href]) => [code, href],
  );

test('an edition is a news article with what search engines ask for', async () => {
  const { NewsArticle, BreadcrumbList } = await dataOf('/archive/daily/2?lang=en');
  expect(NewsArticle).toMatchObject({
    url: `${origin}/archive/daily/2?lang=en`,
    inLanguage: 'en',
    datePublished: '2026-11-02T07:00:00.000Z',
    image: [`${origin}${lead.url}`],
    author: [{ '@type': 'NewsMediaOrganization', url: `${origin}/` }],
    publisher: { '@type': 'NewsMediaOrganization' },
  });
  const { headline, dateModified, datePublished } = NewsArticle as Record<string, string>;
  expect(headline?.length).toBeLessThanOrEqual(110);
  expect(Date.parse(dateModified ?? '')).toBeGreaterThanOrEqual(Date.parse(datePublished ?? ''));
  expect(BreadcrumbList?.['itemListElement']).toMatchObject([
    { position: 1, item: `${origin}/archive` },
    { position: 2, item: `${origin}/archive/daily`, name: 'The Daily' },
    { position: 3, item: `${origin}/archive/daily/2?lang=en` },
  ]);
});

test('an earlier edition is one, too, and has the form of its newsletter', async () => {
  const path = '/archive/daily/earlier/the-first-number';
  const { NewsArticle, BreadcrumbList } = await dataOf(path);
  expect(NewsArticle).toMatchObject({
    url: origin + path,
    headline: 'The first number',
    datePublished: '2019-05-01T06:00:00.000Z',
    dateModified: '2019-05-01T06:00:00.000Z',
    author: [{ '@type': 'NewsMediaOrganization' }],
  });
  expect(BreadcrumbList?.['itemListElement']).toMatchObject([{}, { name: 'The Daily' }, {}]);
  expect(await page(path)).toContain('<input type="hidden" name="newsletter" value="daily">');
});

test('a list is a collection of its editions', async () => {
  const { CollectionPage, BreadcrumbList } = await dataOf('/archive/daily');
  expect(CollectionPage).toMatchObject({
    url: `${origin}/archive/daily`,
    mainEntity: {
      '@type': 'ItemList',
      itemListElement: [
        { position: 1, url: `${origin}/archive/daily/2` },
        { position: 2, url: `${origin}/archive/daily/1` },
        { position: 3, url: `${origin}/archive/daily/earlier/the-first-number` },
      ],
    },
  });
  expect(BreadcrumbList).toBeDefined();
});

test.each(['/', '/archive', '/archive/daily/2'])(
  'of %s, hreflang names the languages that there are, each leading to the others',
  async (path) => {
    const expected = [
      ['en', `${origin}${path}?lang=en`],
      ['es', `${origin}${path}?lang=es`],
      ['x-default', `${origin}${path}`],
    ];
    expect(alternatesIn(await page(path))).toEqual(expected);
    for (const [code, href = ''] of expected) {
      expect([...languages, 'x-default']).toContain(code);
      const other = await page(href.slice(origin.length));
      expect(alternatesIn(other)).toEqual(expected);
      expect(other).toContain(`<link rel="canonical" href="${href}">`);
    }
  },
);

test('of what there is in one language alone, hreflang says nothing', async () => {
  const one = await page('/archive/daily/1?lang=es');
  expect(alternatesIn(one)).toEqual([]);
  expect(one).toContain(`<link rel="canonical" href="${origin}/archive/daily/1">`);
  expect(alternatesIn(await page('/archive/daily'))).toEqual([]);
});

test('lists have a picture for those who share them', async () => {
  for (const path of ['/?lang=en', '/archive', '/archive/daily', '/archive/daily/2?lang=en']) {
    const html = await page(path);
    expect(html).toContain(`<meta property="og:image" content="${origin}${lead.url}">`);
    expect(html).toContain('<meta property="og:image:height" content="675">');
    expect(html).toContain('<meta property="og:image:alt" content="The &quot;wall&quot;">');
  }
});

test('of a private edition nothing is said', async () => {
  const id = (
    await site.context.db
      .selectFrom('editions')
      .innerJoin('newsletters', 'newsletters.id', 'editions.newsletterId')
      .select('editions.id')
      .where('slug', '=', 'members')
      .executeTakeFirstOrThrow()
  ).id;
  const maker = { publicUrl: '', tokens: site.context.tokens };
  const html = await page(viewUrl(maker, { slug: 'members', private: true }, { id, number: 1 }));
  expect(html).toContain('For members');
  for (const said of [
    'ld+json',
    'canonical',
    'hreflang="x-default"',
    'og:',
    'data-share',
    'name="email"',
  ])
    expect(html).not.toContain(said);
});

test('the feed says what RFC 4287 asks of it, and has the pictures', async () => {
  const xml = await page('/archive/daily/feed.xml');
  const entries = [...xml.matchAll(/<entry>(.*?)<\/entry>/gs)].map(([, entry = '']) => entry);
  expect(entries).toHaveLength(3);
  const one = (text: string, name: string) => {
    const all = [...text.matchAll(new RegExp(`<${name}[^>]*>(.*?)</${name}>`, 'gs'))];
    expect(all, name).toHaveLength(1);
    return all[0]?.[1] ?? '';
  };
  const head = xml.replaceAll(/<entry>.*?<\/entry>/gs, '');
  const updated = Date.parse(one(head, 'updated'));
  for (const name of ['id', 'title', 'author']) one(head, name);
  const ids = entries.map((entry) => one(entry, 'id'));
  expect(new Set(ids).size).toBe(3);
  expect(head).toContain(
    `<link rel="self" type="application/atom+xml" href="${origin}/archive/daily/feed.xml"/>`,
  );
  expect(xml).toContain('xml:lang="en"');
  for (const entry of entries) {
    for (const name of ['title', 'summary', 'content']) one(entry, name);
    const changed = Date.parse(one(entry, 'updated'));
    expect(changed).toBeGreaterThanOrEqual(Date.parse(one(entry, 'published')));
    expect(updated).toBeGreaterThanOrEqual(changed);
    expect(entry).toMatch(/<link rel="alternate" type="text\/html" href="https:/);
  }
  expect(entries[0]).toContain(
    `<link rel="enclosure" type="image/jpeg" length="1234" href="${origin}${lead.url}"/>`,
  );
  expect(entries[0]).toContain(`&lt;img src=&quot;${origin}${lead.url}&quot;`);
});

test('what goes by the hour is never updated before it was published', async () => {
  const { db } = site.context;
  // frozen a moment before the hour that it counts from
  await db
    .updateTable('revisions')
    .set({ createdAt: '2026-11-01T06:59:30Z' })
    .where('editionId', 'in', (eb) =>
      eb.selectFrom('editions').select('id').where('number', '=', 1),
    )
    .execute();
  const { NewsArticle } = await dataOf('/archive/daily/1');
  expect(NewsArticle?.['dateModified']).toBe('2026-11-01T07:00:00.000Z');
});
