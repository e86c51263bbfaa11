import { simpleParser } from 'mailparser';
import { afterAll, describe, expect, test } from 'vitest';
import type { LetterContent } from '../../../emails/letters/content.ts';
import { buildLetter } from '../../../emails/letters/message.ts';
import { Unaddressable } from '../../../emails/message/subscriber-values.ts';
import { openRenderer } from '../../../emails/render/renderer.ts';
import { letters } from '../../../scripts/sample-mails.ts';

const renderer = openRenderer();
afterAll(() => renderer.close());

const envelope = {
  from: { name: 'The Daily', address: 'daily@news.example.org' },
  replyTo: null,
  to: { address: 'ana@example.org', name: 'Ana Ñandú' },
  messageId: 'letter.7@news.example.org',
  date: new Date('2026-11-24T06:00:00Z'),
};

const confirmation = (change: object = {}): LetterContent => ({
  kind: 'confirmation',
  imprint: {
    newsroom: 'The Paper',
    postalAddress: '12 Harbour Street\n1001 Portville',
    publicUrl: 'https://news.example.org',
    accent: null,
    logoUrl: null,
    typeface: 'georgia',
  },
  language: 'en',
  timezone: 'Europe/Madrid',
  parts: {
    newsletters: [
      { slug: 'daily', title: 'The Daily', description: 'Every morning' },
      { slug: 'science', title: 'Science', description: '' },
    ],
    confirmUrl: 'https://news.example.org/confirm/abc?x=1&y=2',
    requestedAt: new Date('2026-11-24T08:15:00Z'),
    origin: 'news.example.org',
    days: 7,
    ...change,
  },
});

test('a confirmation says who asked for what, when and where, and how to ignore it', async () => {
  const { subject, html, text } = await renderer.render('letter', confirmation());
  expect(subject).toBe('Confirm your subscription to The Daily and Science');
  for (const body of [html, text.replaceAll(/\s+/g, ' ')]) {
    expect(body).toContain(
      'signed up this address for The Daily and Science at news.example.org on 24 November 2026 at 09:15 CET',
    );
    expect(body).toContain('If it was not you, ignore this email');
    expect(body).toContain('The button works for 7 days.');
    expect(body).toContain('12 Harbour Street');
  }
  expect(html).toContain('href="https://news.example.org/confirm/abc?x=1&amp;y=2"');
  expect(text).toContain('\nhttps://news.example.org/confirm/abc?x=1&y=2\n');
  expect(html).not.toContain('ubscribe<');
});

describe.each(Object.entries(letters()))('the letter %s', (_, content) => {
  test('is a whole message in its language, that no machine answers', async () => {
    const { message, subject } = await buildLetter(renderer, content, envelope);
    const raw = message.toString('latin1');
    expect(raw.replaceAll('\r\n', '')).toMatch(/^[\t\x20-\x7e]*$/);
    for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
    expect(raw).toMatch(new RegExp(`^Content-Language: ${content.language}\r$`, 'm'));
    const parsed = await simpleParser(message);
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed.subject).toBe(subject);
    expect(parsed.messageId).toBe('<letter.7@news.example.org>');
    expect(parsed.to).toMatchObject({ value: [{ address: 'ana@example.org', name: 'Ana Ñandú' }] });
    expect(parsed.date).toEqual(envelope.date);
    expect(String(parsed.html) + parsed.text + subject).not.toMatch(/undefined|null|\{\{|\[object/);
    for (const line of String(parsed.text).split('\n')) {
      if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(76);
    }
  });

  test('can be left by one click only where there is something to leave', async () => {
    const raw = (await buildLetter(renderer, content, envelope)).message.toString('latin1');
    const leaves = ['welcome', 'notice', 'links', 'silent'].includes(content.kind);
    expect(raw.includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click')).toBe(leaves);
    const header =
      /List-Unsubscribe: <https:\/\/news\.example\.org\/unsubscribe\/sample>,\r\n <mailto:[^>]+>/;
    expect(header.test(raw)).toBe(leaves);
    expect(/^List-ID: .*<daily\.news\.example\.org>\r$/im.test(raw)).toBe(leaves);
  });
});

test('text of strangers is text', async () => {
  const origin = '<script>x</script>{{newsroom}}$t(roles.owner)';
  const { html, text } = await renderer.render('letter', confirmation({ origin }));
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;script&gt;x&lt;/script&gt;{{newsroom}}$t(roles.owner)');
  expect(text).toContain(origin);
});

test('a reader of Arabic is written to in Arabic, from right to left', async () => {
  const { html, text, subject } = await renderer.render('letter', {
    ...confirmation({ days: 2 }),
    language: 'ar',
  });
  expect(html).toContain('<html lang="ar" dir="rtl"');
  expect(subject).toBe('أكّد اشتراكك في The Daily وScience');
  expect(text).toContain('يعمل الزر ليومين.');
  expect(text).toContain('24 نوفمبر 2026 في 9:15 ص');
});

test('a welcome says with each newsletter when its first edition comes', async () => {
  const welcome = letters()['welcome-en'];
  if (welcome?.kind !== 'welcome') throw new Error('no sample');
  const { html, text } = await renderer.render('letter', welcome);
  expect(text).toContain(
    '* The Daily\n  Every morning at seven\n  Your first edition goes out on 25 November 2026',
  );
  expect(html).toContain('Every morning at seven<br>Your first edition goes out on 25 November');
});

test('one day and one hour are told in the singular', async () => {
  const { text } = await renderer.render('letter', confirmation({ days: 1 }));
  expect(text).toContain('works for 1 day.');
});

test('an international address asks for SMTPUTF8', async () => {
  const to = { address: 'añá@españa.example', name: null };
  const { message, utf8 } = await buildLetter(renderer, confirmation(), { ...envelope, to });
  expect(utf8).toBe(true);
  expect(message.toString('utf8')).toContain('\r\nTo: añá@xn--espaa-rta.example\r\n');
});

test.each([
  { to: { address: 'a@b.org\r\nBcc: c@d.org', name: null } },
  { to: { address: 'a@b.org', name: 'A\r\nBcc: c@d.org' } },
  { messageId: 'a\r\n@b' },
])('a header cannot be injected: %j', async (change) => {
  await expect(buildLetter(renderer, confirmation(), { ...envelope, ...change })).rejects.toThrow(
    Unaddressable,
  );
});
