import { expect, test } from 'vitest';
import { Throttle } from '../../../src/relays/pace/throttle.ts';

/** A relay that takes so many in each second and refuses the rest; what is sent arrives 20 ms later. */
function run(throttle: Throttle, { limit, seconds }: { limit: number; seconds: number }) {
  let taken = 0;
  let refused = 0;
  const flying: number[] = [];
  let second = 0;
  let inSecond = 0;
  for (let now = 0; now < seconds * 1_000; now += 5) {
    while (flying.length > 0 && (flying[0] ?? 0) + 20 <= now) {
      const since = flying.shift() ?? 0;
      if (Math.floor(now / 1_000) !== second) {
        second = Math.floor(now / 1_000);
        inSecond = 0;
      }
      if (++inSecond <= limit) {
        taken += 1;
        throttle.took(now);
      } else {
        refused += 1;
        throttle.slower(now, since);
      }
    }
    while (flying.length < 20 && throttle.allowance(now) > 0) {
      flying.push(now);
      throttle.started();
    }
  }
  return { taken, refused };
}

test.each([5, 50])('it finds the rate of a relay that takes %i a second', (limit) => {
  const { taken, refused } = run(new Throttle(), { limit, seconds: 60 });
  expect(taken).toBeGreaterThan(limit * 60 * 0.7);
  expect(refused).toBeLessThan(taken * 0.15 + 40);
});

test('a relay that takes nothing gets very few', () => {
  const { refused } = run(new Throttle(), { limit: 0, seconds: 600 });
  expect(refused).toBeLessThan(60);
});

test('a relay that never asks for fewer is not held back', () => {
  const throttle = new Throttle();
  throttle.took(1);
  expect(throttle.active).toBe(false);
  expect(throttle.allowance(2)).toBe(Number.POSITIVE_INFINITY);
});

test('a minute after the last word it is forgotten', () => {
  const throttle = new Throttle();
  for (let message = 0; message < 30; message += 1) throttle.took(500);
  throttle.slower(600, 550);
  expect(throttle.active).toBe(true);
  throttle.took(30_000);
  expect(throttle.active).toBe(true);
  throttle.took(61_000);
  expect(throttle.active).toBe(false);
});

test('concurrent answers count once', () => {
  const one = new Throttle();
  const many = new Throttle();
  for (const throttle of [one, many]) for (let n = 0; n < 100; n += 1) throttle.took(500);
  one.slower(600, 500);
  for (let n = 0; n < 20; n += 1) many.slower(600 + n, 500);
  expect(many.allowance(1_500)).toBe(one.allowance(1_500));
});
