import { expect, test } from 'vitest';
import { keepCounts } from '../../src/deliveries/kept-counts.ts';

/** Counts that take so long on a clock of their own, and how often something was counted. */
function counting() {
  let now = 1;
  let counted = 0;
  const keep = keepCounts<{ counted: number }>(() => now);
  const owner = {};
  return {
    pass: (ms: number) => {
      now += ms;
    },
    count: (ms: number) =>
      keep(owner, 'readers', async () => {
        now += ms;
        counted += 1;
        return { counted };
      }),
  };
}

test('what is counted quickly is counted anew', async () => {
  const { count } = counting();
  for (const counted of [1, 2, 3]) expect(await count(50)).toEqual({ counted });
});

test('what takes long twice is kept for a hundred times as long', async () => {
  const { count, pass } = counting();
  await count(200);
  expect(await count(100)).toEqual({ counted: 2 });
  pass(9_000);
  expect(await count(100)).toEqual({ counted: 2 });
  pass(1_001);
  expect(await count(100)).toEqual({ counted: 3 });
});

test('what took long once, as anything does on a busy machine, is not', async () => {
  const { count } = counting();
  await count(200);
  expect(await count(10)).toEqual({ counted: 2 });
  await count(200);
  expect(await count(10)).toEqual({ counted: 4 });
});
