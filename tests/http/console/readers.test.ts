import { beforeAll, describe, expect, it } from 'vitest';
import { addSubscriber } from '../../../src/letters/added-by-operator.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

describe('the subscribers', async () => {
  const { context, browser } = await openConsole();
  const { db, hashAddress } = context;
  let ana: Browser;
  let ed: Browser;
  const ids: string[] = [];
  const consent = { source: 'fair at Port <Alder>', at: '2026-11-01T10:00:00Z' };

  beforeAll(async () => {
    await createOperator(db, { email: 'ana@example.org', password, role: 'admin' });
    await createOperator(db, { email: 'ed@example.org', password, role: 'editor' });
    [ana, ed] = [browser(), browser()];
    await ana.post('/console/sign-in', { email: 'ana@example.org', password });
    await ed.post('/console/sign-in', { email: 'ed@example.org', password });
    for (let n = 0; n < 52; n++) {
      const input = { email: `r${n}@example.org`, name: 'R <b>', newsletter: 'daily', consent };
      const by = { hashAddress, origin: 'news.example', now: new Date() };
      ids.push((await db.transaction().execute((tx) => addSubscriber(tx, input, by))).id);
    }
  });
  const rows = (text: string) => text.match(/<li class="card"/g)?.length ?? 0;

  it('are found by address, newsletter and state, and come in pages', async () => {
    const first = await ana.get('/console/readers?newsletter=daily&state=active');
    expect(rows(first.text)).toBe(50);
    const next = /href="(\/console\/readers\?[^"]*after=[^"]+)"/.exec(first.text)?.[1] ?? '';
    expect(rows((await ana.get(next.replaceAll('&amp;', '&'))).text)).toBe(2);
    const one = await ana.get('/console/readers?email=R7%40example.org');
    expect([rows(one.text), one.text.includes('r7@example.org')]).toEqual([1, true]);
    expect(rows((await ana.get('/console/readers?state=pending')).text)).toBe(0);
    expect(rows((await ana.get('/console/readers?newsletter=none')).text)).toBe(0);
    const wrong = await ana.get('/console/readers?email=nobody');
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('id="email-wrong"');
    expect(wrong.text).toContain('value="nobody"');
  });

  it('are shown with consents, and all of it as text', async () => {
    const { text } = await ana.get(`/console/readers/${ids[0]}`);
    expect(text).toContain('r0@example.org');
    expect(text).toContain('fair at Port &lt;Alder&gt;');
    expect(text).toContain('R &lt;b&gt;');
    for (const path of ['nonsense', '999999']) {
      const page = await ana.get(`/console/readers/${path}`);
      expect(page.status).toBe(404);
    }
  });

  it('have a subscription ended, are suppressed, and erased, each with its audit row', async () => {
    const [, id] = ids;
    const at = `/console/readers/${id}`;
    await ana.post(`${at}/end`, { newsletter: 'daily' });
    expect((await ana.get(at)).text).toContain('Nothing more of this newsletter');
    const { state } = await db
      .selectFrom('subscriptions')
      .select('state')
      .where('subscriberId', '=', id ?? '')
      .executeTakeFirstOrThrow();
    expect(state).toBe('unsubscribed');
    for (const _ of [1, 2]) await ana.post(`${at}/suppress`, {});
    expect((await ana.get(at)).text).toContain('Blocked since');
    expect((await ana.post(`${at}/erase`, {})).location).toBe('/console/readers');
    const page = await ana.get(at);
    expect(page.text).not.toContain('r1@example.org');
    expect(page.text).not.toContain('/erase"');
    const audit = await db
      .selectFrom('audit')
      .select(['actor', 'action'])
      .where('action', '!=', 'sign in')
      .orderBy('id')
      .execute();
    expect(audit).toEqual(
      ['change', 'suppress', 'erase'].map((action) => ({ actor: 'operator', action })),
    );
    expect((await ana.post(`${at}/end`, { newsletter: 'daily' })).status).toBe(404);
    expect((await ana.post(`/console/readers/${ids[2]}/end`, { newsletter: 'none' })).status).toBe(
      422,
    );
  });

  it('are exported: one as JSON, all as CSV', async () => {
    const one = await ana.get(`/console/readers/${ids[3]}/data.json`);
    expect(one.headers['content-disposition']).toContain('attachment');
    expect(JSON.parse(one.text)).toMatchObject({ subscriber: { email: 'r3@example.org' } });
    const all = await ana.get('/console/readers/export.csv?newsletter=daily');
    expect(all.headers['content-type']).toContain('text/csv');
    expect(all.text).toContain('r3@example.org');
    expect((await ana.get('/console/readers/export.csv?newsletter=none')).status).toBe(404);
  });

  it('are for admins alone', async () => {
    const at = `/console/readers/${ids[4]}`;
    for (const path of ['/console/readers', at, `${at}/data.json`, '/console/readers/export.csv']) {
      const page = await ed.get(path);
      expect(page.status).toBe(403);
      expect(page.text).toContain(
        'Required role: administrator, or a higher one. Your role: editor',
      );
    }
    for (const verb of ['end', 'suppress', 'erase'])
      await ed.post(`${at}/${verb}`, { newsletter: 'daily' });
    const home = await ed.get('/console');
    expect(home.text).not.toContain('href="/console/readers"');
    expect((await ana.get(at)).text).toContain('r4@example.org');
  });
});
