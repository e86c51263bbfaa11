import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { composeEdition } from '../../../src/editions/compose.ts';
import { dueFeeds } from '../../../src/feeds/claims.ts';
import { addFeed } from '../../../src/feeds/feeds.ts';
import { png, pngSaying } from '../../newsletters/fixtures/pictures.ts';
import { addArticle, addReaders } from './fixtures.ts';
import { openApi } from './harness.ts';

const api = await openApi();
const { context, base, call, token } = api;
const { db } = context;

const put = async (path: string, bytes: Buffer, headers: Record<string, string> = {}) => {
  const res = await fetch(`${base}/api/v1${path}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token.admin}`, 'Content-Type': 'image/png', ...headers },
    body: new Uint8Array(bytes),
  });
  const text = await res.text();
  return { status: res.status, body: JSON.parse(text) };
};

describe('the look of a newsletter', () => {
  it('is a logo that is served for ever, to any site, and never runs', async () => {
    const given = png(400, 90);
    const { status, body } = await put('/newsletters/daily/logo', given);
    expect(status).toBe(200);
    expect(body.logo).toMatch(/^\/logos\/[0-9a-f]{32}\.png$/);
    const served = await fetch(base + body.logo);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(given);
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    expect((await fetch(`${base}/logos/${'0'.repeat(32)}.png`)).status).toBe(404);
    expect((await fetch(`${base}/logos/..%2f`)).status).toBe(404);
    const room = await put('/newsroom/logo', png(10, 10));
    expect(room.body.logo).toMatch(/^\/logos\//);
    expect((await call('PATCH', '/newsletters/daily', { logo: null })).body.logo).toBeNull();
  });

  it.each([
    ['a web page', Buffer.from('<!doctype html>'), 'PNG, JPEG, GIF or WebP'],
    ['2 MB', Buffer.alloc(2 * 1024 ** 2), 'larger than 1 MB'],
    ['20,000 pixels', pngSaying(20_000, 20_000), '20000 × 20000 pixels'],
    ['nothing', Buffer.alloc(0), 'empty'],
  ])('is not %s', async (_what, bytes, words) => {
    const { status, body } = await put('/newsletters/daily/logo', bytes);
    expect([status, body.type]).toEqual([422, 'urn:gaceta:unusable-logo']);
    expect(body.detail).toContain(words);
  });

  it('is not changed by who has not seen it', async () => {
    const answer = await put('/newsletters/daily/logo', png(9, 9), { 'If-Match': '"stale"' });
    expect(answer.status).toBe(412);
    expect((await put('/newsletters/none/logo', png(9, 9))).status).toBe(404);
  });

  it('is its colour and its words, each checked', async () => {
    const wanted = {
      colour: '#0B4F6C',
      welcome: 'Ana says hello.',
      logo: 'https://x.example/l.png',
      layout: 'compact',
      typeface: 'palatino',
    };
    expect((await call('PATCH', '/newsletters/daily', wanted)).body).toMatchObject(wanted);
    const wrong = {
      colour: 'red',
      logo: '/etc/passwd',
      welcome: 'x'.repeat(2001),
      language: 'xx',
      layout: 'wide',
    };
    const { status, body } = await call('PATCH', '/newsletters/daily', wrong);
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual([
      '/colour',
      '/language',
      '/layout',
      '/logo',
      '/welcome',
    ]);
  });
});

describe('the consent text of a newsletter', () => {
  it('has a version that follows it, and a history', async () => {
    const first = await call('PATCH', '/newsletters/daily', { wording: { en: 'I want it.' } });
    const day = new Date().toISOString().slice(0, 10);
    expect(first.body.wordingVersion).toBe(`daily/${day}`);
    const same = await call('PATCH', '/newsletters/daily', { wording: { en: 'I want it.' } });
    expect(same.body.wordingVersion).toBe(`daily/${day}`);
    const wording = { en: 'I want it from {{newsroom}}.' };
    const second = await call('PATCH', '/newsletters/daily', { wording });
    expect(second.body.wordingVersion).toBe(`daily/${day}.2`);
    const { body } = await call('GET', '/newsletters/daily/wordings');
    expect(body.data).toMatchObject([
      { version: `daily/${day}.2`, wording },
      { version: `daily/${day}`, wording: { en: 'I want it.' } },
    ]);
  });

  it('is shown and kept for the newsletter that it is of', async () => {
    await call('POST', '/newsletters', { slug: 'plain', title: 'Plain' });
    await call('POST', '/newsletters', {
      slug: 'own',
      title: 'Own <b>',
      wording: { en: 'Own words of {{newsroom}}.' },
    });
    await sql`update newsletters set active = false where slug = 'daily'`.execute(db);
    const page = await fetchNewest(`${base}/?lang=en`, 'Own words');
    expect(page).toContain('<strong>Own &lt;b&gt;:</strong> Own words of Gaceta.');
    expect(page.match(/class="consent"/g)).toHaveLength(2);
    const email = 'ana@example.org';
    const signUp = { email, newsletter: ['plain', 'own'], language: 'en' };
    const answer = await fetch(`${base}/subscribe`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(signUp),
    });
    expect(answer.status).toBe(202);
    const { rows } = await sql<{ slug: string; wording: string; version: string }>`
      select n.slug, c.wording, c.wording_version as version from consents c
      join newsletters n on n.id = c.newsletter_id order by n.id`.execute(db);
    const day = new Date().toISOString().slice(0, 10);
    expect(rows).toEqual([
      { slug: 'plain', wording: expect.stringContaining('By pressing'), version: '2026-11-29' },
      { slug: 'own', wording: 'Own words of Gaceta.', version: `own/${day}` },
    ]);
    await sql`update newsletters set active = true where slug = 'daily'`.execute(db);
  });
});

describe('an archived newsletter', () => {
  it('sends nothing, is not offered, keeps its readers, and can be brought back', async () => {
    await addReaders(db, 3);
    await addArticle(db, { title: 'Ferry' });
    await addFeed(db, { newsletter: 'daily', url: 'https://a.example/feed' }, new Date(0));
    const now = context.now();
    const draft = await call('POST', '/editions', { newsletter: 'daily', kind: 'daily' });
    expect(draft.status).toBe(201);
    expect(await dueFeeds(db, now)).toHaveLength(1);
    for (const _ of [1, 2]) expect((await call('DELETE', '/newsletters/daily')).status).toBe(204);
    const { body } = await call('GET', '/newsletters/daily');
    expect(body).toMatchObject({ active: false, archivedAt: expect.any(String) });
    expect((await call('GET', `/editions/${draft.body.id}`)).body.state).toBe('cancelled');
    expect((await call('POST', `/editions/${draft.body.id}/send`, {})).status).toBe(409);
    expect(await dueFeeds(db, now)).toEqual([]);
    const special = { newsletter: 'daily', kind: 'special' as const };
    const refused = await call('POST', '/editions', special);
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:gaceta:newsletter-archived']);
    const composing = db
      .transaction()
      .execute((tx) => composeEdition(tx, { ...special, now, introduction: 'Hello' }));
    await expect(composing).rejects.toThrow('is archived');
    const active = await call('PATCH', '/newsletters/daily', { active: true });
    expect(active.body.errors[0].pointer).toBe('/active');
    const { count } = await db
      .selectFrom('subscriptions')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('state', '=', 'active')
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(3);
    expect(await fetchNewest(`${base}/?lang=en`, 'value="own"')).not.toContain('The Daily');
    const back = await call('POST', '/newsletters/daily/unarchive', {});
    expect(back.body).toMatchObject({ active: true, archivedAt: null });
    expect((await call('DELETE', '/newsletters/none')).status).toBe(404);
    const audit = await db
      .selectFrom('audit')
      .select('action')
      .where('object', '=', 'newsletter daily')
      .where('action', 'in', ['archive', 'unarchive'])
      .orderBy('id')
      .execute();
    expect(audit.map(({ action }) => action)).toEqual(['archive', 'unarchive']);
  });
});

describe('sections that go', () => {
  it('leave the choices of readers; who chose nothing else gets all', async () => {
    await sql`update subscriptions set sections = case subscriber_id % 3
      when 0 then '{updates}' when 1 then '{news,updates}' else '{news}' end::text[]`.execute(db);
    await call('PATCH', '/newsletters/daily', { sections: [{ slug: 'news', title: 'News' }] });
    const { rows } = await sql<{ sections: string[] | null }>`
      select sections from subscriptions where state = 'active' order by subscriber_id % 3`.execute(
      db,
    );
    expect(rows.map(({ sections }) => sections)).toEqual([null, ['news'], ['news']]);
  });
});

/** The public pages keep what they show for some seconds. */
async function fetchNewest(url: string, words: string): Promise<string> {
  let text = '';
  await expect.poll(async () => (text = await (await fetch(url)).text())).toContain(words);
  return text;
}
