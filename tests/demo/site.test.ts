import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoSite, startSite } from '../../demo/site.ts';
import { readFeed } from '../../src/feeds/parse/parse-feed.ts';

const publicUrl = 'http://localhost:3999';
let site: DemoSite;
beforeAll(async () => {
  site = await startSite({ publicUrl });
});
afterAll(() => site.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(path.startsWith('http') ? path : site.url + path, {
    headers,
    redirect: 'manual',
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function read(path: string) {
  const url = path.startsWith('http') ? path : site.url + path;
  return readFeed(Buffer.from((await get(url)).body), { url });
}

test('six section feeds hold the articles that the whole feed has, in each language', async () => {
  expect(site.feeds).toHaveLength(6);
  for (const language of ['en', 'es'] as const) {
    const whole = await read(`/feed.${language}.xml`);
    expect(whole.items).toHaveLength(10);
    const links = new Set<string | null>();
    for (const { url } of site.feeds.filter((feed) => feed.language === language)) {
      const { items } = await read(url);
      expect(items.length).toBeGreaterThanOrEqual(3);
      for (const item of items) links.add(item.link);
    }
    expect(links).toEqual(new Set(whole.items.map((item) => item.link)));
  }
});

test('articles are of the last 20 hours, with a short plain standfirst and a credited picture', async () => {
  for (const path of ['/feed.en.xml', '/feed.es.xml']) {
    const { items } = await read(path);
    const times = items.map(({ published }) => Date.parse(published ?? ''));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - 20 * 3_600_000);
    for (const { title, standfirst, author, image, translations } of items) {
      expect(translations).toHaveLength(1);
      expect(title).toBeTruthy();
      expect(author).toBeTruthy();
      expect(standfirst?.length).toBeGreaterThan(60);
      expect(standfirst?.length).toBeLessThanOrEqual(300);
      expect(standfirst).toMatch(/\.$/); // whole, not cut
      expect(image?.credit).toMatch(/Harbour Post|Faro del Puerto/);
      expect(image?.alt).toBeTruthy();
      const response = await fetch(image?.url ?? '');
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
      expect(bytes.length).toBeLessThanOrEqual(40_000);
    }
  }
});

test('the Atom feed says the same as the RSS feed', async () => {
  for (const language of ['en', 'es']) {
    const [atom, rss] = [await read(`/atom.${language}.xml`), await read(`/feed.${language}.xml`)];
    const told = ({ items }: typeof rss) =>
      items.map((item) => [
        item.link,
        item.title,
        item.standfirst,
        item.author,
        item.image?.url,
        item.translations,
      ]);
    expect(told(atom)).toEqual(told(rss));
  }
});

test('a feed that has not changed is answered with 304', async () => {
  const first = await get('/en/news.xml');
  const etag = first.headers.get('etag') ?? '';
  expect(etag).not.toBe('');
  // not by fetch, which asks for a fresh answer when it is given such a header
  const again = await request(`${site.url}/en/news.xml`, { headers: { 'if-none-match': etag } });
  await again.body.dump();
  expect(again.statusCode).toBe(304);
});

test('each article page names its translation and ends with the form of its language', async () => {
  const links: string[] = [];
  for (const path of ['/feed.en.xml', '/feed.es.xml']) {
    links.push(...(await read(path)).items.map(({ link }) => link ?? ''));
  }
  for (const link of links) {
    const { status, body } = await get(link);
    expect(status).toBe(200);
    const spanish = link.includes('/es/');
    expect(body).toContain(`<html lang="${spanish ? 'es' : 'en'}">`);
    const other = body.match(`hreflang="${spanish ? 'en' : 'es'}" href="(http[^"]+)"`)?.[1] ?? '';
    const back = await get(other);
    expect(back.body).toContain(`hreflang="${spanish ? 'es' : 'en'}" href="${link}"`);
    for (const name of ['og:title', 'og:description', 'og:image', 'og:url']) {
      expect(body).toContain(`<meta property="${name}"`);
    }
    const newsletter = spanish ? 'diario' : 'daily';
    expect(body).toContain(
      `<script src="${publicUrl}/embed.js" data-newsletter="${newsletter}" async></script>`,
    );
    expect(body).toMatch(spanish ? /Suscríbete gratis a nuestro/ : /Subscribe free to our daily/);
  }
});

test('front pages, by choice of language; strange addresses are not found', async () => {
  expect((await get('/', { 'accept-language': 'es-MX,en;q=0.5' })).headers.get('location')).toBe(
    '/es/',
  );
  expect((await get('/', { 'accept-language': 'de' })).headers.get('location')).toBe('/en/');
  expect((await get('/es/')).body).toContain('El ferry nocturno vuelve');
  expect((await get('/en/special-reports')).body).not.toContain('Night ferry');
  expect((await get('/special/lighthouse')).body).toContain('learned to listen');
  for (const path of [
    '/en/none',
    '/pictures/..%2fsite.ts',
    '/pictures/none.jpg',
    '/views/rss.eta',
  ]) {
    expect((await get(path)).status).toBe(404);
  }
});

test('without an address of Gaceta there is no script', async () => {
  const plain = await startSite();
  const body = await (await fetch(`${plain.url}/en/news/night-ferry-returns`)).text();
  expect(body).not.toContain('<script');
  expect(body).toContain('Subscribe free to our daily newsletter');
  await plain.close();
  await plain.close();
});
