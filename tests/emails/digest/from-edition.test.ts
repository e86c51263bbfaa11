import { expect, test } from 'vitest';
import {
  digestOf,
  type HeldChoice,
  type HeldEdition,
  wordingOf,
} from '../../../emails/digest/from-edition.ts';

const held: HeldEdition = {
  newsletter: {
    title: 'The Daily',
    slug: 'daily',
    language: 'en',
    timezone: 'Europe/Madrid',
    from: null,
    replyTo: 'desk@example.org',
    linkParameters: 'utm_source=daily',
    private: false,
  },
  edition: {
    number: 7,
    kind: 'daily',
    localDate: '2026-11-24',
    subject: 'What the editor wrote',
    preheader: 'And beside it',
    introduction: 'Good **morning**.',
  },
};
const article = (id: string, language: string, title: string) => ({
  id,
  language,
  title,
  standfirst: 'More of it.',
  url: `https://news.example/${id}`,
  image: null,
  author: 'Inés Robledo',
  publishedAt: '2026-11-24T05:00:00.000Z',
});
const english = article('1', 'en-GB', 'The pier stays open');
const spanish = article('2', 'es', 'El muelle sigue abierto');
const choice = (language: string, lead: typeof english): HeldChoice => ({
  language,
  lead,
  sections: [{ slug: 'news', title: 'News', articles: [lead] }],
});
const sender = {
  imprint: {
    newsroom: 'The Paper',
    postalAddress: null,
    publicUrl: 'https://news.example',
    accent: null,
    logoUrl: null,
    typeface: 'georgia' as const,
  },
  from: 'house@example.org',
};

test('a variant’s mail has all that the edition and the choice hold', () => {
  expect(digestOf(held, choice('en', english), sender)).toEqual({
    imprint: sender.imprint,
    newsletter: {
      title: 'The Daily',
      slug: 'daily',
      from: { name: null, address: 'house@example.org' },
      replyTo: { name: null, address: 'desk@example.org' },
      private: false,
    },
    language: 'en',
    timezone: 'Europe/Madrid',
    edition: {
      number: 7,
      kind: 'daily',
      date: '2026-11-24',
      subject: 'What the editor wrote',
      preheader: 'And beside it',
      introduction: 'Good **morning**.',
    },
    lead: expect.objectContaining({ id: '1', publishedAt: new Date('2026-11-24T05:00Z') }),
    sections: [{ slug: 'news', title: 'News', articles: [expect.objectContaining({ id: '1' })] }],
    linkParameters: 'utm_source=daily',
    layout: 'broadsheet',
    format: 'full',
  });
});

test('the newsletter’s own address goes before the house’s', () => {
  const newsletter = { ...held.newsletter, from: 'The Daily <daily@example.org>' };
  const digest = digestOf({ ...held, newsletter }, choice('en', english), sender);
  expect(digest.newsletter.from).toEqual({ name: 'The Daily', address: 'daily@example.org' });
});

test('the editor’s words are for the newsletter’s language; another gets its own headline', () => {
  expect(wordingOf(held, choice('en', english))).toEqual({
    subject: 'What the editor wrote',
    preheader: 'And beside it',
  });
  expect(wordingOf(held, choice('es', spanish))).toEqual({
    subject: 'The Daily: El muelle sigue abierto',
    preheader: 'More of it.',
  });
  // a reader of Spanish who gets the English story gets the editor's English words
  expect(wordingOf(held, choice('es', english)).subject).toBe('What the editor wrote');
});

test('a newsletter’s own colour and logo stand over the newsroom’s', () => {
  const dressed = { ...sender.imprint, accent: '#111111', logoUrl: 'https://x.example/a.png' };
  const look = (own: object) => {
    const newsletter = { ...held.newsletter, ...own };
    const content = digestOf({ ...held, newsletter }, choice('en', english), {
      ...sender,
      imprint: dressed,
    });
    return [content.imprint.accent, content.imprint.logoUrl];
  };
  expect(look({})).toEqual(['#111111', 'https://x.example/a.png']);
  expect(look({ colour: null, logo: null })).toEqual(['#111111', 'https://x.example/a.png']);
  expect(look({ colour: '#0b4f6c', logo: '/logos/1.png' })).toEqual([
    '#0b4f6c',
    'https://news.example/logos/1.png',
  ]);
});
