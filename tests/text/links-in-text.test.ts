import { expect, test } from 'vitest';
import { holdsLink } from '../../src/text/links-in-text.ts';

test.each([
  'Win at evil.example.com',
  'you-won.com',
  'see https://x',
  'www.x',
  'Ana <ana@example.org>',
  'ana＠example.org',
  'evil．com',
  'evil。com',
  't.me/prize',
  'пример.рф',
  '192.168.7.9',
])('%s holds a link', (text) => {
  expect(holdsLink(text)).toBe(true);
});

test.each([
  'Ana Ruiz',
  'J. R. R. Tolkien',
  'J.R. Smith',
  'Dr. Núñez, Jr.',
  '3.5',
  '田中',
  "O'Brien-García",
])('%s holds none', (text) => {
  expect(holdsLink(text)).toBe(false);
});
