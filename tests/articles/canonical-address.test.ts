import { expect, test } from 'vitest';
import { canonicalAddress } from '../../src/articles/canonical-address.ts';

const STORY = 'https://port.example/2024/ferry';

for (const address of [
  STORY,
  'http://www.port.example/2024/ferry/',
  'https://PORT.example:443/2024//ferry#comments',
  'https://port.example/2024/ferry?utm_source=rss&utm_medium=feed&fbclid=x&at_campaign=1',
  'https://port.example/2024/ferry?mc_cid=1&mc_eid=2&source=rss',
  'https://m.port.example/2024/ferry',
  'https://amp.port.example/2024/ferry',
  'https://port.example/2024/ferry/amp/',
  'https://port.example/amp/2024/ferry',
  'https://port.example/2024/ferry?amp=1',
  'https://port.example/2024/ferry?outputType=amp',
  'https://port.example/2024/ferry/index.html',
  'https://www.google.com/amp/s/port.example/2024/ferry',
  'https://port-example.cdn.ampproject.org/c/s/port.example/2024/ferry',
  'https://www.google.com/url?rct=j&url=https://port.example/2024/ferry&ct=ga',
])
  test(`${address} is the story`, () => expect(canonicalAddress(address)).toBe(STORY));

test('what makes another page stays', () => {
  expect(canonicalAddress('https://port.example/?p=2&b=1')).toBe('https://port.example?b=1&p=2');
  expect(canonicalAddress('https://port.example/a?from=1624')).toBe(
    'https://port.example/a?from=1624',
  );
  expect(canonicalAddress('https://port.example/#!/story/1')).toBe(
    'https://port.example#!/story/1',
  );
  expect(canonicalAddress('https://port.example/Ferry')).toBe('https://port.example/Ferry');
  expect(canonicalAddress('https://port.example/example')).toBe('https://port.example/example');
  expect(canonicalAddress('https://port.example/camp')).toBe('https://port.example/camp');
  expect(canonicalAddress('http://port.example:8080/a')).toBe('https://port.example:8080/a');
  expect(canonicalAddress('https://m.example/a')).toBe('https://m.example/a');
});
