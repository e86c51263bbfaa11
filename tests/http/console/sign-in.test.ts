import { describe, expect, it } from 'vitest';
import {
  createOperator,
  disableOperator,
  getOperatorByEmail,
} from '../../../src/operators/accounts.ts';
import { ensureFirstOperator } from '../../../src/operators/first-operator.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';

describe('the set-up link', async () => {
  const { context, browser } = await openConsole();
  const path = (await ensureFirstOperator(context.db, undefined)) ?? '';
  const token = path.split('/').at(-1) ?? '';
  const form = { token, email: 'ana@example.org', password };

  it('shows a form, as often as somebody looks, and tells its address to nobody', async () => {
    const scanner = browser();
    for (const _ of [1, 2]) {
      const page = await scanner.get(path);
      expect(page.status).toBe(200);
      expect(page.headers['referrer-policy']).toBe('no-referrer');
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.text).toContain('name="password"');
    }
    expect(await context.db.selectFrom('operators').select('id').execute()).toEqual([]);
  });

  it('asks again when the password is too short', async () => {
    const page = await browser().post('/console/setup', {
      ...form,
      password: 'short',
      name: 'Ana',
      language: 'es',
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain('value="Ana"');
    expect(page.text).toMatch(/<option value="es"[^>]* selected>/);
    expect(page.text).toContain('value="ana@example.org"');
    expect(page.text).not.toContain('value="short"');
  });

  it('makes the first operator and signs them in, once', async () => {
    const ana = browser();
    const done = await ana.post('/console/setup', { ...form, name: 'Ana Ruiz', language: 'es' });
    expect([done.status, done.location]).toEqual([303, '/console']);
    expect((await ana.get('/console')).text).toContain('Primeros pasos');
    expect(await getOperatorByEmail(context.db, 'ana@example.org')).toMatchObject({
      name: 'Ana Ruiz',
      language: 'es',
      role: 'owner',
    });
    const eve = await browser().post('/console/setup', { ...form, email: 'eve@example.org' });
    expect(eve.status).toBe(404);
    expect((await browser().get(path)).status).toBe(404);
  });
});

describe('signing in', async () => {
  const { context, browser } = await openConsole();
  await createOperator(context.db, { email: 'ana@example.org', password, role: 'owner' });
  await createOperator(context.db, { email: 'bea@example.org', password, role: 'viewer' });
  const ana = { email: 'ana@example.org', password };

  it('is asked of everybody, on every page', async () => {
    for (const path of ['/console', '/console/editions/1', '/console/live']) {
      const page = await browser().get(path);
      expect([page.status, page.location]).toEqual([303, '/console/sign-in']);
    }
    const posted = await browser().post('/console/editions/1/cancel', {});
    expect(posted.location).toBe('/console/sign-in?expired');
    expect(posted.headers['set-cookie']).toBeUndefined();
    expect((await browser().get('/console/sign-in?expired')).text).toContain('Sign in to continue');
    expect(await context.db.selectFrom('sessions').select('idHash').execute()).toEqual([]);
  });

  it('leads to the page that was asked for, once, and to no other site', async () => {
    const one = browser();
    await one.get('/console/readers?state=active&search=%C3%B1');
    await one.get('/console/live', { 'Sec-Fetch-Dest': 'empty' });
    await one.get('/console/assets/none.js');
    const done = await one.post('/console/sign-in', ana);
    expect(done.location).toBe('/console/readers?state=active&search=%C3%B1');
    await one.post('/console/sign-out', {});
    expect((await one.post('/console/sign-in', ana)).location).toBe('/console');
    for (const address of [
      'https://evil.example/',
      '//evil.example/',
      '/console//evil',
      '/privacy',
      '\0',
    ]) {
      const other = browser();
      other.cookie = `gaceta-asked=${Buffer.from(address).toString('base64url')}`;
      expect((await other.post('/console/sign-in', ana)).location).toMatch(
        /^\/console(\/\/evil)?$/,
      );
    }
  });

  it('begins a session under a new id, in a cookie that scripts cannot read', async () => {
    const one = browser();
    await one.post('/console/sign-in', ana);
    const before = one.cookie;
    const done = await one.post('/console/sign-in', ana);
    expect(done.location).toBe('/console');
    expect(one.cookie).not.toBe(before);
    const [cookie] = done.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect((await one.get('/console')).status).toBe(200);
    const old = browser();
    old.cookie = before;
    expect((await old.get('/console')).status).toBe(303);
    const rows = await context.db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(/gaceta=(\S+)/.exec(one.cookie)?.[1]);
    await one.post('/console/sign-out', {});
    expect((await one.get('/console')).status).toBe(303);
  });

  it('says the same for a wrong password and for nobody', async () => {
    const wrong = await browser().post('/console/sign-in', { ...ana, password: 'nonsense 1' });
    const nobody = await browser().post('/console/sign-in', { email: 'x@example.org', password });
    expect([wrong.status, nobody.status]).toEqual([422, 422]);
    const said = (page: string) => /role="status">([^<]+)/.exec(page)?.[1];
    expect(said(wrong.text)).toBe(said(nobody.text));
    expect(said(wrong.text)).toBeTruthy();
  });

  it('is refused from another site', async () => {
    const page = await browser().post('/console/sign-in', ana, { 'Sec-Fetch-Site': 'cross-site' });
    expect(page.status).toBe(403);
  });

  it('ends for an operator who was disabled', async () => {
    const bea = browser();
    await bea.post('/console/sign-in', { email: 'bea@example.org', password });
    expect((await bea.get('/console')).status).toBe(200);
    const { id } = await getOperatorByEmail(context.db, 'bea@example.org');
    await context.db.transaction().execute((tx) => disableOperator(tx, id));
    expect((await bea.get('/console')).status).toBe(303);
  });

  it('ends elsewhere when the password changes', async () => {
    const [here, there] = [browser(), browser()];
    for (const one of [here, there]) await one.post('/console/sign-in', ana);
    const set = (before: string, to: string) =>
      here.post('/console/me/password', { before, password: to });
    const wrong = await set('nonsense 1', 'battery staple');
    expect([wrong.status, wrong.text]).toEqual([
      422,
      expect.stringContaining('Nothing was changed'),
    ]);
    const short = await set(password, 'short');
    expect([short.status, short.text]).toEqual([
      422,
      expect.stringContaining('at least 10 characters'),
    ]);
    await set(password, 'battery staple');
    expect((await here.get('/console/me')).text).toContain('Your password has been changed');
    expect((await there.get('/console')).status).toBe(303);
    await set('battery staple', password);
  });

  it('leads to a page of one’s own', async () => {
    const one = browser();
    await one.post('/console/sign-in', ana);
    await one.post('/console/me', { language: 'es', draftNotices: 'yes' });
    const page = await one.get('/console/me');
    expect(page.text).toContain('Guardado.');
    expect(page.text).toMatch(/name="draftNotices" value="yes" checked/);
    await one.post('/console/me', { language: 'en' });
    const rows = await context.db.selectFrom('operators').select('draftNotices').execute();
    expect(rows.every((row) => !row.draftNotices)).toBe(true);
  });
});

describe('on https', async () => {
  const { context, browser } = await openConsole({ PUBLIC_URL: 'https://news.example.org' });
  await createOperator(context.db, { email: 'ana@example.org', password, role: 'owner' });

  it('the cookie is for this host and for https alone', async () => {
    const done = await browser().post('/console/sign-in', { email: 'ana@example.org', password });
    expect(done.headers['set-cookie']?.[0]).toMatch(/^__Host-gaceta=.*Path=\/;.*Secure/);
  });
});
