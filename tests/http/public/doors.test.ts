import { beforeAll, describe, expect, test } from 'vitest';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site } from './fixtures/site.ts';

const ours = 'https://paper.example';
const theirs = 'https://other.example';
let site: Site;
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: 'https://letters.example' });
  await makeNewsletter(site.context.db, 'daily', { title: 'The Daily', origins: [ours] });
  await makeNewsletter(site.context.db, 'weekend', { title: 'The Weekend' });
});
const doorOf = async (key: string) => {
  const row = await site.context.db
    .selectFrom('consents as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriberId')
    .select(['c.form', 'c.wording', 'c.wordingVersion', 'c.originAddress', 'c.userAgent'])
    .where('s.emailKey', '=', key)
    .executeTakeFirst();
  return row;
};

describe('a form on the newsroom’s own site', () => {
  test('is taken, and its reader sent back, to a site of the newsletter alone', async () => {
    const post = (email: string, redirect: string, origin = ours) =>
      site.post('/subscribe', { email, newsletter: 'daily', redirect }, { Origin: origin });
    const back = await post('a@example.org', `${ours}/thanks?x=1`);
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toBe(`${ours}/thanks?x=1`);
    expect(await doorOf('a@example.org')).toMatchObject({
      form: 'site',
      wording: expect.stringContaining('Sign up'),
      originAddress: '127.0.0.1',
    });
    const letter = await site.context.db
      .selectFrom('letters')
      .select('content')
      .executeTakeFirstOrThrow();
    expect(letter.content).toMatchObject({ origin: 'paper.example' });
    for (const elsewhere of [
      `${theirs}/thanks`,
      `${ours}.evil.example/`,
      `https://paper.example@evil.example/`,
      '//evil.example',
      'javascript:alert(1)',
      'http://paper.example/',
      '/\\evil.example',
    ]) {
      const answer = await post('a@example.org', elsewhere);
      expect(answer.headers.get('location'), elsewhere).toMatch(/^\/subscribed\?lang=en&to=/);
    }
  });

  test.each([
    ['a site of another newsletter’s or of nobody’s', 'https://you-won.evil.example'],
    ['no address at all', 'foo'],
    ['an opaque origin', 'null'],
    ['another scheme', 'javascript:alert(1)'],
    ['more than an origin', `${ours}/you-won`],
  ])('is not named in the letter when it is %s', async (_what, origin) => {
    const email = `named${origin.length}@example.org`;
    const form = await site.post('/subscribe', { email, newsletter: 'daily' }, { Origin: origin });
    expect(form.status).toBe(303);
    const other = { email: `x${email}`, newsletter: 'weekend' };
    expect((await site.postJson('/subscribe', other, { Origin: ours })).status).toBe(202);
    const letters = await site.context.db
      .selectFrom('letters as l')
      .innerJoin('subscribers as s', 's.id', 'l.subscriberId')
      .select('l.content')
      .where('s.emailKey', 'in', [email, `x${email}`])
      .execute();
    expect(letters).toHaveLength(2);
    for (const { content } of letters) expect(content).toMatchObject({ origin: 'letters.example' });
  });

  test('keeps its way back while something is asked again', async () => {
    const redirect = `${ours}/thanks`;
    const asked = await site.post('/subscribe', {
      email: 'b@outlok.es',
      newsletter: 'daily',
      redirect,
    });
    expect(asked.status).toBe(422);
    expect(await asked.text()).toContain(`name="redirect" value="${redirect}"`);
  });

  test('may read the answer by script only from those sites', async () => {
    const preflight = (origin: string) =>
      fetch(`${site.url}/subscribe`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        },
      });
    const allowed = await preflight(ours);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ours);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('Content-Type');
    const refused = await preflight(theirs);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    const body = { email: 'c@example.org', newsletter: 'daily' };
    const answer = await site.postJson('/subscribe', body, { Origin: ours });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ours);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const wrong = await site.postJson('/subscribe', { email: '' }, { Origin: ours });
    expect(wrong.headers.get('access-control-allow-origin')).toBe(ours);
    const other = await site.postJson('/subscribe', body, { Origin: theirs });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the frame', () => {
  test('may be held by the newsletter’s sites, and every other page by none', async () => {
    const frame = await site.get('/embed?newsletter=daily');
    const policy = frame.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`frame-ancestors 'self' ${ours}`);
    expect(policy).not.toContain('unsafe-inline');
    expect(frame.headers.get('x-frame-options')).toBeNull();
    expect(frame.headers.get('set-cookie')).toBeNull();
    const other = await site.get('/embed?newsletter=weekend');
    expect(other.headers.get('content-security-policy')).toContain("frame-ancestors 'self';");
    for (const path of [
      '/',
      '/subscribed',
      '/archive',
      '/confirm/x',
      '/unsubscribe/x',
      '/privacy/x',
    ]) {
      const answer = await site.get(path);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  test('takes a sign-up and answers in the frame', async () => {
    const answer = await site.press('/embed?newsletter=daily', {
      email: 'd@example.org',
      newsletter: 'daily',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain(ours);
    expect(await answer.text()).toContain('Check your inbox');
    expect(await doorOf('d@example.org')).toMatchObject({ form: 'embed' });
    const wrong = await site.post('/embed?newsletter=daily', { email: 'd@', newsletter: 'daily' });
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get('content-security-policy')).toContain(ours);
    const other = await site.post('/embed?newsletter=daily', {
      email: 'e@example.org',
      newsletter: 'weekend',
    });
    expect(other.status).toBe(422);
  });

  test('comes with a script that any page may load', async () => {
    const script = await site.get('/embed.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  });
});
