import { expect, test } from 'vitest';
import { headline, readHtml } from '../../src/text/plain-text.ts';

const SILENT = 'head script style title select iframe svg math template noscript textarea'.split(
  ' ',
);

test.each(SILENT)('a headline may speak of <%s>', (name) => {
  expect(headline(`A guide to <${name}> elements`)).toBe(`A guide to <${name}> elements`);
  expect(headline(`Why <${name} id="x"> slows your page down`)).toBe(
    `Why <${name} id="x"> slows your page down`,
  );
  expect(readHtml(`He said <${name}> is fine`).text).toBe(`He said <${name}> is fine`);
  expect(readHtml(`<p>He said</p> <${name}>hidden</${name}> so`).text).toBe('He said so');
});

test.each([
  ['Why <script> slows your page down', 'Why <script> slows your page down'],
  ['<textarea> is old', '<textarea> is old'],
  ['The <!-- comment nobody closed', 'The <!-- comment nobody closed'],
  ['The <!-- closed --> comment', 'The comment'],
  ['The <b> tag explained', 'The <b> tag explained'],
  [
    'A link <a href="https://example.org/ nobody closed',
    'A link <a href="https://example.org/ nobody closed',
  ],
  ['Vec<T>', 'Vec<T>'],
  ['<blink>', '<blink>'],
  ['AT&amp;T', 'AT&T'],
  ['I &lt;3 Madrid', 'I <3 Madrid'],
  ['a < b and c > d', 'a < b and c > d'],
  ['<b>bold</b> news', 'bold news'],
  ['One<br>two', 'One two'],
  ['<p>Whole</p>', 'Whole'],
  ['Harbour <script>track("<b>")</script>opens', 'Harbour opens'],
  ["It's <em class='a>b'>new</em>", "It's new"],
])('the headline %s reads %s', (source, expected) => {
  expect(headline(source)).toBe(expected);
});

test.each([
  ['Use Vec<T> and <xmp> or <plaintext> at once', 'Use Vec<T> and <xmp> or <plaintext> at once'],
  ['<nonsense>whole</nonsense> <o:p>and</o:p> <o:p>so on', 'whole and so on'],
  ['<html><body><details><b>cut off', 'cut off'],
])('the standfirst %s reads %s', (source, expected) => {
  expect(readHtml(source).text).toBe(expected);
});

test('many torn tags cost no more than a long text', () => {
  for (const torn of ['<a href="', '<!--', '<script>', '<b><', '</x'])
    expect(headline(torn.repeat(20_000)).length).toBeGreaterThan(0);
});
