import { beforeAll, describe, expect, test } from 'vitest';
import { type MadeNewsletter, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
let daily: MadeNewsletter;
beforeAll(async () => {
  site = await openSite();
  daily = await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
});
const stateOf = async (email: string) => {
  const row = await site.context.db
    .selectFrom('subscriptions as t')
    .innerJoin('subscribers as s', 's.id', 't.subscriberId')
    .select('t.state')
    .where('s.emailKey', '=', email)
    .executeTakeFirst();
  return row?.state;
};

describe('from sign-up to unsubscribe', () => {
  test('by the form', async () => {
    const front = await site.get('/', { 'Accept-Language': 'es-MX,es;q=0.9' });
    expect(front.status).toBe(200);
    expect(await front.text()).toContain('Correo electrónico');

    const sent = await site.post('/subscribe', { email: 'ana@example.org', lang: 'en' });
    expect(sent.status).toBe(303);
    const next = sent.headers.get('location') ?? '';
    expect(next).toMatch(/^\/subscribed\?lang=en&to=[\w-]+$/);
    expect(await (await site.get(next)).text()).toContain('Look for our email to ana@example.org');
    expect(await stateOf('ana@example.org')).toBe('pending');

    const { confirm, unsubscribe } = await tokensFor(site.context, 'ana@example.org');
    const question = await site.get(`/confirm/${confirm}`);
    expect(question.headers.get('cache-control')).toBe('no-store');
    expect(question.headers.get('referrer-policy')).toBe('no-referrer');
    const text = await question.text();
    expect(text).toContain('a•••@example.org');
    expect(text).not.toContain('ana@');
    expect(await stateOf('ana@example.org')).toBe('pending');

    const done = await site.press(`/confirm/${confirm}`);
    expect(done.status).toBe(200);
    expect(await done.text()).toContain('Subscription confirmed');
    expect(await stateOf('ana@example.org')).toBe('active');

    const page = await site.get(`/unsubscribe/${unsubscribe(daily.id)}`);
    expect(await page.text()).toContain('Unsubscribe from The Daily?');
    expect(await stateOf('ana@example.org')).toBe('active');
    const out = await site.press(`/unsubscribe/${unsubscribe(daily.id)}`);
    expect(out.status).toBe(200);
    expect(await stateOf('ana@example.org')).toBe('unsubscribed');
    const undo = /action="(\/undo\/[^"/]+)"/.exec(await out.text())?.[1] ?? '';
    expect((await site.get(undo)).status).toBe(200);
    expect(await stateOf('ana@example.org')).toBe('unsubscribed');
    const back = await site.press(undo);
    expect(await back.text()).toContain('Subscription restored');
    expect(await stateOf('ana@example.org')).toBe('active');
  });

  test('by JSON', async () => {
    const sent = await site.postJson('/subscribe', {
      email: 'ben@example.org',
      newsletter: 'daily',
    });
    expect(sent.status).toBe(202);
    expect(await sent.json()).toEqual({ status: 'pending' });
    const { confirm, unsubscribe } = await tokensFor(site.context, 'ben@example.org');
    expect((await site.press(`/confirm/${confirm}`)).status).toBe(200);
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    const out = await fetch(`${site.url}/unsubscribe/${unsubscribe(daily.id)}`, {
      method: 'POST',
      body: form,
    });
    expect(out.status).toBe(200);
    expect(await stateOf('ben@example.org')).toBe('unsubscribed');
  });
});
