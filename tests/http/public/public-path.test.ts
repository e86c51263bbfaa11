import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { claimLetter, dueLetters } from '../../../src/letters/claim.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { createApiToken } from '../../../src/operators/api-tokens.ts';
import { makeSetupLink } from '../../../src/operators/setup-links.ts';
import { ownRooms } from '../../../src/public-url.ts';
import { preferencesUrl, privacyUrl, unsubscribeUrl } from '../../../src/subscribers/links.ts';
import { letterContent } from '../../../workers/letters/content.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { addArticle } from '../api/fixtures.ts';
import { addressesIn, addressesInCode, type FoundForm } from './fixtures/addresses-in.ts';
import { article, sentEdition } from './fixtures/editions.ts';
import { type Forwarding, openBehindProxy } from './fixtures/proxy.ts';
import { tokensFor } from './fixtures/site.ts';

const password = 'correct horse';
const path = '/city/gaceta-news';
const pages =
  `/?lang=es /subscribed /embed /embed.js /nothing-here /confirm/nonsense /sitemap.xml /robots.txt
  /api/docs /api/openapi.json /healthz /readyz /console/sign-in`.split(/\s+/);
// nothing is meant to be there: the links of a preview belong to no reader
const dead = [
  '/confirm/nonsense',
  '/nothing-here',
  '/preferences/preview',
  // no worker runs here
  '/readyz',
  '/unsubscribe/preview',
];

describe.each<Forwarding>(['whole', 'stripped'])('behind a proxy that asks %s', (forwarding) => {
  let stage: Awaited<ReturnType<typeof openBehindProxy>>;
  let cookie = '';
  const starts: string[] = [];

  beforeAll(async () => {
    stage = await openBehindProxy(forwarding, path);
    const { site, publicUrl } = stage;
    const { db, tokens } = site.context;
    const daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
    const weekend = await makeNewsletter(db, 'weekend');
    const stories = [article('1', 'Harbour wall gives way'), article('2', 'The trams run')];
    for (const number of [1, 2, 3]) await sentEdition(db, weekend.id, number, stories);
    await addArticle(db, { title: 'A bridge is opened' });
    await createOperator(db, { email: 'ana@example.org', password, role: 'owner' });
    const { id: invited } = await createOperator(db, { email: 'new@example.org', role: 'editor' });
    await send('POST', '/subscribe', { email: 'reader@example.org', newsletter: 'daily' });
    const { id, confirm } = await tokensFor(site.context, 'reader@example.org');
    const links = { publicUrl, tokens };
    const soon = new Date(Date.now() + 3_600_000);
    starts.push(
      publicUrl,
      `${publicUrl}/confirm/${confirm}`,
      preferencesUrl(links, id),
      privacyUrl(links, id, soon),
      unsubscribeUrl(links, id, daily.id),
      `${publicUrl}/console/setup/${await makeSetupLink(db, 'invitation', invited)}`,
      ...pages,
    );
    const signedIn = await send('POST', '/console/sign-in', { email: 'ana@example.org', password });
    expect(signedIn.status).toBe(303);
    cookie = signedIn.headers.get('set-cookie') ?? '';
    await send('POST', '/console/editions/new', { newsletter: 'daily', kind: 'daily' });
    starts.push('/console');
  });

  const send = (
    method: string,
    address: string,
    fields?: Record<string, string> | [string, string][],
  ) =>
    fetch(address.startsWith('/') ? `${stage.publicUrl}${address}` : address, {
      method,
      redirect: 'manual',
      headers: { Cookie: cookie.split(';')[0] ?? '', 'Sec-Fetch-Site': 'same-origin' },
      ...(fields ? { body: new URLSearchParams(fields) } : {}),
    });

  /** Follows all that can be followed from these addresses; answers what was found. */
  async function crawl(from: string[]) {
    const { publicUrl } = stage;
    const waiting = from.map((start) => (start.startsWith('/') ? `${publicUrl}${start}` : start));
    const seen = new Map<string, number>();
    const forms = new Map<string, FoundForm>();
    const outside: string[] = [];
    const take = (address: string, on: string) => {
      const url = new URL(address);
      url.hash = '';
      if (url.origin !== new URL(publicUrl).origin) return;
      if (url.pathname !== path && !url.pathname.startsWith(`${path}/`))
        outside.push(`${on} → ${url.href}`);
      waiting.push(url.href);
    };
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      const answer = await send('GET', next);
      seen.set(next, answer.status);
      const to = answer.headers.get('location');
      if (to !== null) take(new URL(to, next).href, next);
      const type = answer.headers.get('content-type') ?? '';
      // a stream of events has no end
      if (type.includes('event-stream')) {
        await answer.body?.cancel();
        continue;
      }
      const text = await answer.text();
      if (/javascript|css/.test(type) && !/vendor|docs/.test(next))
        for (const address of addressesInCode(text, next)) take(address, next);
      if (!/html|xml/.test(type)) continue;
      const found = addressesIn(text, next);
      for (const link of found.links) take(link, next);
      for (const form of found.forms) forms.set(`${form.method} ${form.action}`, form);
    }
    return { seen, forms, outside };
  }

  test('all that a page, a feed, a script or an answer names lies under it, and is there', async () => {
    const { publicUrl, escaped } = stage;
    const { seen, forms, outside } = await crawl(starts);
    expect(outside).toEqual([]);
    const missing = [...seen].filter(([, status]) => status >= 400);
    expect(missing.map(([address]) => address.slice(publicUrl.length)).sort()).toEqual(dead);
    const rooms = new Set(
      [...seen.keys()].map((address) => new URL(address).pathname.slice(path.length).split('/')[1]),
    );
    for (const room of ['archive', 'assets', 'theme.css', 'api', 'console'])
      expect(rooms).toContain(room);
    for (const room of rooms) expect(['', undefined, 'nothing-here', ...ownRooms]).toContain(room);

    // one after the other as a person would: who has left confirms nothing, who has signed out opens nothing
    const turn = ({ action }: FoundForm) =>
      action.includes('/confirm/') ? 0 : action.endsWith('/sign-out') ? 2 : 1;
    const pressed = [...forms.values()].sort((one, other) => turn(one) - turn(other));
    expect(pressed.length).toBeGreaterThan(12);
    const answers: string[] = [];
    for (const { method, action, fields, buttons } of pressed)
      for (const button of [undefined, ...buttons]) {
        const where = button?.action ?? action;
        expect(new URL(where).pathname).toMatch(new RegExp(`^${path}/`));
        // their letters are looked at below
        if (/console.*(suppress|erase)$/.test(where)) continue;
        const typed = fields.map(([name, value]): [string, string] =>
          name === 'email' && value === '' ? [name, 'other@example.org'] : [name, value],
        );
        const sent: [string, string][] = button?.name
          ? [...typed, [button.name, button.value]]
          : typed;
        const answer =
          method === 'GET'
            ? await send('GET', `${where}?${new URLSearchParams(sent).toString()}`)
            : await send(method, where, sent);
        expect(answer.status, `${method} ${where}`).toBeOneOf([200, 303, 409, 422]);
        const to = answer.headers.get('location');
        if (to !== null) answers.push(new URL(to, where).href);
        for (const link of addressesIn(await answer.text(), where).links)
          if (link.startsWith(new URL(publicUrl).origin)) answers.push(link);
      }
    expect(answers.filter((address) => !new URL(address).pathname.startsWith(path))).toEqual([]);
    expect(escaped).toEqual([]);
  });

  test('the session is told to the console alone, and ends with signing out', async () => {
    expect(cookie).toContain(`Path=${path}/console;`);
    expect(stage.site.context.config.publicPath).toBe(path);
  });

  test('the API says where it is, and is there', async () => {
    const { db } = stage.site.context;
    const { token } = await createApiToken(db, { name: 'crawler', role: 'viewer' });
    const { servers } = z
      .object({ servers: z.array(z.object({ url: z.string() })).length(1) })
      .parse(await (await send('GET', '/api/openapi.json')).json());
    const answer = await fetch(`${servers[0]?.url}/newsletters`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ data: [{ slug: 'daily' }, { slug: 'weekend' }] });
  });

  test('every letter of all that leads there', async () => {
    const { context } = stage.site;
    const kinds = new Set<string>();
    for (const id of await dueLetters(context.db, 100)) {
      const letter = await claimLetter(context.db, id, { worker: 1, claim: '1' });
      // the test of a digest has no links of its own: see letter-message.ts
      if (!letter || letter.kind === 'test') continue;
      kinds.add(letter.kind);
      const { content } = await letterContent(context, letter);
      const named = JSON.stringify(content.parts).match(/https?:\/\/[^"\\]+/g) ?? [];
      expect(named.length, letter.kind).toBeGreaterThan(0);
      for (const address of named) {
        expect(address.startsWith(`${stage.publicUrl}/`), address).toBe(true);
        expect((await send('GET', address)).status, address).toBe(200);
      }
    }
    expect([...kinds].sort()).toEqual([
      'address',
      'confirmation',
      'invitation',
      'links',
      'privacy',
      'welcome',
    ]);
  });
});
