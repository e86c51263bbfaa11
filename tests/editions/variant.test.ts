import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EditionArticle, EditionContent } from '../../src/editions/content.ts';
import { chooseArticles } from '../../src/editions/variant.ts';

const article = (
  id: string,
  section: string,
  more: Partial<EditionArticle> = {},
): EditionArticle => ({
  id,
  story: id,
  section,
  language: 'en',
  title: `Headline ${id}`,
  standfirst: '',
  url: `https://news.example/${id}`,
  image: null,
  author: null,
  publishedAt: '2026-11-24T05:00:00.000Z',
  feed: null,
  ...more,
});
const content = (articles: EditionArticle[], languages = ['en', 'es']): EditionContent => ({
  newsletter: {
    id: '1',
    slug: 'daily',
    title: 'The Daily',
    language: 'en',
    timezone: 'Europe/Madrid',
    from: null,
    replyTo: null,
    private: false,
    linkParameters: null,
    sections: [
      { slug: 'news', title: 'News' },
      { slug: 'updates', title: 'Updates' },
    ],
  },
  edition: {
    id: '1',
    number: 1,
    kind: 'daily',
    localDate: '2026-11-24',
    subject: null,
    preheader: null,
    introduction: null,
  },
  frequencies: ['daily'],
  languages,
  articles,
  overlaps: [],
});
const everything = { language: null, sections: null };
const shown = (choice: ReturnType<typeof chooseArticles>) =>
  choice?.sections.map((section) => [section.slug, section.articles.map((one) => one.id)]);

test('keeps the order and leaves out what the reader did not choose', () => {
  const edition = content([article('1', 'news'), article('2', 'news'), article('3', 'updates')]);
  expect(shown(chooseArticles(edition, everything))).toEqual([
    ['news', ['1', '2']],
    ['updates', ['3']],
  ]);
  expect(shown(chooseArticles(edition, { language: null, sections: ['updates'] }))).toEqual([
    ['updates', ['3']],
  ]);
});

test('shows sections in the order of the newsletter, whatever leads', () => {
  const edition = content([article('3', 'updates'), article('1', 'news'), article('2', 'updates')]);
  const choice = chooseArticles(edition, everything);
  expect(choice?.lead?.id).toBe('3');
  expect(shown(choice)).toEqual([
    ['news', ['1']],
    ['updates', ['3', '2']],
  ]);
});

test('gives nothing when nothing is chosen or all was brought before', () => {
  const edition = content([article('1', 'news')]);
  expect(chooseArticles(edition, { language: null, sections: [] })).toBeNull();
  expect(chooseArticles(edition, { language: null, sections: ['gone'] })).toBeNull();
  expect(chooseArticles(edition, { ...everything, excluded: new Set(['1']) })).toBeNull();
});

test('gives a story in the language of the reader, else of the newsletter, else in any', () => {
  const edition = content([
    article('1', 'news', { story: 'a' }),
    article('2', 'news', { story: 'a', language: 'es' }),
    article('3', 'news', { story: 'b', language: 'es' }),
  ]);
  expect(shown(chooseArticles(edition, { language: 'es-MX', sections: null }))).toEqual([
    ['news', ['2', '3']],
  ]);
  expect(shown(chooseArticles(edition, { language: 'fr', sections: null }))).toEqual([
    ['news', ['1', '3']],
  ]);
});

test('a regional version goes before another of the same language', () => {
  const edition = content([
    article('1', 'news', { story: 'a', language: 'es' }),
    article('2', 'news', { story: 'a', language: 'es-AR' }),
  ]);
  expect(shown(chooseArticles(edition, { language: 'es-ar', sections: null }))).toEqual([
    ['news', ['2']],
  ]);
});

test('writes the mail in a language that the edition has, and in no other', () => {
  const edition = content([article('1', 'news')]);
  expect(chooseArticles(edition, { language: 'es-VE', sections: null })?.language).toBe('es');
  expect(chooseArticles(edition, { language: 'zz', sections: null })?.language).toBe('en');
});

test('writes the mail in the newsletter’s own kind of its language', () => {
  const edition = content([article('1', 'news')], ['es']);
  edition.newsletter.language = 'es-VE';
  const languageFor = (language: string | null) =>
    chooseArticles(edition, { language, sections: null })?.language;
  expect([null, 'es', 'es-MX', 'en'].map(languageFor)).toEqual([
    'es-VE',
    'es-VE',
    'es-VE',
    'es-VE',
  ]);
});

test('a story that came before in one language is left out in the other too', () => {
  const edition = content([
    article('1', 'news', { story: 'a' }),
    article('2', 'news', { story: 'a', language: 'es' }),
    article('3', 'news'),
  ]);
  const choice = chooseArticles(edition, {
    language: 'es',
    sections: null,
    excluded: new Set(['1']),
  });
  expect(shown(choice)).toEqual([['news', ['3']]]);
});

test('readers share a variant exactly when list and language are the same', () => {
  const edition = content([article('1', 'news'), article('2', 'updates')]);
  const key = (language: string | null, sections: string[] | null) =>
    chooseArticles(edition, { language, sections })?.key;
  expect(key(null, null)).toBe(key('en-GB', ['updates', 'news', 'later']));
  expect(key('es', null)).not.toBe(key('en', null));
  expect(key(null, ['news'])).not.toBe(key(null, null));
});

test('those who want less get a variant of their own, and only where there is less to get', () => {
  const image = { url: 'https://news.example/1.jpg', alt: '', credit: null };
  const key = (edition: EditionContent, format: 'full' | 'headlines' | 'text') =>
    chooseArticles(edition, { ...everything, format })?.key;
  const pictured = content([article('1', 'news', { image }), article('2', 'news')]);
  expect(key(pictured, 'full')).toBe(chooseArticles(pictured, everything)?.key);
  const keys = (['full', 'headlines', 'text'] as const).map((format) => key(pictured, format));
  expect(new Set(keys).size).toBe(3);
  const plain = content([article('1', 'news')]);
  expect(key(plain, 'text')).toBe(key(plain, 'full'));
  expect(key(plain, 'headlines')).not.toBe(key(plain, 'full'));
  const compact = {
    ...pictured,
    newsletter: { ...pictured.newsletter, layout: 'compact' as const },
  };
  expect(key(compact, 'text')).toBe(key(compact, 'full'));
});

const anyArticle = fc.record({
  story: fc.constantFrom('a', 'b', 'c', 'd'),
  section: fc.constantFrom('news', 'updates', 'gone', null),
  language: fc.constantFrom('en', 'en-GB', 'es', 'es-VE', 'fr'),
});
const anyContent = fc
  .array(anyArticle, { maxLength: 12 })
  .map((list) => content(list.map((one, id) => article(String(id), one.section ?? '', one))));
const anyReader = fc.record({
  language: fc.constantFrom(null, 'en', 'es', 'es-MX', 'de'),
  sections: fc.constantFrom<string[] | null>(null, [], ['news'], ['updates', 'news'], ['gone']),
  excluded: fc.subarray(['0', '1', '2', '3']).map((ids) => new Set(ids)),
});

test('whatever the edition and the reader: each story once, only chosen ones, in the order of the list', () => {
  fc.assert(
    fc.property(anyContent, anyReader, (edition, reader) => {
      const choice = chooseArticles(edition, reader);
      const articles = choice?.sections.flatMap((section) => section.articles) ?? [];
      const got = articles.map((one) => one.story);
      expect(new Set(got).size).toBe(got.length);
      const place = new Map<string, EditionArticle>();
      for (const one of edition.articles) if (!place.has(one.story)) place.set(one.story, one);
      const wanted = [...place.values()].filter(
        (first) =>
          (!reader.sections || first.section === null || reader.sections.includes(first.section)) &&
          !edition.articles.some((one) => one.story === first.story && reader.excluded.has(one.id)),
      );
      expect(new Set(got)).toEqual(new Set(wanted.map((one) => one.story)));
      expect(choice?.lead?.story).toBe(wanted[0]?.story);
      for (const section of choice?.sections ?? []) {
        const order = section.articles.map((one) => [...place.keys()].indexOf(one.story));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 1000 },
  );
});

test('whatever the readers: the same key exactly for the same mail', () => {
  fc.assert(
    fc.property(anyContent, anyReader, anyReader, (edition, one, other) => {
      const mail = (reader: typeof one) => {
        const choice = chooseArticles(edition, reader);
        return choice && { ...choice, key: '' };
      };
      const keys = [one, other].map((reader) => chooseArticles(edition, reader)?.key);
      const same = JSON.stringify(mail(one)) === JSON.stringify(mail(other));
      expect(keys[0] === keys[1]).toBe(same);
    }),
    { numRuns: 1000 },
  );
});
