import { beforeAll, describe, expect, it } from 'vitest';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator, getOperatorByEmail } from '../../../src/operators/accounts.ts';
import { readBinding } from '../../../src/operators/bindings.ts';
import { receiver } from '../../webhooks/fixtures.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse battery';
const onceIn = (text: string) => /name="once" value="([\w-]+)"/.exec(text)?.[1] ?? '';

describe('who may do what, and what programs hear', async () => {
  const { context, browser } = await openConsole({ FEED_ALLOW_PRIVATE: 'true' });
  const { db } = context;
  let ana: Browser;
  let bound: Browser;

  beforeAll(async () => {
    await createNewsletter(db, { slug: 'sports', title: 'Sports' });
    const boundTo = await readBinding(db, ['sports']);
    await createOperator(db, { email: 'ana@example.org', password, role: 'owner' });
    await createOperator(db, { email: 'bo@example.org', password, role: 'admin', boundTo });
    [ana, bound] = [browser(), browser()];
    await ana.post('/console/sign-in', { email: 'ana@example.org', password });
    await bound.post('/console/sign-in', { email: 'bo@example.org', password });
  });

  it('makes a token once, for a year and with the least role, and shows its secret once', async () => {
    const page = '/console/settings/tokens';
    const once = onceIn((await ana.get(page)).text);
    const form: [string, string][] = [
      ['once', once],
      ['name', 'Website'],
      ['newsletters', 'sports'],
    ];
    const [first, again] = await Promise.all([ana.post(page, form), ana.post(page, form)]);
    expect([first.status, again.status, first.location]).toEqual([303, 303, page]);
    const [token, ...others] = await db.selectFrom('apiTokens').selectAll().execute();
    expect(others).toEqual([]);
    const days = (Number(token?.expiresAt) - Date.now()) / 86_400_000;
    expect([token?.role, Math.round(days)]).toEqual(['viewer', 365]);
    expect(token?.boundTo).toHaveLength(1);
    const shown = await ana.get(page);
    const secret = /value="(gct_[\w-]{43})"/.exec(shown.text)?.[1] ?? '';
    expect(secret).not.toBe('');
    expect((await ana.get(page)).text).not.toContain(secret);
    const stored = JSON.stringify(await db.selectFrom('sessions').select('data').execute());
    expect(stored).not.toContain(secret);
    await ana.post(`${page}/${token?.id}/revoke`, {});
    expect((await ana.get(page)).text).toContain('Token “Website” revoked.');
  });

  it('says what is wrong with a token beside the field, and keeps what was typed', async () => {
    const answer = await ana.post('/console/settings/tokens', { name: ' ', role: 'editor' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('aria-describedby="name-wrong name-hint"');
    expect(answer.text).toContain('<option value="editor" selected>');
  });

  it('makes, tests, changes and removes a webhook', async () => {
    await using there = await receiver();
    const page = '/console/settings/webhooks';
    const wrong = await ana.post(page, { url: 'ftp://example.org', description: 'Mine' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('id="url-wrong"');
    expect(wrong.text).toContain('id="events-wrong"');
    expect(wrong.text).toContain('value="Mine"');
    const made = await ana.post(page, [
      ['url', there.url],
      ['events', 'confirmed'],
      ['events', 'edition.sent'],
    ]);
    expect(made.location).toMatch(/^\/console\/settings\/webhooks\/\d+$/);
    const one = made.location ?? '';
    expect((await ana.get(one)).text).toMatch(/value="whsec_[\w+/=]{44}"/);
    expect((await ana.get(one)).text).not.toContain('whsec_');
    await ana.post(`${one}/test`, {});
    const tested = await ana.get(one);
    expect(tested.text).toContain('It works: the receiver answered 200.');
    const attempt = /name="attempt" value="(\d+)"/.exec(tested.text)?.[1] ?? '';
    await ana.post(`${one}/resend`, { attempt });
    const [message] = await db.selectFrom('webhookMessages').select('state').execute();
    expect(message).toEqual({ state: 'queued' });
    await ana.post(one, [
      ['url', there.url],
      ['events', 'attention'],
      ['newsletters', 'sports'],
    ]);
    const row = () => db.selectFrom('webhooks').selectAll().executeTakeFirst();
    expect(await row()).toMatchObject({ events: ['attention'], boundTo: [expect.any(String)] });
    await ana.post(`${one}/off`, {});
    await ana.post(`${one}/test`, {});
    expect((await ana.get(one)).text).toContain('Nothing was sent');
    await ana.post(`${one}/remove`, {});
    expect(await row()).toBeUndefined();
  });

  it('says in the words of who asks why a webhook cannot be reached', async () => {
    const speaks = (language: 'en' | 'es') =>
      db
        .updateTable('operators')
        .set({ language })
        .where('email', '=', 'ana@example.org')
        .execute();
    const there = await receiver();
    const { location: one = '' } = await ana.post('/console/settings/webhooks', [
      ['url', there.url],
      ['events', 'attention'],
    ]);
    await there[Symbol.asyncDispose]();
    await speaks('es');
    await ana.post(`${one}/test`, {});
    expect((await ana.get(one)).text).toMatch(/No funciona: \S+ no acepta conexiones/);
    await speaks('en');
    await ana.post(`${one}/remove`, {});
  });

  it('shows who did what and from where, searched and as CSV', async () => {
    const page = '/console/settings/audit';
    const { text } = await ana.get(page);
    expect(text).toContain('created');
    expect(text).toContain('127.0.0.1');
    const ofTokens = (await ana.get(`${page}?object=token&action=revoke`)).text;
    expect(ofTokens.match(/<time /g)).toHaveLength(1);
    // as the page itself calls it
    const asShown = (await ana.get(`${page}?object=API%20token&action=revoke`)).text;
    expect(asShown.match(/<time /g)).toHaveLength(1);
    const none = await ana.get(`${page}?from=2020-01-01&to=2020-01-02`);
    expect(none.text).toContain('Nothing matches');
    const csv = await ana.get(`${page}.csv?actor=operator&action=revoke`);
    expect(csv.headers['content-type']).toContain('text/csv');
    const [head, line] = csv.text.split('\n');
    expect(head).toBe('id,at,actor,name,action,object,origin,detail');
    expect(line).toMatch(/operator 1,ana@example.org,revoke,token \d+,127.0.0.1,/);
  });

  it('turns its pages without missing or repeating a line', async () => {
    await db
      .insertInto('audit')
      .values(
        Array.from({ length: 120 }, () => ({ actor: 'cli', action: 'walk', object: 'newsroom' })),
      )
      .execute();
    let next: string | undefined = '/console/settings/audit?action=walk';
    let lines = 0;
    while (next) {
      const { text } = await ana.get(next);
      lines += text.match(/<time /g)?.length ?? 0;
      next = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(lines).toBe(120);
  });

  it('keeps who is bound to their newsletters', async () => {
    expect((await bound.get('/console/settings/audit')).status).toBe(403);
    expect((await bound.get('/console/settings/newsroom')).text).toContain(
      'your account is limited to some newsletters',
    );
    const webhooks = await bound.get('/console/settings/webhooks');
    expect(webhooks.text).toContain('value="sports"');
    expect(webhooks.text).not.toContain('value="daily"');
    await bound.post('/console/settings/tokens', [
      ['name', 'wider'],
      ['newsletters', 'daily'],
    ]);
    await bound.post('/console/settings/tokens', { name: 'mine' });
    const rows = await db
      .selectFrom('apiTokens')
      .select(['name', 'boundTo'])
      .orderBy('id')
      .execute();
    const [{ id: sports } = { id: '' }] = await db
      .selectFrom('newsletters')
      .select('id')
      .where('slug', '=', 'sports')
      .execute();
    expect(rows.slice(1)).toEqual([{ name: 'mine', boundTo: [sports] }]);
  });

  it('binds somebody on the page of people, and lets them go again', async () => {
    const { id } = await getOperatorByEmail(db, 'bo@example.org');
    const at = `/console/settings/people/${id}`;
    const bindingOf = async () => (await getOperatorByEmail(db, 'bo@example.org')).newsletters;
    await ana.post(at, { name: 'Bo', role: 'admin' });
    expect(await bindingOf()).toBeNull();
    await ana.post(at, [
      ['name', 'Bo'],
      ['role', 'editor'],
      ['newsletters', 'daily'],
    ]);
    expect(await bindingOf()).toEqual(['daily']);
    await ana.post('/console/settings/people', [
      ['email', 'cy@example.org'],
      ['role', 'sender'],
      ['newsletters', 'sports'],
    ]);
    expect(await getOperatorByEmail(db, 'cy@example.org')).toMatchObject({
      role: 'sender',
      newsletters: ['sports'],
    });
  });
});
