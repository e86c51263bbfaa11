import { expect, test } from 'vitest';
import { unsubscribeMailto } from '../../src/subscribers/links.ts';
import { openTokens } from '../../src/subscribers/tokens.ts';

const links = {
  publicUrl: 'https://news.example.org',
  tokens: openTokens(['a secret of the test']),
};

test('the mailto to leave goes to the address alone, with a token in its subject', () => {
  const mailto = unsubscribeMailto(links, 'The Desk <desk@example.org>', '7', '3');
  const url = new URL(mailto);
  expect(url.pathname).toBe('desk@example.org');
  const [word, token] = (url.searchParams.get('subject') ?? '').split(' ');
  expect(word).toBe('unsubscribe');
  expect(links.tokens.verify('unsubscribe', token ?? '')).toEqual({
    subscriber: '7',
    newsletter: '3',
  });
});

test('a sign that means something in a mailto is written out', () => {
  expect(unsubscribeMailto(links, 'a?b&c#d%e@example.org', '7', '3')).toContain(
    'mailto:a%3Fb%26c%23d%25e@example.org?subject=',
  );
});
