import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openHmac } from '../../src/subscribers/hmac.ts';

const text = fc.stringMatching(/^[ -~]{0,192}$/);

test('is the HMAC that OpenSSL makes, whatever the key, one text after the other', () => {
  const secrets = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(secrets, fc.array(text, { maxLength: 5 }), (secret, texts) => {
      const hmac = openHmac(secret);
      for (const each of texts)
        expect(hmac(each)).toBe(createHmac('sha256', secret).update(each).digest('hex'));
    }),
  );
});

test('refuses what is longer than any token, and is right afterwards', () => {
  const hmac = openHmac('a secret of more than sixteen characters');
  const before = hmac('bounce:s1e2');
  expect(() => hmac('s'.repeat(193))).toThrow(RangeError);
  expect(hmac('bounce:s1e2')).toBe(before);
});
