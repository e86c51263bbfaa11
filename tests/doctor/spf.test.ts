import { describe, expect, it } from 'vitest';
import { checkSpf } from '../../src/doctor/check-spf.ts';
import { readSpf } from '../../src/doctor/spf.ts';
import { withMechanism } from '../../src/doctor/spf-record.ts';
import { serveZone } from './fixtures/name-server.ts';

const txt = (value: string) => ({ type: 'TXT' as const, value });
const a = (value: string) => ({ type: 'A' as const, value });

describe('SPF', async () => {
  const { resolver: dns } = await serveZone({
    'mail.example': [a('203.0.113.7'), { type: 'MX', value: 'mx.mail.example' }],
    'mx.mail.example': [a('203.0.113.9')],
    'provider.example': [txt('v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 ~all')],
    'other.example': [txt('v=spf1 -ip4:198.51.100.7 include:provider.example -all')],
    'moved.example': [txt('v=spf1 redirect=provider.example')],
    'loop.example': [txt('v=spf1 include:loop.example -all')],
    'gone.example': [txt('v=spf1 include:nowhere.example -all')],
    'wrong.example': [txt('v=spf1 ipv4:198.51.100.7 -all')],
    'void.example': [txt('v=spf1 a:n1.example a:n2.example a:n3.example -all')],
    'twice.example': [txt('v=spf1 -all'), txt('v=spf1 ~all')],
    'via-twice.example': [txt('v=spf1 include:twice.example -all')],
    'ses.example': [txt('v=spf1 include:amazonses.com -all')],
    'amazonses.com': [txt('v=spf1 ip4:199.255.192.0/22 -all')],
    'many.example': [
      txt(`v=spf1 ${Array.from({ length: 11 }, () => 'a:mail.example').join(' ')} -all`),
    ],
    'ten.example': [
      txt(`v=spf1 ${Array.from({ length: 10 }, () => 'a:mail.example').join(' ')} -all`),
    ],
    'own.example': [txt('v=spf1 a:mail.example mx:mail.example/31 -all')],
  });

  const says = async (record: string, address: string) =>
    (await readSpf(dns, 'mail.example', record)).says(address);

  it.each([
    ['v=spf1 a -all', '203.0.113.7', 'pass'],
    ['v=spf1 a -all', '203.0.113.8', 'fail'],
    ['v=spf1 a/30 -all', '203.0.113.5', 'pass'],
    ['v=spf1 mx ~all', '203.0.113.9', 'pass'],
    ['v=spf1 mx ~all', '203.0.113.7', 'softfail'],
    ['v=spf1 include:provider.example -all', '198.51.100.7', 'pass'],
    // what an included record refuses is no match
    ['v=spf1 include:other.example ?all', '198.51.100.7', 'neutral'],
    ['v=spf1 redirect=provider.example', '203.0.113.7', 'softfail'],
    ['v=spf1 include:provider.example -all', '2001:db8::7', 'pass'],
    ['v=spf1 ip4:203.0.113.7', '2001:db8::7', 'neutral'],
    ['v=spf1 IP4:203.0.113.7 -ALL', '203.0.113.7', 'pass'],
    ['v=spf1 exists:%{i}.x.example -all', '203.0.113.7', 'fail'],
  ])('%s says of %s: %s', async (record, address, result) => {
    expect(await says(record, address)).toBe(result);
  });

  it.each([
    ['loop.example', 'lookups'],
    ['gone.example', 'absentPart'],
    ['wrong.example', 'brokenPart'],
    ['void.example', 'void'],
    ['via-twice.example', 'severalPart'],
    ['many.example', 'lookups'],
    ['nowhere.example', 'missing'],
  ])('finds what receivers give up on in %s: %s', async (domain, finding) => {
    expect(await checkSpf(dns, domain, [])).toMatchObject({ ok: false, finding });
  });

  it('counts look-ups through includes', async () => {
    expect((await checkSpf(dns, 'ten.example', [])).detail).toContain('10 of 10');
    expect((await checkSpf(dns, 'moved.example', [])).detail).toContain('1 of 10');
  });

  it('says whether the record allows the relays', async () => {
    const ses = 'email-smtp.eu-west-1.amazonaws.com';
    expect((await checkSpf(dns, 'ses.example', [ses])).finding).toBeUndefined();
    expect(await checkSpf(dns, 'own.example', [ses])).toMatchObject({
      ok: false,
      finding: 'uncovered',
      record: { value: 'v=spf1 a:mail.example mx:mail.example/31 include:amazonses.com -all' },
    });
    expect((await checkSpf(dns, 'own.example', ['mail.example'])).finding).toBeUndefined();
    // a relay's other side may have another address
    expect(await checkSpf(dns, 'ses.example', ['mail.example'])).toMatchObject({
      ok: true,
      finding: 'perhapsUncovered',
      record: { value: 'v=spf1 include:amazonses.com a:mail.example -all' },
    });
  });

  it('puts a mechanism before what ends a record', () => {
    expect(withMechanism('v=spf1 mx', 'a:x')).toBe('v=spf1 mx a:x');
    expect(withMechanism('v=spf1 redirect=y.example', 'a:x')).toBe('v=spf1 a:x redirect=y.example');
  });
});
