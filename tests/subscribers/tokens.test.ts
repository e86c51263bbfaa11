import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTokens, type Purpose, type Subject } from '../../src/subscribers/tokens.ts';

const secret = 'a secret of more than sixteen characters';
const purposes: Purpose[] = [
  'confirm',
  'unsubscribe',
  'preferences',
  'privacy',
  'address',
  'undo',
  'archive',
  'bounce',
];
const id = fc.bigInt({ min: 0n, max: 9223372036854775807n }).map(String);
const subjects: fc.Arbitrary<Subject> = fc.record(
  {
    subscriber: id,
    newsletter: id,
    edition: id,
    extra: fc.stringMatching(/^\w{1,8}$/),
  },
  { requiredKeys: ['subscriber'] },
);

describe('a token', () => {
  test('gives back its subject, and only for its purpose', () => {
    const tokens = openTokens([secret]);
    fc.assert(
      fc.property(subjects, fc.constantFrom(...purposes), (subject, purpose) => {
        const token = tokens.sign(purpose, subject);
        expect(token.length).toBeLessThanOrEqual(120);
        expect(token).toBe(encodeURIComponent(token));
        expect(tokens.verify(purpose, token)).toEqual(subject);
        for (const other of purposes)
          if (other !== purpose) expect(tokens.verify(other, token)).toBeNull();
      }),
    );
  });

  test('is refused when any character of it is changed, cut off or added', () => {
    const tokens = openTokens([secret]);
    const token = tokens.sign('unsubscribe', { subscriber: '12', newsletter: '3', extra: 'k9' });
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === '7' ? '8' : '7';
      expect(
        tokens.verify('unsubscribe', token.slice(0, i) + other + token.slice(i + 1)),
      ).toBeNull();
      expect(tokens.verify('unsubscribe', token.slice(0, i))).toBeNull();
    }
    expect(tokens.verify('unsubscribe', `${token}0`)).toBeNull();
    expect(tokens.verify('unsubscribe', '')).toBeNull();
    expect(tokens.verify('unsubscribe', 's'.repeat(100_000))).toBeNull();
  });

  test('of an older secret still verifies, one of a dropped secret does not', () => {
    const subject = { subscriber: '7', newsletter: '1' };
    const old = openTokens(['the first secret, now old']).sign('unsubscribe', subject);
    const rotated = openTokens(['the second secret, now in use', 'the first secret, now old']);
    expect(rotated.verify('unsubscribe', old)).toEqual(subject);
    const fresh = rotated.sign('unsubscribe', subject);
    expect(fresh).not.toBe(old);
    expect(openTokens(['the second secret, now in use']).verify('unsubscribe', old)).toBeNull();
    expect(openTokens(['the second secret, now in use']).verify('unsubscribe', fresh)).toEqual(
      subject,
    );
  });

  test('is read without the marks that mail programs leave around a link', () => {
    const tokens = openTokens([secret]);
    const subject = { subscriber: '12', newsletter: '3', extra: 'k9' };
    const token = tokens.sign('unsubscribe', subject);
    const after = [
      '.',
      ')',
      ').',
      '\n',
      '\r\n',
      '=3D',
      '3D',
      '>',
      '>,',
      '"',
      '’',
      '&gt;',
      '*',
      '_',
      '/',
      '%',
    ];
    for (const mark of [...after, ' and the sentence goes on', '?x=1', '\u200b', '=\r\n', '%E2'])
      expect(tokens.verify('unsubscribe', token + mark), JSON.stringify(mark)).toEqual(subject);
    for (const mark of ['3D', '=3D', '<', '(', '"', ' ', '\n'])
      expect(tokens.verify('unsubscribe', mark + token), JSON.stringify(mark)).toEqual(subject);
    expect(tokens.verify('unsubscribe', `a${token}`)).toBeNull();
    expect(tokens.verify('unsubscribe', `${token}b`)).toBeNull();
  });

  test('of a message sent before, with hex digits, still opens what it opened', () => {
    const body = 's12n3';
    const hex = createHmac('sha256', secret).update(`unsubscribe:${body}`).digest('hex');
    const tokens = openTokens([secret]);
    expect(tokens.verify('unsubscribe', `${body}-${hex.slice(0, 32)}`)).toEqual({
      subscriber: '12',
      newsletter: '3',
    });
    expect(tokens.verify('confirm', `${body}-${hex.slice(0, 32)}`)).toBeNull();
  });

  test('never looks like the address of a currency', () => {
    // as SpamAssassin's rules __BITCOIN_ID, __URL_BTC_ID and __LITECOIN_ID know them
    const coin = /\b(?:[13LM][a-km-zA-HJ-NP-Z1-9]{25,34}|bc1[ac-hj-np-z02-9]{30,90})\b/;
    const tokens = openTokens([secret]);
    const bitcoin = 's7n1-3a1e5b87beee28ddbaeb3321634819f2';
    expect(bitcoin).toMatch(coin);
    for (let n = 0; n < 5000; n++)
      expect(tokens.sign('unsubscribe', { subscriber: String(n), newsletter: '1' })).not.toMatch(
        coin,
      );
  });

  test('ends at its time', () => {
    let clock = Date.UTC(2026, 10, 24);
    const tokens = openTokens([secret], () => clock);
    const token = tokens.sign('undo', { subscriber: '7' }, new Date(clock + 3_600_000));
    expect(tokens.verify('undo', token)).toEqual({ subscriber: '7' });
    clock += 3_600_000;
    expect(tokens.verify('undo', token)).toBeNull();
  });

  test('cannot be made of something else than ids', () => {
    const tokens = openTokens([secret]);
    expect(() => tokens.sign('confirm', { subscriber: '12n3' })).toThrow();
    expect(() => tokens.sign('confirm', { subscriber: '' })).toThrow();
    expect(() => tokens.sign('confirm', { subscriber: '1', extra: 'a-b' })).toThrow();
    expect(() => openTokens([])).toThrow();
  });
});
