import { expect, test } from 'vitest';
import { freshSeconds, retryAfter } from '../../src/feeds/http/freshness.ts';
import { linkTo } from '../../src/feeds/http/links.ts';
import { isPublicAddress } from '../../src/feeds/http/public-addresses.ts';
import { nextFetchAt } from '../../src/feeds/schedule.ts';

const now = new Date('2026-03-01T00:00:00Z');
const wait = (last: Partial<Parameters<typeof nextFetchAt>[0]>) =>
  (nextFetchAt({ now, failures: 0, random: 0, ...last }).getTime() - now.getTime()) / 60_000;

test('a feed is asked every quarter of an hour, later while its cache is fresh', () => {
  expect(wait({})).toBe(15);
  expect(wait({ random: 1 })).toBe(16.5);
  expect(wait({ cacheSeconds: 60 })).toBe(15);
  expect(wait({ cacheSeconds: 3600 })).toBe(60);
  expect(wait({ cacheSeconds: 30_000_000 })).toBe(360);
});

test('failures double the wait, up to a day', () => {
  expect([1, 2, 3, 4].map((failures) => wait({ failures, random: 0.5 }))).toEqual([
    15, 30, 60, 120,
  ]);
  expect(wait({ failures: 3, random: 0 })).toBe(30);
  expect(wait({ failures: 1000, random: 1 })).toBe(24 * 60);
});

test('Retry-After is kept, up to a day', () => {
  expect(wait({ failures: 1, retryAfterSeconds: 7200 })).toBe(120);
  expect(wait({ retryAfterSeconds: 3600 })).toBe(60);
  expect(wait({ failures: 1, retryAfterSeconds: 999_999_999 })).toBe(24 * 60);
});

test('freshness and Retry-After are read from the headers', () => {
  expect(freshSeconds({ 'cache-control': 'max-age=600', age: '60' }, now)).toBe(540);
  expect(freshSeconds({ 'cache-control': 'no-cache, max-age=600' }, now)).toBe(0);
  expect(freshSeconds({ expires: 'Sun, 01 Mar 2026 00:10:00 GMT' }, now)).toBe(600);
  expect(freshSeconds({ expires: '0' }, now)).toBe(0);
  expect(freshSeconds({}, now)).toBeNull();
  expect(retryAfter({ 'retry-after': '120' }, now)).toBe(120);
  expect(retryAfter({ 'retry-after': 'Sun, 01 Mar 2026 01:00:00 GMT' }, now)).toBe(3600);
  expect(retryAfter({ 'retry-after': 'soon' }, now)).toBeNull();
  expect(linkTo({ link: '<javascript:1>; rel=hub' }, 'hub')).toBeNull();
});

test('only addresses of the public Internet are public', () => {
  for (const address of ['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34'])
    expect(isPublicAddress(address), address).toBe(true);
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::10.0.0.1',
    '64:ff9b::a00:1',
    'fc00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '2002:a00:1::1',
    'fe80::1%eth0',
    'example.org',
    '',
  ])
    expect(isPublicAddress(address), address).toBe(false);
});
