import { expect, test } from 'vitest';
import { readRobots } from '../../../src/feeds/http/robots.ts';

const text = `
# everybody
User-agent: *
Disallow: /
User-Agent: OtherBot
user-agent : Gaceta
Disallow: /private  # not for us
Allow: /private/press
Disallow: /*.pdf$
Disallow: /*?print=*&page
Disallow:
Crawl-delay: 5

User-agent: gaceta
Disallow: /second-group
`;

test.each([
  ['/', true],
  ['/private', false],
  ['/private/x', false],
  ['/private/press/1', true],
  ['/a.pdf', false],
  ['/a.pdf?x', true],
  ['/a?print=1&page', false],
  ['/a?print=1', true],
  ['/second-group/x', false],
])('%s: %s', (path, allowed) => {
  expect(readRobots(text)(`https://port.example${path}`)).toBe(allowed);
});

test('a file that is none allows everything, a hostile one ends', () => {
  for (const none of ['', '<!doctype html><p>Disallow: /</p>', 'Disallow: /', '\u0000'])
    expect(readRobots(none)('https://port.example/x')).toBe(true);
  const hostile = `User-agent: *\n${`Disallow: /${'*a'.repeat(5000)}$\n`.repeat(5000)}`;
  expect(readRobots(hostile)(`https://port.example/${'a'.repeat(4000)}b`)).toBe(true);
});
