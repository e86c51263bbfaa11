import { Parser } from 'htmlparser2';
import { beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../../emails/digest/from-edition.ts';
import { imprintOf } from '../../../emails/digest/imprint.ts';
import { editionContent } from '../../../src/editions/read-content.ts';
import { chooseArticles } from '../../../src/editions/variant.ts';
import { setArchived } from '../../../src/newsletters/newsletters.ts';
import { getNewsroom } from '../../../src/newsletters/newsroom.ts';
import { preferencesUrl, unsubscribeUrl, viewUrl } from '../../../src/subscribers/links.ts';
import {
  asks,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from '../../subscribers/fixtures/newsroom.ts';
import { article, sentEdition } from './fixtures/editions.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

// Each link of a mail, pressed as its reader would: that it leads to what it says.

let site: Site;
const origin = 'https://letters.example';
const made = new Map<string, MadeNewsletter>();
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: origin });
  const { db } = site.context;
  for (const [slug, more] of Object.entries({
    daily: { title: 'The Daily' },
    weekend: { title: 'The Weekend' },
    closed: { title: 'The Closed' },
    members: { title: 'For Members', private: true },
  }))
    made.set(slug, await makeNewsletter(db, slug, more));
  const asked = asks('reader@example.org', [...made.values()], {
    addressHash: site.context.hashAddress('reader@example.org'),
  });
  await request(db, asked, new Date());
  await setArchived(db, 'closed', new Date());
});

/** The links of an edition's mail by their words, as they are for one reader, and its text. */
async function mailOf(slug: string, state: 'sent' | 'cancelled' = 'sent') {
  const { context } = site;
  const newsletter = made.get(slug) ?? expect.fail(slug);
  const number = state === 'sent' ? 1 : 2;
  const stories = [article(`${newsletter.id}1`, 'Harbour wall gives way')];
  const id = await sentEdition(context.db, newsletter.id, number, stories, { state });
  const content = (await editionContent(context.db, id, new Date())) ?? expect.fail(id);
  const choice = chooseArticles(content, { language: 'en', sections: null }) ?? expect.fail(id);
  const imprint = imprintOf(await getNewsroom(context.db), context.config);
  const digest = digestOf(content, choice, { imprint, from: 'The Daily <daily@letters.example>' });
  const maker = { publicUrl: origin, tokens: context.tokens };
  const reader = await tokensFor(context, 'reader@example.org');
  const { html, text } = await context.renderer.render('digest', {
    content: digest,
    reader: {
      unsubscribeUrl: unsubscribeUrl(maker, reader.id, newsletter.id),
      preferencesUrl: preferencesUrl(maker, reader.id),
      viewUrl: viewUrl(maker, content.newsletter, { id, number }),
      maskedAddress: 'r•••••@example.org',
      name: '',
    },
  });
  return { links: linksOf(html), text };
}

function linksOf(html: string): Map<string, string> {
  const links = new Map<string, string>();
  let href: string | undefined;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (name === 'a') href = attributes.href;
      },
      ontext: (words) => {
        if (href !== undefined && words.trim()) links.set(words.trim(), href);
      },
      onclosetag: (name) => {
        if (name === 'a') href = undefined;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return links;
}

/** The page behind a link. */
async function follow(href: string | undefined): Promise<string> {
  const url = new URL(href ?? expect.fail('no such link'));
  expect(url.origin).toBe(origin);
  const answer = await site.get(url.pathname + url.search, { 'Accept-Language': 'en' });
  expect(answer.status, url.href).toBe(200);
  const html = await answer.text();
  if (url.hash) expect(html).toContain(`id="${url.hash.slice(1)}"`);
  return html;
}
const ticked = (html: string) =>
  [...html.matchAll(/name="newsletter" value="([^"]+)" checked/g)].map(([, slug]) => slug);

test('of a newsletter that all may read', async () => {
  const { links, text } = await mailOf('daily');
  expect(await follow(links.get('View in browser'))).toContain('Harbour wall gives way');
  const shared = await follow(links.get('Share'));
  expect(shared).toContain(`type="text" readonly dir="ltr" value="${origin}/archive/daily/1"`);
  const forward = new URL(links.get('Forward') ?? '');
  expect(forward.searchParams.get('body')).toMatch(/\r\n\r\nhttps:\S+\/archive\/daily\/1$/);
  expect(ticked(await follow(links.get('Sign up')))).toEqual(['daily']);
  expect(await follow(links.get('Unsubscribe'))).toContain('Unsubscribe from The Daily');
  await follow(links.get('Manage preferences'));
  for (const [address] of text.matchAll(/https:\/\/letters\.example\S+/g)) await follow(address);
});

test('of one that is closed since', async () => {
  const { links } = await mailOf('closed');
  expect(await follow(links.get('View in browser'))).toContain('Harbour wall gives way');
  await follow(links.get('Share'));
  const page = await follow(links.get('Sign up'));
  expect(page).toContain('You cannot sign up for The Closed at the moment.');
  expect(page).not.toContain('value="closed"');
  await follow(links.get('Unsubscribe'));
  await follow(links.get('Manage preferences'));
  const list = await (await site.get('/archive/closed?lang=en')).text();
  expect(list).toContain('Harbour wall gives way');
  expect(list).not.toContain('name="email"');
  expect(await (await site.get('/sitemap.xml')).text()).toContain(`<loc>${origin}/archive/closed<`);
});

test('of one that is private: nothing but the reader’s own', async () => {
  const { links, text } = await mailOf('members');
  expect(await follow(links.get('View in browser'))).toContain('Harbour wall gives way');
  expect([...links.keys()]).toEqual(expect.arrayContaining(['Unsubscribe', 'Manage preferences']));
  for (const words of ['Share', 'Forward', 'Sign up']) expect(links.has(words), words).toBe(false);
  expect(text).not.toContain('newsletter=');
  const front = await (await site.get('/?newsletter=members&lang=en')).text();
  expect(front).not.toContain('Members');
});

test('of an edition that was cancelled when some had it: it opens, and no search engine keeps it', async () => {
  const { links } = await mailOf('weekend', 'cancelled');
  const page = await follow(links.get('View in browser'));
  expect(page).toContain('Harbour wall gives way');
  expect(page).toContain('<meta name="robots" content="noindex">');
});
