import { describe, expect, it } from 'vitest';
import { passwordFault, TooBusy, verifyPassword } from '../../src/operators/passwords.ts';

describe('a password', () => {
  it.each([
    ['short', 'x7!pQ'],
    ['long', 'x'.repeat(1001)],
    ['weak', '1234567890'],
    ['weak', 'password12'],
    ['weak', 'aaaaaaaaaaaa'],
    ['weak', 'qwertyuiop'],
    ['weak', 'Gaceta2026!'],
    ['weak', 'ana@example.org'],
    [undefined, 'correct horse'],
    [undefined, 'una barca con dos remos'],
  ])('is %s: %s', async (fault, password) => {
    expect(await passwordFault(password, ['ana@example.org'])).toBe(fault);
  });
});

it('at most so many wait to be checked; the others are told to come back', async () => {
  const checks = Array.from({ length: 60 }, () => verifyPassword(null, 'nonsense 1'));
  const settled = await Promise.allSettled(checks);
  const refused = settled.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(18);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(TooBusy);
  // and the queue goes on
  expect(await verifyPassword(null, 'nonsense 1')).toBe(false);
});
