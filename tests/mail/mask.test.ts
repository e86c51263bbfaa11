import { expect, it } from 'vitest';
import { maskAddressesIn } from '../../src/mail/address.ts';

it.each([
  ['550 5.1.1 <ana@example.org>: user unknown', '550 5.1.1 <a•••@example.org>: user unknown'],
  ['mailbox ana.ruiz+x@sub.example.org full', 'mailbox a•••@sub.example.org full'],
  ['250 2.0.0 Ok: queued as 4F3', '250 2.0.0 Ok: queued as 4F3'],
  ['smtp;ana@a.org;bea@b.org', 'smtp;a•••@a.org;b•••@b.org'],
])('%s reads %s', (words, masked) => {
  expect(maskAddressesIn(words)).toBe(masked);
});
