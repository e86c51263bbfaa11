import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Operation } from '../../../src/http/api/operation.ts';
import { operations } from '../../../src/http/api/operations.ts';
import { addArticle, addReaders } from './fixtures.ts';
import { openApi } from './harness.ts';

const { call, context } = await openApi();
await addReaders(context.db, 2);
await addArticle(context.db, { title: 'Ferry is late' });
await call('POST', '/editions', { newsletter: 'daily', kind: 'daily' });

const nasty = fc.constantFrom(
  '',
  ' ',
  '\u{0}',
  'a\u{0}b',
  '\ud800',
  '\u{202e}abc',
  '__proto__',
  "'; drop table subscribers; --",
  '<script>alert(1)</script>',
  'a\r\nBcc: eve@example.org',
  '👩‍👩‍👧'.repeat(200),
  'x'.repeat(100_000),
  'daily',
  'ana@example.org',
  '9'.repeat(30),
  '2026-02-30T25:61:00Z',
  '9999-12-31T23:59:59Z',
);
const value = fc.oneof(
  { weight: 3, arbitrary: nasty },
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, {}, [], [null], ['news']),
  fc.array(nasty, { maxLength: 3 }),
  fc.jsonValue(),
);
// bodies of fields that the call knows, mostly such as it takes, so that what is asked comes as far as the database
const bodyOf = ({ document }: Operation) => {
  const { schema } = document.requestBody?.content['application/json'] ?? {};
  const object = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const names = object instanceof z.ZodObject ? Object.keys(object.shape) : [];
  const known = names.map((name) => {
    const taken = fc.constantFrom(...(samples[name as keyof typeof samples] ?? words));
    return [name, fc.oneof({ weight: 20, arbitrary: taken }, { weight: 1, arbitrary: value })];
  });
  return fc.record(Object.fromEntries(known), { requiredKeys: [] });
};
const words = ['Plain words', 'a\u{0}b', '\ud800', '\u{202e}', 'ñandú 🗞️'];
const samples = {
  newsletter: ['daily'],
  kind: ['special', 'weekly'],
  slug: ['evening', 'evening-2'],
  url: ['https://news.example.org/a', 'https://news.example.org/\u{0}', 'http://[::1]:1/'],
  articles: [['1'], ['2']],
  article: ['1', '2'],
  copy: ['1', '2'],
  email: ['ana@example.org', '"a b"@example.org', 'ñ@exámple.org', 'bea@example.org'],
  consent: [{ source: 'a\u{0}b', at: '2026-01-01T00:00:00Z' }],
  sendAt: ['2199-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00', '07:00'],
  publishedAt: ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-12:00'],
  sections: [['news'], null],
  section: ['news', null],
  subscriptions: [[{ newsletter: 'daily', pausedUntil: '9999-12-31T23:59:59-12:00' }]],
  image: [{ url: 'https://news.example.org/i.png', alt: '\u{0}' }, null],
  send: [false],
  state: ['active', 'off'],
  frequency: ['weekly'],
  hour: ['07:00', null],
  language: ['es', 'x-klingon'],
  timezone: ['Europe/Madrid'],
  kinds: [['daily']],
  days: [[1, 2]],
  weeklyDay: [1],
  active: [true],
  private: [false],
  reviewRequired: [false],
  reviewMinutes: [10],
  origins: [['https://news.example.org']],
  linkParameters: ['utm_source=a', 'a=\u{0}'],
  from: ['The Daily <daily@example.org>'],
  replyTo: ['desk@example.org'],
  colour: ['#112233'],
  logo: ['https://news.example.org/l.png'],
  hash: ['0'.repeat(64)],
};
const query = fc.dictionary(
  fc.constantFrom('limit', 'after', 'newsletter', 'state', 'email', 'format', 'sections', 'hash'),
  nasty.map((text) => text.slice(0, 300)),
  { maxKeys: 1 },
);

it.each(operations.map((one) => ({ ...one, method: one.method.toUpperCase(), one })))(
  '$method $path answers junk with a clear no, and never with a 500',
  async ({ method, path, one }) => {
    const property = fc.asyncProperty(bodyOf(one), query, async (json, params) => {
      const asked = method === 'GET' ? new URLSearchParams(params).toString() : '';
      const url = `${path.replace('{slug}', 'daily').replaceAll(/\{\w+\}/g, '1')}?${asked}`;
      const answer = await call(method, url, method === 'GET' ? undefined : json);
      expect(answer.status, JSON.stringify(answer.body).slice(0, 300)).toBeLessThan(500);
      if (answer.status >= 400) expect(answer.body.detail).toEqual(expect.any(String));
    });
    await fc.assert(property, { numRuns: 30, seed: 1 });
  },
);
