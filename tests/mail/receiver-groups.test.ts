import { expect, test } from 'vitest';
import { readAddress } from '../../src/mail/address.ts';
import { receiverGroup } from '../../src/mail/receiver-groups.ts';

test.each([
  ['gmail.com', 'google'],
  ['hotmail.es', 'microsoft'],
  ['aol.com', 'yahoo'],
  ['icloud.com', 'apple'],
  ['news.test', 'rest'],
  ['constructor', 'rest'],
  ['', 'rest'],
])('mail for %s is received by %s', (domain, group) => {
  expect(receiverGroup(domain)).toBe(group);
});

test('an address knows its receiver however its domain is typed', () => {
  expect(readAddress('ana@GoogleMail.com').group).toBe('google');
});
