import { beforeAll, describe, expect, test } from 'vitest';
import { openTokens } from '../../../src/subscribers/tokens.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site } from './fixtures/site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
  await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
  await makeNewsletter(site.context.db, 'members', { private: true });
});
const stored = async () => {
  const { n } = await site.context.db
    .selectFrom('subscribers')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
};

describe('a sign-up by JSON that is wrong', () => {
  test.each<[number, string, unknown]>([
    [422, '/email', {}],
    [422, '/email', { email: '' }],
    [422, '/email', { email: 7 }],
    [422, '/email', { email: `${'a'.repeat(300)}@example.org` }],
    [422, '/email', { email: 'a@example.org\r\nBcc: b@example.org' }],
    [422, '/newsletter', { email: 'a@example.org', newsletter: 'nope' }],
    [422, '/newsletter', { email: 'a@example.org', newsletter: 'members' }],
    [422, '/newsletter', { email: 'a@example.org', newsletter: ['daily', 'nope'] }],
    [422, '/newsletter', { email: 'a@example.org', newsletter: [] }],
    [422, '/sections', { email: 'a@example.org', sections: ['sport'] }],
    [422, '/frequency', { email: 'a@example.org', frequency: 'hourly' }],
    [422, '/hour', { email: 'a@example.org', hour: '7 am' }],
    [422, '/timezone', { email: 'a@example.org', timezone: 'Mars/Olympus' }],
    [422, '/language', { email: 'a@example.org', language: 'not a tag' }],
    [422, '/name', { email: 'a@example.org', name: 'x'.repeat(101) }],
    [422, '/colour', { email: 'a@example.org', colour: 'red' }],
    [422, '', [1, 2]],
    [422, '', 'text'],
    [422, '', null],
  ])(
    'is answered %i with a pointer to %j, and nothing is stored (%#)',
    async (status, pointer, body) => {
      const answer = await site.postJson('/subscribe', body);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      const problem = (await answer.json()) as { errors: { pointer: string; detail: string }[] };
      expect(problem.errors[0]?.pointer).toBe(pointer);
      expect(problem.errors[0]?.detail.length).toBeGreaterThan(5);
      expect(await stored()).toBe(0);
    },
  );

  test.each<[number, string, string | Uint8Array]>([
    [400, 'application/json', '{"email": "a@example.org"'],
    [400, 'application/json', '\u0000'],
    [413, 'application/json', JSON.stringify({ email: 'a'.repeat(5_000_000) })],
    [413, 'application/x-www-form-urlencoded', `email=${'a'.repeat(5_000_000)}`],
    [415, 'text/plain', 'a@example.org'],
    [415, 'application/xml', '<email/>'],
    [415, 'multipart/form-data; boundary=x', '--x--'],
  ])('is answered %i for a body that cannot be read as %s', async (status, type, body) => {
    const answer = await fetch(`${site.url}/subscribe`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type, Accept: 'application/json' },
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status });
    expect(await stored()).toBe(0);
  });
});

describe('a form that is wrong', () => {
  test.each<[Record<string, string | string[]>, string]>([
    [{ email: '' }, 'Enter your email address'],
    [{ email: 'a@@example.org' }, 'exactly one @'],
    [{ email: `${'a'.repeat(300)}@example.org` }, 'too long'],
    [{ email: 'a@example.org\nBcc: b@example.org' }, 'a space or an invisible character'],
    [{ email: 'a@example.org', newsletter: 'nope' }, 'not available here'],
    [{ email: 'a@example.org', newsletter: 'members' }, 'not available here'],
    [{ email: 'a@example.org', frequency: 'hourly' }, 'not available here'],
    [{ email: ['a@example.org', 'b@example.org'] }, 'not available here'],
  ])('is shown again with what to do (%#)', async (fields, text) => {
    const answer = await site.post('/subscribe', { ...fields, lang: 'en' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(text);
    expect(await stored()).toBe(0);
  });

  test('shows markup in a field as text', async () => {
    const evil = '"><script>alert(1)</script>@example.org';
    const answer = await site.post('/subscribe', { email: evil, name: evil });
    const html = await answer.text();
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});

describe('a token that is wrong', () => {
  const other = openTokens(['another secret altogether']);
  test.each(['confirm', 'unsubscribe', 'preferences', 'privacy', 'undo', 'address'] as const)(
    'opens nothing at /%s: cut short, of another secret, purpose or person',
    async (room) => {
      const good = site.context.tokens.sign(room, { subscriber: '999999' });
      const wrong = [
        good,
        good.slice(0, -1),
        `${good}0`,
        other.sign(room, { subscriber: '1' }),
        site.context.tokens.sign('bounce', { subscriber: '1' }),
        'x'.repeat(3000),
        '%00',
      ];
      for (const token of wrong)
        for (const method of room === 'privacy' ? ['GET'] : ['GET', 'POST']) {
          // one-click for a reader who was erased: they are out
          if (room === 'unsubscribe' && method === 'POST' && token === good) continue;
          const answer = await fetch(`${site.url}/${room}/${token}`, { method });
          const text = await answer.text();
          expect(answer.status, `${method} /${room}/${token.slice(0, 40)}`).toBe(404);
          expect(text).toContain('This link does not work');
          expect(text).not.toContain(token.slice(0, 40));
        }
      const program = await fetch(`${site.url}/${room}/nonsense`, {
        headers: { Accept: 'application/json' },
      });
      expect(program.status).toBe(404);
      expect(program.headers.get('content-type')).toContain('application/problem+json');
    },
  );
});
