import { expect, test } from 'vitest';
import { unsubscribeMailto } from '../../src/subscribers/links.ts';
import { openTokens } from '../../src/subscribers/tokens.ts';

const links = {
  publicUrl: 'https://news.example.org',
  tokens: openTokens(['a secret of the test']),
};

test('the mailto to leave goes to the address alone, with a token in its subject', () => {
  const mailto = unsubscribeMailto(links, 'The Desk <desk@example.org>', '7', '3');
  const url = new URL(mailto ?? '');
  expect(url.pathname).toBe('desk@example.org');
  const [word, token] = (url.searchParams.get('subject') ?? '').split(' ');
  expect(word).toBe('unsubscribe');
  expect(links.tokens.verify('unsubscribe', token ?? '')).toEqual({
    subscriber: '7',
    newsletter: '3',
  });
});

test('without an address it could go to there is none', () => {
  expect(unsubscribeMailto(links, null, '7', '3')).toBeNull();
});
