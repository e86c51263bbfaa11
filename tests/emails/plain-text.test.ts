import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberedLinks, wrap } from '../../emails/plain-text.ts';

const texts = fc.string({
  unit: fc.constantFrom('a', 'bb ', ' ', 'ñ', '字', '🎈', '.'),
  maxLength: 600,
});

test('nothing is lost and no line is too long', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const wrapped = wrap(text, '* ', '  ');
      for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
      expect(wrapped.slice(2).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }),
  );
});

test('an address is never cut', () => {
  const url = `https://paper.example.org/${'long/'.repeat(40)}`;
  expect(wrap(`see ${url} now`)).toBe(`see\n${url}\nnow`);
});

test('links are numbered as they come, the same one once', () => {
  const links = new NumberedLinks();
  expect([links.mark('a'), links.mark('b'), links.mark('a')]).toEqual(['[1]', '[2]', '[1]']);
  expect(links.list()).toBe('[1] a\n[2] b');
});
