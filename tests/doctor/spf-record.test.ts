import { expect, it } from 'vitest';
import { spfRecord } from '../../src/doctor/spf-record.ts';

it.each([
  [['email-smtp.eu-west-1.amazonaws.com'], 'v=spf1 include:amazonses.com -all'],
  [
    ['mail.example.org', '192.0.2.7', '2001:db8::7'],
    'v=spf1 a:mail.example.org ip4:192.0.2.7 ip6:2001:db8::7 -all',
  ],
  [['smtp.sendgrid.net', 'smtp.sendgrid.net'], 'v=spf1 include:sendgrid.net -all'],
  [['notsendgrid.net'], 'v=spf1 a:notsendgrid.net -all'],
  [[], 'v=spf1 -all'],
])('writes the SPF record of a domain that sends through %o', (hosts, record) => {
  expect(spfRecord(hosts)).toBe(record);
});
