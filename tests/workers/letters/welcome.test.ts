import { simpleParser } from 'mailparser';
import { beforeAll, expect, test } from 'vitest';
import { buildLetter } from '../../../emails/letters/message.ts';
import { plainLetter } from '../../../emails/letters/text.ts';
import { letterWords } from '../../../emails/letters/words.ts';
import { updateNewsletter } from '../../../src/newsletters/newsletters.ts';
import { letterContent } from '../../../workers/letters/content.ts';
import { article, sentEdition } from '../../http/public/fixtures/editions.ts';
import { openSite, type Site, tokensFor } from '../../http/public/fixtures/site.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: 'https://letters.example' });
  const daily = await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
  await makeNewsletter(site.context.db, 'weekend', { title: 'The Weekend' });
  await sentEdition(site.context.db, daily.id, 1, [article('1', 'The harbour opens')]);
});

async function welcomed(email: string, newsletter: string[]) {
  await site.postJson('/subscribe', { email, newsletter });
  const tokens = await tokensFor(site.context, email);
  await site.press(`/confirm/${tokens.confirm}`);
  const letters = await site.context.db
    .selectFrom('letters')
    .selectAll()
    .where('subscriberId', '=', tokens.id)
    .where('kind', '=', 'welcome')
    .orderBy('id')
    .execute();
  return { ...tokens, letters, email };
}
type Letter = Awaited<ReturnType<typeof welcomed>>['letters'][number];
async function written(letter: Letter | undefined, email: string) {
  if (!letter) throw new Error('no welcome');
  const { content, envelope } = await letterContent(site.context, {
    ...letter,
    email,
    reasonBefore: null,
  });
  const { text } = plainLetter(content, letterWords(content));
  const to = { address: email, name: null };
  const { message } = await buildLetter(site.context.renderer, content, { ...envelope, to });
  const { html } = await simpleParser(message);
  return {
    text,
    html: String(html),
    headers: message.toString('latin1').split('\r\n\r\n')[0] ?? '',
  };
}

test('the welcome says when the first edition comes, and has something to read', async () => {
  const { letters, email } = await welcomed('ana@example.org', ['daily']);
  const { text, headers } = await written(letters[0], email);
  expect(text).toMatch(/Your first edition goes out on \d/);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'The harbour opens: https://letters.example/archive/daily/1',
  );
  expect(text).toMatch(/Unsubscribe:\nhttps:\/\/letters\.example\/unsubscribe\//);
  expect(headers).toMatch(/^List-Unsubscribe: /m);
});

test('to two newsletters it has a link to unsubscribe from each, and no one-click for one of them', async () => {
  const { letters, email } = await welcomed('bea@example.org', ['daily', 'weekend']);
  const { text, headers } = await written(letters[0], email);
  for (const title of ['The Daily', 'The Weekend']) {
    expect(text).toContain(`Unsubscribe from ${title}:\n`);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`* ${title} Your first edition goes out`);
  }
  expect(headers).not.toMatch(/^List-Unsubscribe/m);
});

test('it is not sent again at another confirmation', async () => {
  const { id, letters, unsubscribe } = await welcomed('carl@example.org', ['daily']);
  expect(letters).toHaveLength(1);
  const { newsletterId } = await site.context.db
    .selectFrom('subscriptions')
    .select('newsletterId')
    .where('subscriberId', '=', id)
    .executeTakeFirstOrThrow();
  await site.press(`/unsubscribe/${unsubscribe(newsletterId)}`);
  const again = await welcomed('carl@example.org', ['daily', 'weekend']);
  expect(again.letters).toHaveLength(2);
  expect(again.letters[1]?.content).toMatchObject({ newsletters: [{ slug: 'weekend' }] });
});

test('of a newsletter that has them it wears its colour and logo, and says its words first', async () => {
  const look = {
    colour: '#0b4f6c',
    logo: `/logos/${'0'.repeat(32)}.png`,
    welcome: 'Ana Ruiz writes it.\n\nShe says <hello>.',
  };
  await updateNewsletter(site.context.db, 'daily', look);
  const { letters, email } = await welcomed('dora@example.org', ['daily']);
  const { text, html } = await written(letters[0], email);
  expect(text).toMatch(/Ana Ruiz writes it\.\n\nShe says <hello>\.\n\nThank you for signing up/);
  expect(html).toContain('She says &lt;hello&gt;.');
  expect(html).toContain(`src="https://letters.example${look.logo}"`);
  expect(html).toContain('background-color:#0b4f6c');
  const both = await welcomed('elsa@example.org', ['daily', 'weekend']);
  expect((await written(both.letters[0], both.email)).html).not.toContain(look.logo);
});
