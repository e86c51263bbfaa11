import { expect, test } from 'vitest';
import { readId } from '../../src/text/id.ts';

test.each(['1', '42', '999999999999999999'])('%s is an id', (text) => {
  expect(readId(text)).toBe(text);
});

test.each([
  '',
  '0',
  '007',
  '-1',
  '1e3',
  ' 1',
  '1\n',
  '9223372036854775808',
  '٣',
  undefined,
  7,
  null,
])('%j is none', (text) => {
  expect(readId(text)).toBeUndefined();
});
