import { expect, test } from 'vitest';
import { openUnsubscribeLinks } from '../../src/subscribers/links.ts';
import { openTokens } from '../../src/subscribers/tokens.ts';

const links = {
  publicUrl: 'https://news.example.org',
  tokens: openTokens(['a secret of the test']),
};

test('the mailto to leave goes to the address alone, with a token in its subject', () => {
  const { unsubscribeMailto } = openUnsubscribeLinks(
    links,
    'The Desk <desk@example.org>',
    '3',
  )('7');
  const url = new URL(unsubscribeMailto);
  expect(url.pathname).toBe('desk@example.org');
  const [word, token] = (url.searchParams.get('subject') ?? '').split(' ');
  expect(word).toBe('unsubscribe');
  expect(links.tokens.verify('unsubscribe', token ?? '')).toEqual({
    subscriber: '7',
    newsletter: '3',
  });
});

test('a sign that means something in a mailto is written out', () => {
  expect(
    openUnsubscribeLinks(links, 'a?b&c#d%e@example.org', '3')('7').unsubscribeMailto,
  ).toContain('mailto:a%3Fb%26c%23d%25e@example.org?subject=');
});

test('a link in an edition names it', () => {
  const inEdition = openUnsubscribeLinks(links, 'desk@example.org', '3', '12');
  const token = inEdition('7').unsubscribeUrl.split('/unsubscribe/')[1] ?? '';
  expect(links.tokens.verify('unsubscribe', token)).toEqual({
    subscriber: '7',
    newsletter: '3',
    edition: '12',
  });
});

test('the link and the mailto are opened by one token', () => {
  const { unsubscribeUrl, unsubscribeMailto } = openUnsubscribeLinks(
    links,
    'desk@example.org',
    '3',
  )('7');
  const token = unsubscribeUrl.split('/unsubscribe/')[1] ?? '';
  expect(unsubscribeMailto).toContain(`unsubscribe%20${token}`);
  expect(links.tokens.verify('unsubscribe', token)).toEqual({ subscriber: '7', newsletter: '3' });
});
