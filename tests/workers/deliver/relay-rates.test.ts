import { expect, it } from 'vitest';
import { RelayRates } from '../../../workers/deliver/relay-rates.ts';

it('counts what a relay took in the last ten seconds, and forgets what is older', () => {
  let now = 50_000;
  const rates = new RelayRates(() => now);
  for (let second = 0; second < 20; second += 1) {
    for (let message = 0; message < 7; message += 1) rates.took('a');
    now += 1000;
  }
  rates.took('b');
  now += 999;
  expect([rates.of('a'), rates.of('b'), rates.of('c')]).toEqual([6.3, 0.1, 0]);
  now += 20_000;
  expect(rates.of('a')).toBe(0);
});
