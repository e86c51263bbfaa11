import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keysOf, languages, translator } from '../../../src/locales/index.ts';

const root = join(import.meta.dirname, '../../../src/http');
const sources = ['public', 'views/reader']
  .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(root, folder, file)))
  .map((file) => readFileSync(file, 'utf8'));
const places = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map(([, name = '']) => name)
    .toSorted((a, b) => a.localeCompare(b));

test('every language has every sentence of the readers’ pages, with the same places in it', () => {
  const english = keysOf('en', 'pages');
  expect(english.length).toBeGreaterThan(100);
  for (const language of languages) {
    expect(keysOf(language, 'pages'), language).toEqual(english);
    const t = translator(language, 'pages');
    const own = translator('en', 'pages');
    // a value for no place leaves the places in the text
    for (const key of english)
      expect(places(t(key)), `${language} ${key}`).toEqual(places(own(key)));
  }
});

test('every sentence that a page asks for is there', () => {
  const known = new Set(keysOf('en', 'pages'));
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/\bt\('([a-zA-Z]+\.[a-zA-Z.]+)'/g)].map(([, key = '']) => key),
  );
  expect(asked.length).toBeGreaterThan(80);
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});
