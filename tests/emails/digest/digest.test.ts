import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser } from 'htmlparser2';
import { afterAll, describe, expect, test } from 'vitest';
import type { DigestContent } from '../../../emails/content.ts';
import { buildVariant } from '../../../emails/message/variant.ts';
import { openRenderer } from '../../../emails/render/renderer.ts';
import { article, edition, reader } from '../fixtures/editions.ts';

const renderer = openRenderer();
afterAll(() => renderer.close());

const marks = { ...reader, name: 'Ana' };
const render = (content: DigestContent) => renderer.render('digest', { content, reader: marks });
const withLead = (change: Parameters<typeof article>[1]) =>
  edition(0, { lead: article(1, change) });

describe('size', () => {
  test.each([
    [20, 60_000],
    [40, 90_000],
  ])('an edition of %i articles stays under %i bytes', async (count, most) => {
    const content = edition(count);
    content.edition.introduction = 'Good morning. '.repeat(100);
    const built = await buildVariant(renderer, content);
    expect(built.htmlBytes).toBeLessThan(most);
    expect(built.message.length).toBeLessThan(80_000);
    expect(built.tooLong).toBe(false);
  });

  test('one that Gmail might cut says so', async () => {
    const long = Array.from({ length: 200 }, (_, n) => article(n));
    const content = edition(0, { sections: [{ slug: 'a', title: 'A', articles: long }] });
    expect((await render(content)).tooLong).toBe(true);
  });
});

// Scripts and handlers that a browser would run.
function obeyed(html: string): string[] {
  const found: string[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === 'script') found.push(name);
      found.push(...Object.keys(attributes).filter((attribute) => attribute.startsWith('on')));
    },
  });
  parser.end(html);
  return found;
}

test('a newsletter without sections has no empty heading, and no gap in its text', async () => {
  const articles = [article(1), article(2), article(3)];
  const content = edition(0, {
    lead: articles[0] ?? null,
    sections: [{ slug: '', title: '', articles }],
  });
  const { html, text } = await render(content);
  expect(html).not.toContain('border-top:2px');
  expect(html).not.toMatch(/<h\d[^>]*>\s*<\/h\d>/);
  expect(text).not.toMatch(/\n\n\n|\n\n-+\n\n\*|^\n/);
  for (const { title } of articles) expect(text.replaceAll(/\s+/g, ' ')).toContain(`* ${title}`);
});

describe('what others wrote', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '</td></tr></mj-raw><mj-text>x</mj-text>',
    '"><img src=x onerror=alert(1)>',
    '<%= it.reader.unsubscribeUrl %> {{name}} $t(digest.unsubscribe)',
    '<!--[if mso]>x<![endif]--> & &amp; &lt;b&gt;',
  ];

  test.each(hostile)('%s is shown as text', async (words) => {
    const content = edition(0, {
      lead: article(1, {
        title: words,
        standfirst: words,
        author: words,
        image: { url: 'https://paper.example.org/a.jpg', alt: words, credit: words },
      }),
      sections: [{ slug: 'a', title: words, articles: [article(2, { title: words })] }],
    });
    content.newsletter.title = words;
    content.imprint.newsroom = words;
    content.edition.introduction = words;
    const { html, text } = await render(content);
    const escaped = words
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;');
    expect(html.split(escaped).length).toBeGreaterThan(8);
    expect(obeyed(html)).toEqual([]);
    expect(text).toContain(`* ${words}`);
  });

  test('400 characters, emoji and right-to-left letters all arrive', async () => {
    const titles = [
      'word '.repeat(80).trim(),
      '字'.repeat(400),
      '🎈👩‍👩‍👧‍👦 Fiesta',
      'ميناء المدينة يبقى مفتوحا',
    ];
    const articles = titles.map((title, n) => article(n, { title }));
    const { html, text } = await render(
      edition(0, { sections: [{ slug: 'a', title: 'A', articles }] }),
    );
    for (const title of titles) {
      expect(html).toContain(title);
      expect(text.replaceAll(/\s/g, '')).toContain(title.replaceAll(/\s/g, ''));
    }
    for (const line of text.split('\n')) {
      if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(76);
    }
  });

  test('addresses that are not of the web are neither linked nor loaded', async () => {
    const { html, text } = await render(
      edition(0, {
        lead: article(1, {
          url: 'javascript:alert(1)',
          image: { url: 'data:image/png;base64,AAAA', alt: 'none', credit: null },
        }),
        imprint: { ...edition().imprint, logoUrl: 'file:///etc/passwd' },
      }),
    );
    expect(html + text).not.toMatch(/javascript:|data:|file:/);
    expect(html).toContain('Harbour board votes');
  });

  test('control characters and half letters are gone', async () => {
    const { html } = await render(withLead({ title: 'A\0B\u0007 \ud800C' }));
    expect(html).toContain('A B \ufffdC');
  });
});

describe('pictures', () => {
  test('an article without one leaves no gap', async () => {
    const bare = await render(withLead({ image: null }));
    expect(bare.html).not.toContain('<img');
    expect(bare.html).not.toContain('Picture:');
  });

  test('one has its alt text and its credit', async () => {
    const { html, text } = await render(withLead({}));
    expect(html).toContain('alt="A ferry leaves a wooden pier in grey light"');
    expect(html).toContain('Picture: Marta Quiroga');
    expect(text).toContain('Picture: Marta Quiroga');
  });

  test('one without alt text is not a link without words', async () => {
    const image = { url: 'https://paper.example.org/a.jpg', alt: '', credit: null };
    const { html } = await render(withLead({ image, title: 'The pier' }));
    expect(html).toMatch(/<a [^>]* aria-label="The pier"><img[^>]* alt=""/);
  });

  const copied = (change: object) => ({
    url: 'https://paper.example.org/a.tiff',
    alt: 'A pier',
    credit: null,
    ...change,
  });
  const lead = { url: 'https://news.example.org/p/1.jpg', width: 1_200, height: 675 };
  const thumbnail = { url: 'https://news.example.org/p/2.jpg', width: 264, height: 198 };

  test('a copy of ours is shown where it belongs, with its size', async () => {
    const image = copied({ lead, thumbnail });
    const sections = [{ slug: 'a', title: 'A', articles: [article(2, { image })] }];
    const { html } = await render({ ...withLead({ image }), sections });
    expect(html).toMatch(/<img[^>]* src="[^"]*\/p\/1\.jpg"[^>]* width="600" height="338"/);
    expect(html).toMatch(/<img[^>]* src="[^"]*\/p\/2\.jpg"[^>]* width="132" height="99"/);
    expect(html).not.toContain('a.tiff');
  });

  test('where there is no copy for its place, it has none', async () => {
    expect((await render(withLead({ image: copied({ thumbnail }) }))).html).not.toContain('<img');
  });

  test('a linked one is cut to the place kept for it', async () => {
    const { html } = await render(withLead({ image: copied({}) }));
    expect(html).toMatch(/<img[^>]* width="600" height="338" style="[^"]*object-fit:cover/);
  });

  test('a credit or a byline that is the newsroom itself is left out', async () => {
    const own = 'The  paper of the COAST.';
    const image = { url: 'https://paper.example.org/a.jpg', alt: 'A pier', credit: own };
    const { html, text } = await render(withLead({ image, author: own, words: 900 }));
    expect(html + text).not.toContain('Picture:');
    expect(html + text).not.toMatch(/By (?:The|<)/);
    expect(text).toContain('\n  4 min read\n');
  });

  test('a credit takes one line, however long it is', async () => {
    const credit = 'Marta Quiroga and others of the agency '.repeat(5);
    const image = { url: 'https://paper.example.org/a.jpg', alt: '', credit };
    const { html } = await render(withLead({ image }));
    const [, shown = ''] = />(Picture: [^<]*)</.exec(html) ?? [];
    expect(shown).toMatch(/…$/);
    expect(shown.length).toBeLessThan(75);
  });
});

test('a logo takes the place of the title and says it', async () => {
  const imprint = { ...edition().imprint, logoUrl: 'https://paper.example.org/logo.png' };
  const { html } = await render(edition(1, { imprint }));
  expect(html).toMatch(/<h1[^>]*><a [^>]*><img[^>]* src="https:\/\/paper.example.org\/logo.png"/);
  expect(html).toMatch(/<h1[^>]*><a [^>]*><img[^>]* alt="The Daily"/);
  expect(html).not.toContain('>The Daily</h1>');
});

describe('languages', () => {
  test('English tells the date and its words in English', async () => {
    const { html, text, subject } = await render(edition(3));
    expect(html).toContain('<html lang="en" dir="ltr"');
    expect(html).toContain('<bdi>Tuesday, 24 November 2026</bdi> · <bdi>No. 412</bdi>');
    expect(text).toContain('Unsubscribe:\n');
    expect(subject).toBe(
      'The Daily: Harbour board votes to keep pier 1 open through the winter after all',
    );
  });

  test('Spanish tells them in Spanish', async () => {
    const { html, text } = await render(edition(3, { language: 'es' }));
    expect(html).toContain('<html lang="es" dir="ltr"');
    expect(html).toContain('<bdi>Martes, 24 de noviembre de 2026</bdi> · <bdi>N.º 412</bdi>');
    expect(text).toContain('Darme de baja:\n');
  });

  test('a week and a special report have a face and a subject of their own', async () => {
    const weekly = edition(1, { language: 'es' });
    weekly.edition.kind = 'weekly';
    const special = edition(1);
    special.edition.kind = 'special';
    const [daily, week, report] = [
      await render(edition(1)),
      await render(weekly),
      await render(special),
    ];
    expect(week.text).toContain('La semana · 18–24 de noviembre de 2026 · N.º 412');
    expect(week.subject).toMatch(/^The Daily, 18–24 de noviembre: Harbour board/);
    expect(report.text).toContain('Special report · Tuesday, 24 November 2026');
    expect(report.subject).toMatch(/^Special report from The Daily: Harbour board/);
    const grounds = [daily, week, report].map(
      ({ html }) => /class="(card|tint|solid)"/.exec(html)?.[1],
    );
    expect(grounds).toEqual(['card', 'tint', 'solid']);
  });

  test('a week that crosses a month, or a year, names both', async () => {
    const weekly = edition(1);
    weekly.edition.kind = 'weekly';
    weekly.edition.date = '2027-01-03';
    const { text, subject } = await render(weekly);
    expect(text).toContain('28 December 2026 – 3 January 2027');
    expect(subject.normalize('NFKC')).toMatch(/^The Daily, 28 December 2026 – 3 January 2027: /);
  });

  test('Arabic runs from right to left', async () => {
    const { html } = await render(edition(2, { language: 'ar' }));
    expect(html).toContain('<html lang="ar" dir="rtl"');
    expect(html).toContain('direction:rtl');
    expect(html).not.toContain('direction:ltr');
    expect(html).toContain('align="right"');
    expect(html).toContain('24 نوفمبر');
  });

  test.each([
    ['ar-EG', 'العدد 412', 'إلغاء الاشتراك', '24 نوفمبر 2026'],
    ['he', 'גיליון 412', 'ביטול הרשמה', '24 בנובמבר 2026'],
  ])('%s has no English word in what every edition says', async (language, ...said) => {
    const bare = { title: '…', standfirst: '…', author: null, image: null };
    const articles = Array.from({ length: 12 }, (_, n) => ({ ...article(n), ...bare, words: 900 }));
    const sections = [articles.slice(0, 6), articles.slice(6)].map((some, n) => ({
      slug: `s${n}`,
      title: '…',
      articles: some,
    }));
    const content = edition(0, { language, sections, lead: articles[0] ?? null });
    for (const kind of ['daily', 'weekly', 'special'] as const) {
      content.edition.kind = kind;
      const { html, text, subject } = await render(content);
      const shown = text.replaceAll(/\S+:\/\/\S+|\S+@\S+/g, '');
      const names = [
        content.newsletter.title,
        content.imprint.newsroom,
        content.imprint.postalAddress,
      ];
      const words = names.flatMap((name) => (name ?? '').split(/\s+/));
      expect(
        `${shown} ${subject}`.match(/[a-z]{2,}/gi)?.filter((one) => !words.includes(one)) ?? [],
      ).toEqual([]);
      expect(html).toContain(said[0]);
      expect(html).toContain(said[1]);
      if (kind !== 'weekly') expect(text).toContain(said[2]);
    }
  });

  test('a setting that is no language does not stop an edition', async () => {
    expect((await render(edition(1, { language: 'not a tag' }))).html).toContain('lang="en"');
  });

  test("an article's day is told in the newsletter's zone, where it is not the edition's", async () => {
    const late = new Date('2026-11-23T23:30:00Z');
    const madrid = await render(withLead({ publishedAt: late }));
    const caracas = await render({
      ...withLead({ publishedAt: late }),
      timezone: 'America/Caracas',
    });
    expect(madrid.text).toContain('By Inés Robledo · Picture');
    expect(caracas.text).toContain('By Inés Robledo · 23 November · Picture');
  });
});

describe('subject and preheader', () => {
  test('the lead goes into the subject, the next headlines into the preheader', async () => {
    const { subject, preheader, html, text } = await render(
      edition(0, {
        lead: article(1, { title: 'Lead' }),
        sections: [
          {
            slug: 'a',
            title: 'A',
            articles: [article(2, { title: 'Second' }), article(3, { title: 'Third' })],
          },
        ],
      }),
    );
    expect(subject).toBe('The Daily: Lead');
    expect(preheader).toBe('Second · Third');
    expect(html).toContain('>Second · Third');
    expect(text).not.toContain('Second · Third');
  });

  test("the editor's own are kept", async () => {
    const content = edition(3);
    content.edition.subject = 'Ferry\r\nBcc: x@y.org';
    content.edition.preheader = 'And the weather';
    const { subject, preheader } = await render(content);
    expect(subject).toBe('Ferry Bcc: x@y.org');
    expect(preheader).toBe('And the weather');
  });

  test('a headline of 400 characters is cut at a word in the subject', async () => {
    const { subject } = await render(withLead({ title: 'winter '.repeat(60) }));
    expect(subject).toMatch(/^The Daily: (winter )+winter…$/);
    expect(subject.length).toBeLessThanOrEqual(110);
  });

  test('without an article the date stands in', async () => {
    expect((await render(edition(0))).subject).toBe('The Daily, Tuesday, 24 November 2026');
  });
});

describe('links', () => {
  test("the newsletter's parameters are added, none is changed", async () => {
    const { html, text } = await render({
      ...withLead({ url: 'https://paper.example.org/a?utm_source=own&x=1%20b#part' }),
      linkParameters: 'utm_source=daily&utm_medium=email',
    });
    const url = 'https://paper.example.org/a?utm_source=own&x=1%20b&utm_medium=email#part';
    expect(text).toContain(`[1] ${url}\n`);
    expect(html).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
  });

  test('leaving, choosing and viewing stand in html and text', async () => {
    const { html, text } = await render(edition(1));
    for (const url of [reader.unsubscribeUrl, reader.preferencesUrl, reader.viewUrl]) {
      expect(html).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
      expect(text).toContain(`\n${url}\n`);
    }
    expect(html).toContain('12 Harbour Street<br>1001 Portville');
    expect(text).toContain('12 Harbour Street\n1001 Portville\n');
  });
});

test('a time that is none is left out', async () => {
  const { text } = await render(withLead({ publishedAt: new Date('yesterday') }));
  expect(text).toContain('By Inés Robledo · Picture');
});

test('the lead is not told twice', async () => {
  const { html } = await render(edition(6));
  expect(html.split('>Harbour board votes to keep pier 1 open').length).toBe(2);
  expect(html).toContain('pier 6 open');
});

describe('weights', () => {
  const titles = (html: string, tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}[^>]*>(?:<a[^>]*>)?([^<]+)`, 'g'))].map(
      ([, title]) => title,
    );

  test('of many stories three stand large, those that begin a section first', async () => {
    const { html, text } = await render(edition(20));
    const large = html.split('class="tx"').length - 1;
    expect(large).toBe(3);
    // the standfirst stands under what is large, and under the lead
    expect(html.split('The vote ends two years').length - 1).toBe(4);
    expect(titles(html, 'h3')).toHaveLength(19);
    expect(html).toContain('In this edition');
    expect(text).not.toContain('In this edition');
  });

  test('of few all do, and what is in the edition is seen without a list of it', async () => {
    const { html } = await render(edition(5));
    expect(html.split('class="tx"').length - 1).toBe(4);
    expect(html).not.toContain('In this edition');
  });

  test('compact is headline, line and link, without pictures', async () => {
    const { html, text } = await render({ ...edition(6), layout: 'compact' });
    expect(html).not.toContain('<img');
    expect(html).toContain('The vote ends two years of argument');
    expect(html).not.toContain('By Inés Robledo');
    expect(text).toContain('The vote ends two years of argument');
  });

  test('headlines alone are all there is for who wants no more', async () => {
    const { html, text } = await render({ ...edition(6), format: 'headlines' });
    expect(html + text).not.toContain('The vote ends');
    expect(html).not.toContain('<img');
    expect(titles(html, 'h3')).toHaveLength(6);
  });

  test('for who wants no pictures the rest stays as it is', async () => {
    const { html } = await render({ ...edition(6), format: 'text' });
    expect(html).not.toContain('<img');
    expect(html).toContain('The vote ends');
    expect(html).toContain('By Inés Robledo');
  });
});

describe('around a story', () => {
  test('its length, what its feed files it under, and when it was changed are told', async () => {
    const told = article(2, {
      words: 900,
      category: 'Harbour',
      revisedAt: new Date('2026-11-24T08:40:00Z'),
    });
    const sections = [{ slug: 'a', title: 'News', articles: [told] }];
    const { html, text } = await render(edition(0, { lead: article(1), sections }));
    expect(html).toMatch(/>Harbour<\/p>/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'By Inés Robledo · 4 min read · Updated 09:40 · Picture',
    );
  });

  test.each([
    ['news', 'News'],
    ['special-reports', 'Special reports'],
    ['News', 'Noticias'],
  ])(
    'a category %s is not told in the section %s, nor a change soon after it came',
    async (category, title) => {
      const told = article(2, { category, revisedAt: new Date('2026-11-24T05:20:00Z') });
      const sections = [{ slug: 'news', title, articles: [told] }];
      const { html, text } = await render(edition(0, { lead: article(1), sections }));
      expect(html).not.toContain(`>${category}</p>`);
      expect(html + text).not.toContain('Updated');
    },
  );
});

describe('passing it on', () => {
  test('who got it from somebody can sign up, and no link of the reader goes along', async () => {
    const { html, text } = await render(edition(2));
    expect(html).toContain('href="https://news.example.org/?newsletter=daily"');
    expect(text).toContain('Sign up:\nhttps://news.example.org/?newsletter=daily\n');
    const [, mailto = ''] = /href="(mailto:\?[^"]*)"/.exec(html) ?? [];
    const body = new URL(mailto.replaceAll('&amp;', '&')).searchParams.get('body');
    expect(body).toMatch(/^I thought you might like this edition of The Daily:\r\n\r\nhttps:/);
    expect(mailto).not.toMatch(/unsubscribe|preferences/);
  });

  test('of a private newsletter nothing leads others to it, where there is no form for them', async () => {
    const content = edition(2);
    content.newsletter.private = true;
    const { html, text } = await render(content);
    expect(html).not.toMatch(/mailto:\?|#share/);
    expect(html + text).not.toContain('?newsletter=daily');
  });
});

test('a typeface is one of those that mail programs have', async () => {
  const content = edition(2, { imprint: { ...edition(0).imprint, typeface: 'palatino' } });
  expect((await render(content)).html).toContain("font:700 29px/34px Palatino,'Palatino Linotype'");
});

test('nothing but pictures is loaded from elsewhere', async () => {
  const { html } = await render(edition(3));
  expect(html).not.toMatch(/<link|@import|@font-face|<script|url\(/);
});

test('an introduction is Markdown, in html and text', async () => {
  const content = edition(1);
  content.edition.introduction =
    'Good **morning**. Read [the vote](https://paper.example.org/vote) & more.\n\n- one\n- two\n  1. inner\n\n> said\n\n![pic](https://t.example/p.gif) [bad](javascript:alert(1)) <b onclick=x>raw</b>';
  const { html, text } = await render(content);
  expect(html).toContain('Good <strong>morning</strong>.');
  expect(html).toMatch(
    /<a class="acc" href="https:\/\/paper.example.org\/vote"[^>]*>the vote<\/a> &amp; more/,
  );
  expect(html).toContain('<li>one</li>');
  expect(html).not.toContain('t.example');
  expect(html).toContain('&lt;b onclick=x&gt;raw&lt;/b&gt;');
  expect(text).toContain('Good morning. Read the vote [1] & more.');
  expect(text).toContain('- one\n- two\n  1. inner');
  expect(text).toContain('> said');
  expect(text).toContain('[1] https://paper.example.org/vote\n');
});

test('a letter has an introduction alone, and begins with it in the inbox', async () => {
  const content = edition(0);
  content.edition.introduction = 'Dear **readers**, [give](https://paper.example.org/give) & stay.';
  const { html, text, subject, preheader } = await render(content);
  expect(subject).toBe('The Daily, Tuesday, 24 November 2026');
  expect(preheader).toBe('Dear readers, give & stay.');
  expect(html).toContain('Dear <strong>readers</strong>');
  expect(html).not.toContain('<h2');
  expect(text).toContain('Dear readers, give [1] & stay.');
  expect(text).not.toMatch(/\n{4}/);
});

describe("the newsroom's own templates", () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-templates-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const own = openRenderer({ templates: folder });
  afterAll(() => own.close());

  test('a part of theirs takes the place of ours, the rest is ours', async () => {
    writeFileSync(
      join(folder, 'footer.mjml.eta'),
      '<mj-section><mj-column><mj-text>For <%= it.reader.name %>: <a href="<%= it.reader.unsubscribeUrl %>">out</a></mj-text></mj-column></mj-section>',
    );
    const { html } = await own.render('digest', { content: edition(2), reader: marks });
    expect(html).toContain('For Ana:');
    expect(html).toContain('Harbour board votes');
    expect(html).not.toContain('12 Harbour Street');
  });
});
