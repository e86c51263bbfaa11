import fc from 'fast-check';

import { expect, test } from 'vitest';
import { encodeValue } from '../../../emails/message/quoted-printable.ts';
import { decodeQuotedPrintable } from '../fixtures/decode.ts';

const values = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('.', '=', 'a', ' ', 'ñ', '🎈', '•'), maxLength: 400 }),
  fc.webUrl({ withQueryParameters: true }),
);

const within = (text: string) => text.replaceAll(/\p{Cc}/gu, '').toWellFormed();

test('a value decodes to itself', () => {
  fc.assert(
    fc.property(values.map(within), (value) => {
      const encoded = encodeValue(value);
      expect(decodeQuotedPrintable(`${encoded}=\r\n`)).toBe(value);
    }),
  );
});

test('no line is longer than 76, begins with a dot, or ends in a space', () => {
  fc.assert(
    fc.property(values.map(within), (value) => {
      for (const line of encodeValue(value).split('\r\n')) {
        expect(line.length).toBeLessThanOrEqual(76);
        expect(line).toMatch(/^(?!\.)[\x20-\x7e]*$/);
      }
      expect(encodeValue(value)).not.toMatch(/ $/);
    }),
  );
});

test('a soft break never cuts a letter in two', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('ñ', 'x', '€', '🎈'), maxLength: 200 }),
      (value) => {
        for (const line of encodeValue(value).split('=\r\n')) {
          expect(decodeQuotedPrintable(line)).not.toContain('�');
        }
      },
    ),
  );
});
