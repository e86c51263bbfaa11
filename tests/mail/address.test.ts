import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AddressFault,
  InvalidAddress,
  maskAddress,
  maskWhole,
  readAddress,
} from '../../src/mail/address.ts';

function fault(input: string): AddressFault | 'none' {
  try {
    readAddress(input);
    return 'none';
  } catch (error) {
    if (error instanceof InvalidAddress) return error.fault;
    throw error;
  }
}

describe('an address', () => {
  test('keeps the local part as typed and is compared in lower case with an ASCII domain', () => {
    expect(readAddress('  Ana.García@PERIÓDICO.Example ')).toEqual({
      email: 'Ana.García@PERIÓDICO.Example',
      key: 'ana.garcía@xn--peridico-y3a.example',
      mailbox: 'Ana.García@xn--peridico-y3a.example',
      domain: 'xn--peridico-y3a.example',
      utf8: true,
      group: 'rest',
    });
    expect(readAddress('Ana+News@Gmail.com')).toMatchObject({
      email: 'Ana+News@Gmail.com',
      key: 'ana+news@gmail.com',
      utf8: false,
      group: 'google',
    });
  });

  test('is one address whether accents were typed composed or not', () => {
    const composed = readAddress('josé@péage.example');
    const apart = readAddress('jose\u0301@pe\u0301age.example');
    expect(apart.key).toBe(composed.key);
  });

  test.each([
    ['tanaka@example.com', 'tanaka＠example.com'],
    ['tanaka@example.com', 'ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['bob@example.com', 'ｂｏｂ@example.com'],
    ['bob.t+n@example.com', '\u3000ｂｏｂ．ｔ＋ｎ﹫example。com\u3000'],
    ['bob@example.co.jp', 'bob@example｡co。jp。'],
    ['\u00e8ve@example.com', 'e\u0300ve@example.com'],
    ['bob@example.com', 'mailto:bob@example.com'],
    ['bob@example.com', 'MAILTO:bob%40example.com?subject=Hello%20there&cc=x@example.org'],
    ['bob+news@example.com', '<mailto:bob%2Bnews@example.com>'],
    ['bob@example.com', 'E-mail: bob@example.com'],
    ['bob@example.com', 'bob%40example.com'],
    ['bob@example.com', 'Bob <bob@example.com>'],
    ['bob@example.com', '"Bob" <bob@example.com>;'],
    ['bob@example.com', 'Smith, Bob <mailto:bob@example.com>,'],
    ['bob@example.com', 'Bob <bob@example.com'],
    ['bob@example.com', "'bob@example.com' <bob@example.com>"],
    ['bob@example.com', 'bob@example.com <BOB@example.com>'],
    ['bob@example.com', '[bob@example.com](mailto:bob@example.com)'],
    ['bob@example.com', 'bob@example.com (Bob)'],
    ['bob@example.com', 'Bob (bob@example.com)'],
    ['bob@example.com', 'Bob [mailto:bob@example.com]'],
    ['bob@example.com', '<bob@example.com>'],
    ['bob@example.com', '<bob@example.com'],
    ['bob@example.com', 'bob@example.com>'],
    ['bob@example.com', '“bob@example.com”'],
    ['bob@example.com', "'bob@example.com'"],
    ['bob@example.com', '(bob@example.com)'],
    ['bob@example.com', 'bob@example.com"'],
    ['bob@example.com', 'bob@example.com.'],
    ['bob@example.com', 'bob@example.com ,'],
    ['bob@example.com', '; bob@example.com;'],
    ['bob@example.com', 'bob@example.com\u3001'],
    ['bob@example.com', '\nbob@example.com\r\n'],
    ['bob@example.com', '\ufeffbob@exam\u00adple.com\u200e'],
    ['bob@example.com', 'b\u200bob@\u2060example.com\u200b'],
    ['bob@example.com', '\u202abob@example.com\u202c'],
    ['bob@example.com', '\u2068bob@example.com\u2069'],
    ["o'brien@example.com", "O'Brien <o'brien@example.com>"],
    ['田中。一@example.jp', '田中。一@example.jp'],
  ])('is read as it was meant: %s', (meant, typed) => {
    const read = readAddress(typed);
    expect(read.key).toBe(meant.toLowerCase());
    expect(readAddress(read.email)).toEqual(read);
  });

  test('is stored and sent as one, whether its letters were composed or not', () => {
    const apart = readAddress('e\u0300ve@example.com');
    expect(apart).toEqual(readAddress('\u00e8ve@example.com'));
    expect(apart.mailbox).toBe('\u00e8ve@example.com');
  });

  test.each([
    'ñandú@correo.example',
    '二ノ宮@黒川.日本',
    'δοκιμή@παράδειγμα.δοκιμή',
    'x@y.zz',
    "o'brien+tag/=?^_`{|}~@example.org",
    'a@sub.sub.sub.example.museum',
    'a@faß.example',
    `${'l'.repeat(64)}@example.org`,
  ])('is accepted: %s', (input) => {
    expect(fault(input)).toBe('none');
  });

  test.each<[AddressFault, string]>([
    ['empty', ''],
    ['empty', '   '],
    ['at', 'ana.example.org'],
    ['at', 'ana@@example.org'],
    ['at', 'a@b@example.org'],
    ['local', '@example.org'],
    ['local', '.ana@example.org'],
    ['local', 'ana..b@example.org'],
    ['local', 'ana,b@example.org'],
    ['domain', 'ana@'],
    ['domain', 'ana@example'],
    ['domain', 'ana@-example.org'],
    ['domain', 'ana@[127.0.0.1]'],
    ['domain', 'ana@127.0.0.1'],
    ['domain', 'ana@exa_mple.org'],
    ['domain', `ana@${'d'.repeat(64)}.org`],
    ['long', `${'l'.repeat(65)}@example.org`],
    ['long', `${'ñ'.repeat(33)}@example.org`],
    ['long', `ana@${'d234567890.'.repeat(26)}org`],
    ['long', 'a'.repeat(2_000_000)],
    ['characters', 'ana@example.org, bob@example.org'],
    ['characters', 'ana@example.org <bob@example.org>'],
    ['at', 'mailto:ana@example.org,bob@example.org'],
    ['characters', 'ana bob@example.org'],
    ['characters', 'Bob bob@example.org'],
    ['characters', 'ana@example.org bob'],
    ['characters', 'mailto:ana%0Abcc@example.org'],
    ['domain', 'mailto:ana%@'],
    ['local', 'http://ana@example.org'],
    ['characters', 'an\u200da@example.org'],
    ['characters', 'ana@example.org\r\nBcc: all@example.org'],
    ['characters', 'ana @example.org'],
    ['characters', 'ana\0@example.org'],
    ['characters', 'ana\u2028@example.org'],
    ['characters', 'ana\u0085@example.org'],
    ['characters', 'ana\u202e@example.org'],
    ['characters', 'ana\ud800@example.org'],
  ])('is refused as %s (case %#)', (expected, input) => {
    expect(fault(input)).toBe(expected);
  });

  test('has no character in any form of it that could end a header or a command', () => {
    const part = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const input = `${local}@${domain}.example`;
        if (fault(input) !== 'none') return;
        const address = readAddress(input);
        for (const form of [address.email, address.key, address.mailbox])
          expect(form).not.toMatch(/[\s<>"(),;:\\\p{Cc}]/u);
        expect(readAddress(address.mailbox).key).toBe(address.key);
        expect(readAddress(address.key).key).toBe(address.key);
      }),
      { numRuns: 3000 },
    );
  });

  test('is read alike whether it is plain enough to need no library or not', () => {
    const letters = ['a', 'Z', '9', '-', '.', '_', '+', '@', 'xn--', '.com', '@a.example', 'é'];
    const text = (most: number) =>
      fc.array(fc.constantFrom(...letters), { maxLength: most }).map((parts) => parts.join(''));
    const read = (input: string) => {
      try {
        return readAddress(input);
      } catch (error) {
        return error;
      }
    };
    fc.assert(
      fc.property(text(70), text(10), (local, domain) => {
        // The space in front is taken off, and keeps it from being read the short way.
        for (const input of [local, `a${local}@${domain}.com`, `${domain}@${local}example.org`])
          expect(read(input)).toEqual(read(` ${input}`));
      }),
      { numRuns: 20_000 },
    );
  });

  test('is masked so that its owner knows it and nobody else learns it', () => {
    expect(maskAddress('carmen@example.org')).toBe('c•••@example.org');
    expect(maskAddress('😀x@example.org')).toBe('😀•••@example.org');
  });
});

test.each([
  ['ana@you-won.evil.example', 'a•••@y•••.example'],
  ['o•••@paper.example.org', 'o•••@p•••.org'],
  ['ana@gmail.com', 'a•••@gmail.com'],
])('%s is named to a stranger without a word that its owner chose', (address, masked) => {
  expect(maskWhole(address)).toBe(masked);
});
