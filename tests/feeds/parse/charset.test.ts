import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { decodeText } from '../../../src/feeds/parse/charset.ts';

const TEXT = 'Mañana: «El pingüino» – 5 €';
const CYRILLIC =
  'В Бузулуке главные стройплощадки — детсад и Ледовый дворец. Работы идут с опережением графика.';
const declaration = (encoding: string, text: string) =>
  `<?xml version="1.0" encoding="${encoding}"?><rss><title>${text}</title></rss>`;
const as = (encoding: string, text: string, bom = false) =>
  iconv.encode(text, encoding, { addBOM: bom });

for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])
  test(`the byte order mark of ${encoding} decides against every label`, () => {
    const bytes = as(encoding, declaration('windows-1251', TEXT), true);
    expect(decodeText(bytes, 'text/xml; charset=koi8-r')).toBe(declaration('windows-1251', TEXT));
  });

for (const encoding of ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])
  test(`${encoding} is seen without a mark`, () => {
    expect(decodeText(as(encoding, declaration(encoding, TEXT)))).toContain(TEXT);
  });

for (const encoding of ['windows-1252', 'iso-8859-15', 'macintosh'])
  test(`${encoding} is believed in the declaration`, () => {
    expect(decodeText(as(encoding, declaration(encoding, 'Mañana')))).toContain('Mañana');
  });

test('HTTP counts before the declaration', () => {
  const bytes = as('windows-1251', declaration('koi8-r', CYRILLIC));
  expect(decodeText(bytes, 'text/xml; charset="windows-1251"')).toContain(CYRILLIC);
});

test('ISO-8859-1 is read as Windows-1252, as publishers mean it', () => {
  expect(decodeText(as('windows-1252', declaration('iso-8859-1', TEXT)))).toContain(TEXT);
});

test('a label that the bytes contradict is passed over', () => {
  expect(
    decodeText(as('utf-8', declaration('us-ascii', TEXT)), 'text/xml; charset=latin1'),
  ).toContain(TEXT);
  expect(decodeText(as('windows-1252', declaration('utf-8', TEXT)))).toContain(TEXT);
  expect(decodeText(as('utf-8', declaration('no-such-encoding', TEXT)))).toContain(TEXT);
});

test('one torn letter does not make UTF-8 something else', () => {
  const bytes = Buffer.concat([as('utf-8', declaration('utf-8', TEXT)), Buffer.from([0xc3])]);
  expect(decodeText(bytes)).toContain(TEXT);
});

test('without any label the bytes are looked at', () => {
  expect(decodeText(as('utf-8', TEXT))).toBe(TEXT);
  expect(decodeText(as('windows-1251', `<rss><title>${CYRILLIC}</title></rss>`))).toContain(
    CYRILLIC,
  );
});
