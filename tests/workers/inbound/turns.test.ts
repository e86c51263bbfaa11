import { expect, test } from 'vitest';
import { openTurns } from '../../../workers/inbound/turns.ts';

test('what came in is done one after the other, whatever becomes of each, and without a pause once it is hurried', async () => {
  let asked = 0;
  const turns = openTurns(() => {
    asked += 1;
    return true;
  });
  let open = 0;
  let most = 0;
  const order: number[] = [];
  const work = (n: number) => () =>
    new Promise<number>((resolve, reject) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open -= 1;
        order.push(n);
        if (n === 1) reject(new Error('no'));
        else resolve(n);
      });
    });
  const all = Promise.allSettled([0, 1, 2, 3].map((n) => turns.take(work(n))));
  turns.hurry();
  const done = await all;
  expect(done.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect([most, order, asked]).toEqual([1, [0, 1, 2, 3], 4]);
});

test('while the process is busy there is a pause before each, and none while it is not', async () => {
  const busy = openTurns(() => true);
  const idle = openTurns(() => false);
  const order: string[] = [];
  const waits = busy.take(async () => order.push('busy'));
  for (let n = 0; n < 3; n++) await idle.take(async () => order.push('idle'));
  await waits;
  expect(order).toEqual(['idle', 'idle', 'idle', 'busy']);
});
