import { expect, test } from 'vitest';
import { heloOf } from '../../src/relays/helo.ts';
import { parseWarmUp, warmUpCeiling } from '../../src/relays/pace/warm-up.ts';
import { parseRelayUrls, RelayUrlError } from '../../src/relays/settings.ts';

test('one relay, and what is filled in', () => {
  expect(parseRelayUrls('smtp://relay.test', 10)).toEqual([
    {
      name: 'relay.test',
      host: 'relay.test',
      port: 25,
      secure: false,
      requireTls: false,
      connections: 10,
      weight: 1,
    },
  ]);
  expect(parseRelayUrls(' smtps://relay.test , ', 10)).toMatchObject([{ port: 465, secure: true }]);
  expect(parseRelayUrls('smtp://Correo.España.test', 10)).toMatchObject([
    { host: 'correo.xn--espaa-rta.test' },
  ]);
  expect(parseRelayUrls('smtp://u:p@[::1]:2525/', 10)).toMatchObject([
    { host: '::1', port: 2525, auth: { user: 'u', pass: 'p' } },
  ]);
});

test('several relays with everything said', () => {
  const value =
    'smtp://u%40x:p%2Fa%23,%25@one.test?connections=4&rate=12.5&weight=3&name=main&tls=required&warmup=2026-11-01:500:1.5,smtp://two.test,smtp://two.test:26';
  expect(parseRelayUrls(value, 7)).toEqual([
    {
      name: 'main',
      host: 'one.test',
      port: 587,
      secure: false,
      requireTls: true,
      auth: { user: 'u@x', pass: 'p/a#,%' },
      connections: 4,
      rate: 12.5,
      weight: 3,
      warmUp: { startedOn: '2026-11-01', first: 500, growth: 1.5 },
    },
    expect.objectContaining({ name: 'two.test:25', connections: 7 }),
    expect.objectContaining({ name: 'two.test:26', connections: 7 }),
  ]);
});

test.each([
  ['', /SMTP_URL is empty/],
  ['relay.test', /cannot be read as an address/],
  ['http://relay.test', /starts with http:\/\//],
  ['smtp://', /cannot be read/],
  ['smtp://u:sec/ret@relay.test', /./],
  ['smtp://u:sec#ret@relay.test', /./],
  ['smtp://u@relay.test', /only one of user and password/],
  ['smtp://:secret@relay.test', /only one of user and password/],
  ['smtp://relay.test:99999', /cannot be read/],
  ['smtp://relay.test?conections=3', /"conections" is unknown; known are connections/],
  ['smtp://relay.test?connections=0', /connections= must be a whole number from 1/],
  ['smtp://relay.test?connections=2.5', /whole number/],
  ['smtp://relay.test?rate=fast', /rate= must be a number/],
  ['smtp://relay.test?rate=1&rate=2', /"rate" is there twice/],
  ['smtp://relay.test?tls=yes', /tls= can only be "required"/],
  ['smtps://relay.test?tls=off', /smtps:\/\/ is TLS/],
  ['smtp://relay.test?pipelining=on', /pipelining= can only be "off"/],
  ['smtp://relay.test?helo=nodot', /helo= must be a host name with a dot/],
  ['smtp://relay.test?helo=bad_name.test', /helo= must be a host name/],
  // a password with characters of its own, in whatever way it falls apart
  ['smtp://user:sec?ret@relay.test', /percent-encoded/],
  ['smtp://user:12?sec-ret@relay.test', /percent-encoded/],
  ['smtp://user:12?sec-ret&more@relay.test', /percent-encoded/],
  ['smtp://user:12?sec-ret', /a parameter is unknown; known are connections/],
  ['smtp://user:12/sec-ret@relay.test', /percent-encoded/],
  ['smtp://user:12#sec-ret@relay.test', /percent-encoded/],
  ['smtp://user:p%40sec-ret%@relay.test', /write % itself as %25/],
  ['smtp://user:p%C3sec-ret@relay.test', /write % itself as %25/],
  ['sec-ret://user:p@relay.test', /starts with something else/],
  ['smtp://user:a,sec-ret://x@relay.test', /starts with something else|cannot be read/],
  ['smtp://relay.test?warmup=soon', /warmup= must be START:FIRST:GROWTH/],
  ['smtp://a.test?name=x,smtp://b.test?name=x', /two relays are called "x"/],
])('%s is refused in a sentence', (value, sentence) => {
  const error = refusal(value);
  expect(error.message).toMatch(sentence);
  expect(error.message).not.toMatch(/sec.?ret/);
});

test('all faults are told at once, each with its relay', () => {
  expect(refusal('smtp://a.test?rate=x&tls=no,ftp://b.test').problems).toEqual([
    expect.stringMatching(/^SMTP_URL, relay 1: tls=/),
    expect.stringMatching(/^SMTP_URL, relay 1: rate=/),
    expect.stringMatching(/^SMTP_URL, relay 2: starts with ftp:/),
  ]);
});

test('user and password mean TLS, unless the operator says off or the relay is on this machine', () => {
  const requires = (value: string) => parseRelayUrls(value, 1)[0]?.requireTls;
  expect(requires('smtp://u:p@relay.test')).toBe(true);
  expect(requires('smtp://u:p@relay.test?tls=off')).toBe(false);
  expect(parseRelayUrls('smtp://u:p@relay.test?tls=off', 1)).toMatchObject([{ tlsOff: true }]);
  expect(requires('smtp://relay.test')).toBe(false);
  for (const here of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'relay.localhost'])
    expect(requires(`smtp://u:p@${here}`)).toBe(false);
  expect(requires('smtp://u:p@127.0.0.1.example.org')).toBe(true);
  expect(requires('smtp://u:p@127.0.0.1?tls=required')).toBe(true);
});

test('the name in EHLO, and no PIPELINING', () => {
  const url = 'smtp://relay.test?helo=';
  expect(parseRelayUrls(`${url}news.test.&pipelining=off`, 1)).toMatchObject([
    { helo: 'news.test', pipelining: false },
  ]);
  expect(parseRelayUrls(`${url}%5B192.0.2.1%5D`, 1)).toMatchObject([{ helo: '[192.0.2.1]' }]);
  expect(parseRelayUrls(`${url}correo.espa%C3%B1a.test`, 1)).toMatchObject([
    { helo: 'correo.xn--espaa-rta.test' },
  ]);
});

test.each([
  ['https://news.example.org/paper', 'news.example.org'],
  ['http://192.0.2.1:3000', '[192.0.2.1]'],
  ['http://[2001:db8::1]/', '[IPv6:2001:db8::1]'],
  ['http://localhost:3000', undefined],
])('%s gives %s as the name in EHLO', (publicUrl, name) => {
  expect(heloOf(publicUrl)).toBe(name);
});

function refusal(value: string): RelayUrlError {
  try {
    parseRelayUrls(value, 10);
  } catch (error) {
    if (error instanceof RelayUrlError) return error;
  }
  throw new Error(`${value} was taken`);
}

test('a warm-up grows by the day and ends in no limit', () => {
  const plan = parseWarmUp('2026-10-24:500:1.5');
  if (!plan) throw new Error('no plan');
  // Over a change of clocks as well: days are the calendar's.
  const days = ['2026-10-23', '2026-10-24', '2026-10-25', '2026-10-26', '2026-11-03', '2028-01-01'];
  expect(days.map((day) => warmUpCeiling(plan, day))).toEqual([
    0,
    500,
    750,
    1_125,
    28_832,
    Infinity,
  ]);
});

test.each([
  '',
  '2026-02-30:500:2',
  '2026-01-01:0:2',
  '2026-01-01:500:1',
  '2026-01-01:500',
  '2026-01-01:5e3:2',
])('%j is no warm-up plan', (text) => expect(parseWarmUp(text)).toBeUndefined());
