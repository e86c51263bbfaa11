import { expect, test } from 'vitest';
import { backOffMs } from '../src/backoff.ts';

test('back-offs double up to the longest, between half and one and a half of it', () => {
  const after = (failures: number, random: number) =>
    backOffMs(failures, { firstMs: 30_000, longestMs: 3_600_000, random: () => random });
  expect([1, 2, 3, 7, 8, 100].map((failures) => after(failures, 0.5))).toEqual([
    30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000,
  ]);
  expect(after(1, 0)).toBe(15_000);
  expect(after(1, 0.999_999)).toBe(45_000);
});
