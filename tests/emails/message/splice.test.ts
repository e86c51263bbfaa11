import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Place } from '../../../emails/message/placeholders.ts';
import {
  builtBody,
  type PreparedVariant,
  prepareVariant,
  type SplicedMessage,
  spliceMessage,
  wireBody,
} from '../../../emails/message/splice.ts';
import { Unaddressable } from '../../../emails/message/subscriber-values.ts';
import { buildVariant } from '../../../emails/message/variant.ts';
import { openRenderer } from '../../../emails/render/renderer.ts';
import { removeStuffing } from '../fixtures/decode.ts';
import { article, edition, reader } from '../fixtures/editions.ts';

const renderer = openRenderer();
afterAll(() => renderer.close());

const marks = { ...reader, name: reader.to.name };
const wholeOf = (variant: PreparedVariant, spliced: SplicedMessage) =>
  Buffer.concat([spliced.headers, ...builtBody(variant, spliced)]);

const spanish = edition(4, {
  language: 'es',
  edition: {
    number: 9,
    kind: 'weekly',
    date: '2026-11-24',
    subject: 'Lo más leído: ñandúes 🦤 y algo más',
    preheader: null,
    introduction: '.Empieza con un punto\n\n..y con dos',
  },
});
const awkward = edition(0, {
  sections: [
    {
      slug: 'a',
      title: '.',
      articles: [
        article(1, {
          title: '. alone, =3D and =\r\n.split <b>&amp; "quoted" 🎈',
          standfirst: `${'.'.repeat(300)} ${'x'.repeat(74)}.\n.From here`,
        }),
      ],
    },
  ],
});
const contents = { English: edition(20), Spanish: spanish, awkward };

describe.each(Object.entries(contents))('a spliced message (%s)', (_, content) => {
  let variant: PreparedVariant;
  beforeAll(async () => {
    // The row has been in the database in between: bytes and JSON.
    const { message, places } = await buildVariant(renderer, content);
    const stored = {
      message: Buffer.from(message.toString('hex'), 'hex'),
      places: JSON.parse(JSON.stringify(places)),
    };
    variant = prepareVariant(stored, reader.viewUrl);
  });

  test('says what the direct rendering with the values says', async () => {
    const direct = await renderer.render('digest', { content, reader: marks });
    const parsed = await simpleParser(wholeOf(variant, spliceMessage(variant, reader)));
    expect(parsed.html).toBe(direct.html);
    expect(parsed.text).toBe(direct.text);
    expect(parsed.subject).toBe(direct.subject);
  });

  test('keeps every line within 76 in the body and 998 in the header', () => {
    const spliced = spliceMessage(variant, reader);
    const body = builtBody(variant, spliced);
    const lines = (bytes: Buffer) => bytes.toString('latin1').split('\r\n');
    expect(Math.max(...lines(Buffer.concat(body)).map((line) => line.length))).toBeLessThan(77);
    expect(Math.max(...lines(spliced.headers).map((line) => line.length))).toBeLessThan(999);
  });

  test('is 7-bit with CRLF alone, and ends in one', () => {
    const whole = wholeOf(variant, spliceMessage(variant, reader)).toString('latin1');
    expect(whole.replaceAll('\r\n', '')).toMatch(/^[\t\x20-\x7e]*$/);
    expect(whole.endsWith('\r\n')).toBe(true);
  });

  test('doubles on the wire each dot that begins a line, and only those', () => {
    const spliced = spliceMessage(variant, reader);
    const wire = Buffer.concat(wireBody(variant, spliced)).toString('latin1');
    const built = Buffer.concat(builtBody(variant, spliced)).toString('latin1');
    expect(removeStuffing(wire)).toBe(built);
    expect(wire).not.toMatch(/(^|\r\n)\.(?!\.)/);
  });

  test('tells its size before stuffing', () => {
    const spliced = spliceMessage(variant, reader);
    expect(spliced.size).toBe(wholeOf(variant, spliced).length);
  });

  test('carries the headers of a mailing', async () => {
    const { headers } = await simpleParser(wholeOf(variant, spliceMessage(variant, reader)));
    expect(headers.get('message-id')).toBe(`<${reader.messageId}>`);
    expect(headers.get('date')).toEqual(reader.date);
    expect(headers.get('to')).toMatchObject({ value: [reader.to] });
    expect(headers.get('from')).toMatchObject({ value: [{ address: 'daily@news.example.org' }] });
    expect(headers.get('reply-to')).toMatchObject({
      value: [{ address: 'desk@news.example.org' }],
    });
    expect(headers.get('list')).toMatchObject({
      id: { id: 'daily.news.example.org', name: 'The Daily' },
      unsubscribe: { url: reader.unsubscribeUrl, mail: expect.stringContaining('desk@') },
      'unsubscribe-post': { name: 'List-Unsubscribe=One-Click' },
    });
  });
});

test('what stands between two values that are near goes with them, unless a dot in it is to be doubled', () => {
  const parts = [
    'first line\r\n',
    '=\r\nnear\r\n',
    '=\r\n.dot\r\n',
    `=\r\n${'far '.repeat(200)}\r\n`,
  ];
  let message = 'Subject: x\r\n\r\n';
  const places: Place[] = [];
  for (const part of parts) {
    message += part;
    places.push({ offset: message.length, key: 'maskedAddress', encoding: 'qp-text' });
  }
  message += '=\r\nlast\r\n';
  const variant = prepareVariant({ message: Buffer.from(message), places }, reader.viewUrl);
  expect(variant.stretches.map((stretch) => stretch.length)).toEqual([3, 1, 1]);
  const spliced = spliceMessage(variant, { ...reader, maskedAddress: 'me' });
  const built = wholeOf(variant, spliced).toString();
  expect(built).toBe(`Subject: x\r\n\r\n${[...parts, '=\r\nlast\r\n'].join('me')}`);
  expect(spliced.size).toBe(built.length);
  const wire = Buffer.concat([spliced.headers, ...wireBody(variant, spliced)]).toString();
  expect(wire).toBe(built.replace('\r\n.dot', '\r\n..dot'));
});

describe('for one reader after the other', () => {
  let variant: PreparedVariant;
  beforeAll(async () => {
    variant = prepareVariant(await buildVariant(renderer, edition(3)), reader.viewUrl);
  });

  test('nothing of one is left in the next', () => {
    spliceMessage(variant, reader);
    const next = { ...reader, to: { address: 'bo@example.org', name: null }, maskedAddress: 'b•' };
    const whole = wholeOf(variant, spliceMessage(variant, next)).toString('latin1');
    expect(whole).toContain('\r\nTo: bo@example.org\r\n');
    expect(whole).not.toMatch(/\bana\b/i);
  });

  test.each([
    ['a line break in the address', { to: { address: 'a@b.org\r\nBcc: x@y.org', name: null } }],
    ['a line feed in the name', { to: { address: 'a@b.org', name: 'Ana\nBcc: x@y.org' } }],
    ['a NUL in the name', { to: { address: 'a@b.org', name: 'A\0' } }],
    ['two addresses', { to: { address: 'a@b.org, c@d.org', name: null } }],
    ['an address in brackets', { to: { address: 'a@b.org> <c@d.org', name: null } }],
    ['no domain', { to: { address: 'ana', name: null } }],
    ['an endless address', { to: { address: `${'a'.repeat(400)}@b.org`, name: null } }],
    ['a break in the Message-ID', { messageId: 'a@b\r\nX: y' }],
    ['a break in the unsubscribe link', { unsubscribeUrl: 'https://e.org/\r\nX: y' }],
    ['a bracket in the unsubscribe link', { unsubscribeUrl: 'https://e.org/>,<x' }],
    ['a break in the mailto', { unsubscribeMailto: 'mailto:a@b.org\r\nX: y' }],
    ['a break in the masked address', { maskedAddress: 'a\r\n.\r\nMAIL FROM:<x>' }],
  ])('%s is refused for that reader alone', (_, change) => {
    expect(() => spliceMessage(variant, { ...reader, ...change })).toThrow(Unaddressable);
    expect(spliceMessage(variant, reader).size).toBeGreaterThan(1000);
  });

  test.each([
    ['plain', 'Ana Ruiz'],
    ['with marks', 'Ruiz, Ana "Ani" <x@y.org>'],
    ['accented', 'Ana Ñandú'],
    ['long', `${'María de los Ángeles '.repeat(12)}Ruiz`],
    ['long and without a space', 'x'.repeat(300)],
    ['right to left', 'ليلى حداد'],
    ['like an encoded word', '=?utf-8?Q?=0D=0ABcc?= Ana'],
    ['an emoji', '🎈 Ana'],
  ])('a name (%s) arrives as it is, in short lines', async (_, name) => {
    const spliced = spliceMessage(variant, { ...reader, to: { address: 'ana@example.org', name } });
    const parsed = await simpleParser(wholeOf(variant, spliced));
    expect(parsed.to).toMatchObject({ value: [{ address: 'ana@example.org', name }] });
    const to = /\r\n(To: .*(?:\r\n .*)*)/.exec(spliced.headers.toString())?.[1] ?? '';
    for (const line of to.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  });

  test('a domain with accents goes in ASCII, without SMTPUTF8', () => {
    const to = { address: 'ana@españa.example', name: null };
    const { headers, utf8 } = spliceMessage(variant, { ...reader, to });
    expect(headers.toString()).toContain('\r\nTo: ana@xn--espaa-rta.example\r\n');
    expect(utf8).toBe(false);
  });

  test('a local part with accents stays, and asks for SMTPUTF8', () => {
    const to = { address: 'añá@españa.example', name: null };
    const spliced = spliceMessage(variant, { ...reader, to });
    expect(spliced.headers.toString('utf8')).toContain('\r\nTo: añá@xn--espaa-rta.example\r\n');
    expect(spliced.utf8).toBe(true);
    expect(spliced.size).toBe(wholeOf(variant, spliced).length);
  });

  test('markup in a value is text in the html', async () => {
    const maskedAddress = `<img src=x onerror="alert('1')">@b.org`;
    const parsed = await simpleParser(
      wholeOf(variant, spliceMessage(variant, { ...reader, maskedAddress })),
    );
    expect(parsed.html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;@b.org');
    expect(parsed.text).toContain(maskedAddress);
  });
});

test('whatever a reader is called and lives at, the message reads as it should', async () => {
  const variant = prepareVariant(await buildVariant(renderer, edition(1)), reader.viewUrl);
  const printable = fc
    .string({ unit: 'grapheme', maxLength: 120 })
    .map((text) => text.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ''));
  await fc.assert(
    fc.asyncProperty(
      printable.filter((name) => name.trim() !== ''),
      printable,
      fc.webUrl({ withQueryParameters: true }),
      async (name, maskedAddress, preferencesUrl) => {
        const to = { address: 'ana@example.org', name };
        const spliced = spliceMessage(variant, { ...reader, to, maskedAddress, preferencesUrl });
        for (const line of wholeOf(variant, spliced)
          .toString('latin1')
          .split('\r\n')
          .slice(0, -1)) {
          expect(line.length).toBeLessThanOrEqual(line.startsWith('List-') ? 998 : 76);
        }
        const { text, to: read } = await simpleParser(wholeOf(variant, spliced));
        expect(text).toContain(`\nSent to ${maskedAddress}\n`);
        expect(text).toContain(`\n${preferencesUrl}\n`);
        expect(read).toMatchObject({ value: [{ address: 'ana@example.org' }] });
      },
    ),
    { numRuns: 60 },
  );
});

test('the same content gives the same bytes', async () => {
  const [first, second] = [
    await buildVariant(renderer, edition(5)),
    await buildVariant(renderer, edition(5)),
  ];
  expect(first.message.equals(second.message)).toBe(true);
  expect(first.places).toEqual(second.places);
});

test('what one reader costs is counted in hundredths of a millisecond', async () => {
  const variant = prepareVariant(await buildVariant(renderer, edition(20)), reader.viewUrl);
  for (let warm = 0; warm < 2000; warm++) spliceMessage(variant, reader);
  const before = process.cpuUsage();
  for (let n = 0; n < 2000; n++) spliceMessage(variant, reader);
  const { user } = process.cpuUsage(before);
  // 0.013 ms on an idle machine; here others are at work beside us.
  expect(user / 1000 / 2000).toBeLessThan(0.1);
});
