import { expect, it } from 'vitest';
import { dateFormat, lettersOf } from '../../src/text/formats.ts';

const noon = new Date('2026-11-24T12:00:00Z');

it('makes a format once for each language, zone and kind of date', () => {
  const madrid = dateFormat('es', { month: 'long', timeZone: 'Europe/Madrid' });
  expect(dateFormat('es', { month: 'long', timeZone: 'Europe/Madrid' })).toBe(madrid);
  expect(madrid.format(noon)).toBe('noviembre');
  expect(dateFormat('en', { month: 'long', timeZone: 'Europe/Madrid' }).format(noon)).toBe(
    'November',
  );
  expect(dateFormat('es', { hour: 'numeric', timeZone: 'Asia/Tokyo' }).format(noon)).toBe('21');
  expect(() => dateFormat('es', { timeZone: 'Mars/Olympus' })).toThrow(RangeError);
});

it('keeps a bounded number of them, whatever languages feeds name', () => {
  const before = dateFormat('en', { day: 'numeric' });
  for (let n = 0; n < 1_000; n++) dateFormat(`en-x-a${n}`, { day: 'numeric' });
  expect(dateFormat('en', { day: 'numeric' })).not.toBe(before);
});

it('counts letters as readers do', () => {
  expect([...lettersOf('a👩‍👩‍👧é')].map(({ segment }) => segment)).toEqual(['a', '👩‍👩‍👧', 'é']);
});
