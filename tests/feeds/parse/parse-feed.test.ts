import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FeedTooLarge, NotAFeed } from '../../../src/feeds/errors.ts';
import { readFeed } from '../../../src/feeds/parse/parse-feed.ts';

const read = (text: string, hints = {}) => readFeed(Buffer.from(text), hints);
const rss = (inner: string, attributes = '') =>
  `<?xml version="1.0"?><rss version="2.0" ${attributes}><channel><title>The Port</title><link>https://port.example/</link><language>en_gb</language>${inner}</channel></rss>`;
const item = (inner: string, attributes?: string) => {
  const [only] = read(rss(`<item>${inner}</item>`, attributes)).items;
  if (!only) throw new Error('no item was read');
  return only;
};

test('RSS 2.0 with its modules', () => {
  const feed = read(
    rss(
      `<atom:link rel="self" href="https://port.example/feed"/><atom:link rel="hub" href="https://hub.example/"/>
      <item><title>Ferry &amp; fog</title><link>https://port.example/ferry</link><guid isPermaLink="false">p1</guid>
      <pubDate>Wed, 01 May 2024 10:20:30 +0200</pubDate><dc:creator>Ana Ruiz</dc:creator><dc:creator>Jo Lee</dc:creator>
      <description><![CDATA[<p>The <b>ferry</b> waits.</p><script>alert(1)</script>]]></description>
      <category>Harbour</category><category>Harbour</category>
      <media:content url="/small.jpg" medium="image" width="300"/><media:content url="/large.jpg" medium="image" width="1200"><media:credit>M. Sol</media:credit><media:description>A ferry in fog</media:description></media:content></item>`,
      'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"',
    ),
    { url: 'https://port.example/feed' },
  );
  expect(feed).toEqual({
    title: 'The Port',
    language: 'en-GB',
    site: 'https://port.example/',
    hub: 'https://hub.example/',
    self: 'https://port.example/feed',
    items: [
      {
        id: 'p1',
        title: 'Ferry & fog',
        link: 'https://port.example/ferry',
        original: null,
        published: '2024-05-01T08:20:30Z',
        updated: null,
        author: 'Ana Ruiz, Jo Lee',
        standfirst: 'The ferry waits.',
        image: { url: 'https://port.example/large.jpg', alt: 'A ferry in fog', credit: 'M. Sol' },
        words: null,
        categories: ['Harbour'],
        language: 'en-GB',
        translations: [],
      },
    ],
  });
});

test('how long an article is, is told where the feed brings the whole of it', () => {
  const item = (content: string) =>
    `<item><title>Fog</title><link>https://port.example/fog</link><description>The ferry waits.</description>
    <content:encoded><![CDATA[<p>${content}</p>]]></content:encoded></item>`;
  const { items } = read(
    rss(
      item('fog and more fog '.repeat(100)) +
        item('fog '.repeat(40)) +
        item('港に霧。'.repeat(200)),
      'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
    ),
  );
  expect(items.map(({ words }) => words)).toEqual([400, null, 301]);
  const json = {
    version: 'https://jsonfeed.org/version/1.1',
    items: [{ id: '1', content_text: 'fog '.repeat(500) }],
  };
  expect(read(JSON.stringify(json)).items[0]?.words).toBe(500);
});

test('Atom with xml:base, xml:lang and translations', () => {
  const { items } = read(
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://port.example/" xml:lang="es"><title>El Puerto</title>
    <entry xml:base="2024/"><id>tag:port,1</id><title type="html">&lt;i&gt;Niebla&lt;/i&gt; en el puerto</title>
    <link hreflang="en" rel="alternate" href="fog"/><link href="niebla"/><updated>2024-05-02</updated><published>2024-05-01</published>
    <author><name>Ana Ruiz</name></author>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><figure><img src="f.jpg" alt="Un ferry"/><figcaption>Foto: M. Sol</figcaption></figure><p>El ferry espera.</p></div></content></entry></feed>`,
  );
  expect(items).toMatchObject([
    {
      id: 'tag:port,1',
      title: 'Niebla en el puerto',
      link: 'https://port.example/2024/niebla',
      published: '2024-05-01T00:00:00Z',
      updated: '2024-05-02T00:00:00Z',
      author: 'Ana Ruiz',
      standfirst: 'El ferry espera.',
      language: 'es',
      image: { url: 'https://port.example/2024/f.jpg', alt: 'Un ferry', credit: 'Foto: M. Sol' },
      translations: [{ language: 'en', url: 'https://port.example/2024/fog' }],
    },
  ]);
});

test('RDF keeps its items beside the channel', () => {
  const { items } = read(
    `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://port.example/"><title>Port</title><items><rdf:Seq/></items></channel>
    <item rdf:about="https://port.example/a"><title>A</title><link>https://port.example/a</link><dc:date>2024-05-01</dc:date><dc:language>es</dc:language></item></rdf:RDF>`,
  );
  expect(items).toMatchObject([
    { id: 'https://port.example/a', published: '2024-05-01T00:00:00Z', language: 'es' },
  ]);
});

test('JSON Feed', () => {
  const feed = read(
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Port',
      language: 'en',
      feed_url: 'https://port.example/feed.json',
      hubs: [{ type: 'WebSub', url: 'https://hub.example/' }],
      items: [
        {
          id: 7,
          url: '/ferry',
          title: 'Ferry',
          content_html: '<p>The ferry waits.</p>',
          image: 'https://port.example/f.jpg',
          date_published: '2024-05-01T10:00:00+02:00',
          authors: [{ name: 'Ana Ruiz' }],
          tags: ['Harbour'],
        },
        'not an item',
      ],
    }),
  );
  expect(feed.hub).toBe('https://hub.example/');
  expect(feed.items).toMatchObject([
    {
      id: '7',
      link: 'https://port.example/ferry',
      author: 'Ana Ruiz',
      standfirst: 'The ferry waits.',
      image: { url: 'https://port.example/f.jpg' },
      published: '2024-05-01T08:00:00Z',
      language: 'en',
      categories: ['Harbour'],
    },
    { title: null, link: null },
  ]);
});

test('broken XML is read as far as it goes', () => {
  const { items } = read(
    `<rss><channel><item><title>Fish & chips &nbsp;&eacute;</title><link>https://port.example/?a=1&b=2</link></wrong>
    <description>One<br>two <item><title>Second</title><description><![CDATA[cut off`,
  );
  expect(items.map(({ title, link }) => [title, link])).toEqual([
    ['Fish & chips é', 'https://port.example/?a=1&b=2'],
  ]);
  const unclosed = read('<rss><channel><item><title>A</title><item><title>B</title></channel>');
  expect(unclosed.items.map(({ title }) => title)).toEqual(['A', 'B']);
});

test('titles are text, whatever they hold', () => {
  const title = (source: string) => item(`<title>${source}</title>`).title;
  expect(title('&lt;script&gt;alert(1)&lt;/script&gt;Safe')).toBe('Safe');
  expect(title('<![CDATA[A <b>bold</b> claim]]>')).toBe('A bold claim');
  expect(title('<b>Bold</b> claim')).toBe('Bold claim');
  expect(title('Why a &lt; b, and List&lt;String&gt;')).toBe('Why a < b, and List<String>');
  expect(title('Look&amp;amp;Lease &amp;#36;5')).toBe('Look&Lease $5');
  expect(title('  two \n lines\u0007 ')).toBe('two lines');
  expect(title('🐟 مرحبا \u202Eevil')).toBe('🐟 مرحبا evil');
  expect(title('x'.repeat(400))).toHaveLength(400);
  expect(title('word '.repeat(1000))?.length).toBeLessThanOrEqual(1000);
  expect(title('')).toBeNull();
});

test('an Atom title of type text keeps what looks like markup', () => {
  const { items } = read(
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="text">&lt;b&gt; is a tag</title></entry></feed>',
  );
  expect(items[0]?.title).toBe('<b> is a tag');
});

test('the standfirst is plain text of at most 300 characters, cut at a word', () => {
  const standfirst = (html: string) =>
    item(`<title>T</title><description><![CDATA[${html}]]></description>`).standfirst;
  const long = standfirst(`<p>${'harbour '.repeat(80)}</p>`);
  expect(long?.length).toBeLessThanOrEqual(300);
  expect(long).toMatch(/harbour…$/);
  const unbroken = standfirst('漢'.repeat(400));
  expect(unbroken).toHaveLength(300);
  expect(standfirst('👩‍👩‍👧‍👦'.repeat(60))?.isWellFormed()).toBe(true);
  expect(standfirst('<style>p{}</style><p>One</p><p>two&nbsp;three</p>')).toBe('One two three');
  expect(standfirst('Fog. The post Fog appeared first on The Port.')).toBe('Fog.');
  expect(standfirst('T')).toBeNull();
});

test('only pictures that can be shown count', () => {
  const image = (html: string) =>
    item(`<link>https://port.example/a</link>${html}`, 'xml:base="https://port.example/"').image
      ?.url;
  const content = (html: string) => image(`<description><![CDATA[${html}]]></description>`);
  expect(content('<img src="data:image/png;base64,AAAA"><img src="/b.jpg">')).toBe(
    'https://port.example/b.jpg',
  );
  expect(content('<img src="/pixel.gif" width="1" height="1"><img src="c.jpg">')).toBe(
    'https://port.example/c.jpg',
  );
  expect(content('<img src="javascript:alert(1)">')).toBeUndefined();
  expect(image('<enclosure url="/e.jpg" type="image/jpeg" length="0"/>')).toBeUndefined();
  expect(image('<enclosure url="/e.jpg" type="image/jpeg" length="9"/>')).toBe(
    'https://port.example/e.jpg',
  );
  expect(image('<enclosure url="/e.mp3" type="audio/mpeg" length="9"/>')).toBeUndefined();
  expect(image('<itunes:image href="/i.jpg"/>')).toBe('https://port.example/i.jpg');
  expect(image('<media:thumbnail url="/t.jpg" width="30"/>')).toBeUndefined();
});

test.each([
  ['<img srcset="/s.jpg 480w, /l.jpg 1200w, /m.jpg 800w">', '/l.jpg'],
  ['<img srcset="/one.jpg 1x,/two.jpg 2x">', '/two.jpg'],
  ['<img srcset="/w_400,h_300/a.jpg 400w, /w_800,h_600/a.jpg 800w">', '/w_800,h_600/a.jpg'],
  ['<img src="data:image/gif;base64,R0lGOD" data-src="/lazy.jpg">', '/lazy.jpg'],
  ['<img src="data:image/svg+xml,x" data-srcset="/a.jpg 300w, /b.jpg 900w">', '/b.jpg'],
  ['<img src="//pictures.example/x.jpg">', 'https://pictures.example/x.jpg'],
  ['<img src="/fotos/niño en el mar.jpg">', '/fotos/ni%C3%B1o%20en%20el%20mar.jpg'],
  ['<img src="http://port.example/día 1.jpg">', 'http://port.example/día%201.jpg'],
])('the picture of %s is %s', (html, address) => {
  const { image } = item(
    `<link>https://port.example/a</link><description><![CDATA[${html}]]></description>`,
    'xml:base="https://port.example/"',
  );
  expect(image?.url).toBe(address.startsWith('/') ? `https://port.example${address}` : address);
});

test('links that lead nowhere or run code are none', () => {
  const link = (inner: string) => item(inner).link;
  expect(link('<link>javascript:alert(1)</link>')).toBeNull();
  expect(link('<link>data:text/html,x</link>')).toBeNull();
  expect(link('<guid>https://port.example/g</guid>')).toBe('https://port.example/g');
  expect(link('<guid isPermaLink="false">https://port.example/g</guid>')).toBeNull();
  expect(link('<title>none</title>')).toBeNull();
});

test('authors are names, not addresses with brackets', () => {
  const author = (inner: string) => item(inner).author;
  expect(author('<author>ana@port.example (Ana Ruiz)</author>')).toBe('Ana Ruiz');
  expect(author('<author>Ana Ruiz &lt;ana@port.example&gt;</author>')).toBe('Ana Ruiz');
  expect(author('<author>ana@port.example</author>')).toBe('ana@port.example');
  expect(author('<itunes:author>Night Desk</itunes:author>')).toBe('Night Desk');
  expect(author('<author><name> </name></author><dc:creator>Jo Lee</dc:creator>')).toBe('Jo Lee');
  expect(author('<author><name></name></author>')).toBe('');
  expect(author('')).toBeNull();
});

test('entities of a DTD are not expanded', () => {
  const bomb = Array.from(
    { length: 10 },
    (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
  );
  const feed = read(
    `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">${bomb.join('')}<!ENTITY x SYSTEM "file:///etc/passwd">]>${rss('<item><title>&l10;&x;</title></item>').slice(21)}`,
  );
  expect(feed.items[0]?.title).toBe('&l10;&x;');
});

test('depth and number are bounded by the bytes alone', () => {
  const deep = read(rss(`<item><description>${'<a>'.repeat(1_500_000)}end`));
  expect(deep.items).toHaveLength(1);
  const many = read(
    rss('<item><title>Story</title><link>https://port.example/</link></item>'.repeat(10_000)),
  );
  expect(many.items).toHaveLength(10_000);
});

test('what is no feed is refused in words that help', () => {
  for (const [text, words] of [
    ['', /empty/],
    ['  \n ', /empty/],
    ['<!DOCTYPE html><html><body>Hi</body></html>', /web page/],
    ['<html><head></head></html>', /web page/],
    ['{"error": "no"}', /neither/],
    ['{not json', /neither/],
    ['<catalog><book/></catalog>', /neither/],
    ['plain words', /neither/],
  ] as const) {
    expect(() => read(text), text).toThrow(NotAFeed);
    expect(() => read(text), text).toThrow(words);
  }
  expect(() => readFeed(new Uint8Array(5_000_001))).toThrow(FeedTooLarge);
  expect(() => readFeed(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]))).toThrow(NotAFeed);
});

test('a feed without entries is a feed', () => {
  expect(read(rss('')).items).toEqual([]);
});

test('whatever comes is a feed or is refused by name', () => {
  const scraps = fc.constantFrom(
    '<rss>',
    '<feed>',
    '<item>',
    '</item>',
    '<title>',
    '<link href="',
    '<![CDATA[',
    ']]>',
    '&#0;',
    '&#xd800;',
    '<description>',
    '<media:content url="',
    'xml:base="',
    '"',
    '>',
    '{"version":"1","items":[',
  );
  const text = fc.array(fc.oneof(scraps, fc.string({ unit: 'binary' })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => {
      try {
        const feed = JSON.stringify(read(parts.join('')));
        expect(feed).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      } catch (error) {
        expect(error).toBeInstanceOf(NotAFeed);
      }
    }),
    { numRuns: 500 },
  );
});

test('entries that share one address are told apart', () => {
  const of = (title: string, day: number, guid = '') =>
    `<item><title>${title}</title><link>https://port.example/status</link>${guid && `<guid isPermaLink="false">${guid}</guid>`}<pubDate>0${day} May 2024 10:00 GMT</pubDate></item>`;
  const ids = (inner: string) => read(rss(inner)).items.map(({ id }) => id);
  expect(ids(of('One', 1, '#rel1') + of('Two', 2, '#rel2'))).toEqual(['#rel1', '#rel2']);
  expect(ids(of('One', 1) + of('Two', 2) + of('Three', 3))).toEqual([
    'https://port.example/status One',
    'https://port.example/status Two',
    'https://port.example/status Three',
  ]);
  expect(ids(of('One', 1) + of('One', 1))).toEqual(Array(2).fill('https://port.example/status'));
});

test('a feed inside a web page is read as the feed it is', () => {
  const atom =
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Port</title><entry><id>tag:port,1</id><title>Fog</title><link href="https://port.example/fog"/></entry></feed>';
  const page = (body: string) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="stylesheet" href="a.css"><title>x</title></head><body><div><br>${body}</div></body></html>`;
  const shown = (source: string) =>
    `<pre>${source.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`;
  const withRss = rss('<item><guid>1</guid><title>Fog</title></item>');
  for (const inner of [atom, withRss, shown(atom), shown(withRss)])
    expect(read(page(inner)).items).toMatchObject([{ title: 'Fog' }]);
  expect(() => read(page('<p>How to write a &lt;rss&gt; element</p>'))).toThrow(NotAFeed);
});

test('an address is no byline where a name stands beside it', () => {
  const creator = '<dc:creator>Ana Ruiz</dc:creator>';
  expect(item(`<author>desk@example.org</author>${creator}`).author).toBe('Ana Ruiz');
  expect(item('<author>a@example.org</author><author>Jo Lee</author>').author).toBe('Jo Lee');
  expect(item('<author>desk@example.org</author>').author).toBe('desk@example.org');
});

test('an entry that names only itself has no address', () => {
  const { items } = read(
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title><entry><id>tag:port,1</id><title>Fog</title><link rel="self" href="https://port.example/1.atom"/></entry></feed>',
  );
  expect(items).toMatchObject([{ title: 'Fog', link: null }]);
});
