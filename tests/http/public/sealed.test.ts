import { expect, test } from 'vitest';
import { openSeal } from '../../../src/http/public/site/sealed.ts';

const secret = 'a secret of more than sixteen characters';
const soon = new Date(Date.now() + 60_000);

test('what is sealed is opened again, until its time, and shows nothing', () => {
  let now = Date.now();
  const { seal, open } = openSeal<{ email: string }>([secret], 'test', () => new Date(now));
  const sealed = seal({ email: 'ana@example.org' }, soon);
  expect(sealed).toMatch(/^[\w-]+$/);
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('ana');
  expect(open(sealed)).toEqual({ email: 'ana@example.org' });
  now = soon.getTime();
  expect(open(sealed)).toBeUndefined();
});

test('another purpose, another secret and another text open nothing', () => {
  const sealed = openSeal<string>([secret], 'one').seal('x', soon);
  expect(openSeal([secret], 'two').open(sealed)).toBeUndefined();
  expect(openSeal(['another secret of some length'], 'one').open(sealed)).toBeUndefined();
  const { open } = openSeal([secret], 'one');
  for (let at = 0; at < sealed.length - 1; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    expect(open(sealed.slice(0, at) + other + sealed.slice(at + 1))).toBeUndefined();
  }
  for (const text of ['', 'x', sealed.slice(0, -2), 'x'.repeat(5000)])
    expect(open(text)).toBeUndefined();
  const rotated = openSeal(['another secret of some length', secret], 'one');
  expect(rotated.open(sealed)).toBe('x');
});
