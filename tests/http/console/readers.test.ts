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
    expect(first.text).toContain('52 readers');
    const one = await ana.get('/console/readers?search=R7%40exam');
    expect([rows(one.text), one.text.includes('r7@example.org')]).toEqual([1, true]);
    expect(rows((await ana.get('/console/readers?state=pending')).text)).toBe(0);
    expect(rows((await ana.get('/console/readers?newsletter=none')).text)).toBe(0);
    expect((await ana.get('/console/readers')).text).toContain('All readers: 52');
    const wrong = await ana.get('/console/readers?joinedAfter=yesterday&search=%3Cb%3E');
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('id="joinedAfter-wrong"');
    expect(wrong.text).toContain('value="&lt;b&gt;"');
    for (const search of ['%25', '_', '%00%E2%80%AE', 'x'.repeat(3000), 'محمد', '%F0%9F%97%9E'])
      expect((await ana.get(`/console/readers?search=${search}&after=x&state[]=1`)).status).toBe(
        200,
      );
  });

  it('are shown with consents, and all of it as text', async () => {
    const { text } = await ana.get(`/console/readers/${ids[0]}`);
    expect(text).toContain('r0@example.org');
    expect(text).toContain('fair at Port &lt;Alder&gt;');
    expect(text).toContain('R &lt;b&gt;');
    const consents = await ana.get(`/console/readers/${ids[0]}?show=consent&after=nonsense`);
    expect(consents.text).toContain('fair at Port &lt;Alder&gt;');
    for (const show of ['edition', 'letter', 'answer', 'newsroom']) {
      const page = await ana.get(`/console/readers/${ids[0]}?show=${show}`);
      expect([page.status, page.text.includes('Port &lt;')], show).toEqual([200, false]);
    }
    for (const path of ['nonsense', '999999']) {
      const page = await ana.get(`/console/readers/${path}`);
      expect(page.status).toBe(404);
    }
  });

  it('say that they rest, why and until when, in both languages', async () => {
    const [id = ''] = ids;
    const rest = (rests: 'domain-gone' | 'asleep' | null) =>
      db.updateTable('subscribers').set({ rests }).where('id', '=', id).execute();
    const shows = async (words: string) =>
      expect((await ana.get(`/console/readers/${id}`)).text).toContain(words);
    const speak = (language: string) =>
      db
        .updateTable('operators')
        .set({ language })
        .where('email', '=', 'ana@example.org')
        .execute();
    await rest('domain-gone');
    await shows('Nothing is sent for now: the domain of the address takes no email.');
    await rest('asleep');
    await shows('Nothing is sent for now: no sign of life');
    await speak('es');
    await shows('Por ahora no se envía nada: sin señales de vida');
    await speak('en');
    await rest(null);
    expect((await ana.get(`/console/readers/${id}`)).text).not.toContain('Nothing is sent for now');
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
    expect((await ed.get('/console/readers/reasons')).status).toBe(200);
    expect((await ana.get(at)).text).toContain('r4@example.org');
  });

  it('are added: with a consent at once, else asked, and told what is wrong with the rest kept', async () => {
    const form = { email: 'new@example.org', name: 'نور 🗞️', newsletter: 'daily' };
    for (const [more, field] of [
      [{ email: 'nobody' }, 'email'],
      [{ name: 'x'.repeat(300) }, 'name'],
      [{ newsletter: '' }, 'newsletter'],
      [{ how: 'given', consentSource: 'fair', consentAt: '2999-01-01' }, 'consent'],
      [{ how: 'given', consentSource: '', consentAt: '' }, 'consent'],
      [{ timezone: 'Mars' }, 'timezone'],
    ] as const) {
      const page = await ana.post('/console/readers', { ...form, ...more });
      expect([page.status, page.text.includes(`id="${field}-wrong"`)], field).toEqual([422, true]);
      expect(page.text).toContain(field === 'name' ? 'xxx' : 'نور 🗞️');
    }
    const given = { how: 'given', consentSource: 'fair', consentAt: '2026-11-01' };
    const added = await ana.post('/console/readers', { ...form, ...given });
    expect(added.location).toMatch(/^\/console\/readers\/\d+$/);
    const page = await ana.get(added.location ?? '');
    expect(page.text).toContain('Added. The subscription is active.');
    expect(page.text).toContain('نور 🗞️');
    const agreed = await db.selectFrom('consents').select('form').orderBy('id', 'desc').execute();
    expect(agreed[0]).toEqual({ form: 'operator' });
    const asked = await ana.post('/console/readers', {
      email: 'asked@example.org',
      newsletter: 'daily',
    });
    const waits = await ana.get(asked.location ?? '');
    expect(waits.text).toContain('Send the confirmation again');
    await ana.post(`${asked.location}/send-confirmation`, {});
    expect((await ana.get(asked.location ?? '')).text).toContain(
      'Not sent: they received the same email',
    );
  });

  it('are changed: only what was typed anew, each with what it takes', async () => {
    const at = `/console/readers/${ids[10]}`;
    const was = {
      'was.email': 'r10@example.org',
      'was.name': 'R <b>',
      'was.language': '',
      'was.timezone': '',
    };
    const typed = { email: 'r10@example.org', name: 'R <b>', language: '', timezone: '' };
    const same = await ana.post(`${at}/change`, { ...was, ...typed });
    expect(same.location).toBe(at);
    expect((await ana.get(at)).text).toContain('There was nothing to change.');
    // a colleague has named them meanwhile
    await db
      .updateTable('subscribers')
      .set({ name: 'Rosa' })
      .where('id', '=', ids[10] ?? '')
      .execute();
    await ana.post(`${at}/change`, {
      ...was,
      ...typed,
      email: 'ten@example.org',
      timezone: 'Asia/Tokyo',
    });
    const row = await db
      .selectFrom('subscribers')
      .select(['email', 'name', 'timezone'])
      .where('id', '=', ids[10] ?? '')
      .executeTakeFirst();
    expect(row).toEqual({ email: 'ten@example.org', name: 'Rosa', timezone: 'Asia/Tokyo' });
    const taken = await ana.post(`${at}/change`, { ...was, ...typed, email: 'r11@example.org' });
    expect(taken.status).toBe(422);
    expect(taken.text).toContain('Another reader has this address.');
    const place = {
      newsletter: 'daily',
      'was.frequency': 'daily',
      'was.hour': '',
      'was.pause': '',
    };
    const shown = (await ana.get(`${at}/change`)).text;
    const sections = /name="was.sections" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    const saved = await ana.post(`${at}/subscription`, [
      ...Object.entries({
        ...place,
        'was.sections': sections,
        frequency: 'weekly',
        hour: '08:30',
        pause: '2999-01-01',
      }),
      ...sections
        .split(',')
        .slice(0, 1)
        .map((one): [string, string] => ['sections', one]),
    ]);
    expect(saved.location).toBe(at);
    const subscription = await db
      .selectFrom('subscriptions')
      .select(['frequency', 'hour', 'sections', 'pausedUntil'])
      .where('subscriberId', '=', ids[10] ?? '')
      .executeTakeFirst();
    expect(subscription).toEqual({
      frequency: 'weekly',
      hour: '08:30',
      sections: sections.split(',').slice(0, 1),
      // midnight in Tokyo
      pausedUntil: new Date('2998-12-31T15:00:00Z'),
    });
    const past = await ana.post(`${at}/subscription`, {
      ...place,
      frequency: 'daily',
      hour: '',
      pause: '2020-01-01',
    });
    expect([past.status, past.text.includes('daily-pause-wrong')]).toEqual([422, true]);
  });

  it('are unblocked with a reason, unless a complaint blocked them', async () => {
    const at = `/console/readers/${ids[12]}`;
    await ana.post(`${at}/suppress`, { why: 'asked by telephone' });
    expect((await ana.get(at)).text).toContain('asked by telephone');
    const without = await ana.post(`${at}/lift`, { why: ' ' });
    expect([without.status, without.text.includes('id="why-wrong"')]).toEqual([422, true]);
    await ana.post(`${at}/lift`, { why: 'asked again' });
    const page = (await ana.get(at)).text;
    expect(page).toContain('Address unblocked.');
    expect(page).toContain('asked again');
    const hash = hashAddress('r12@example.org');
    await db
      .insertInto('suppressions')
      .values({ addressHash: hash, reason: 'complaint' })
      .execute();
    await ana.post(`${at}/lift`, { why: 'please' });
    const stays = (await ana.get(at)).text;
    expect(stays).toContain('the address stays blocked');
    expect(stays).not.toContain(`${at}/lift`);
  });

  it('who left say why, to everybody here, escaped, and as CSV without formulas', async () => {
    const [, , , , , , , , , , , , , id = ''] = ids;
    await ana.post(`/console/readers/${id}/end`, { newsletter: 'daily' });
    await db
      .updateTable('subscriptions')
      .set({ leaveReason: '=HYPERLINK("x") <script>alert(1)</script> ed@example.org' })
      .where('subscriberId', '=', id)
      .execute();
    const page = await ed.get('/console/readers/reasons?newsletter=daily');
    expect(page.text).toContain('&lt;script&gt;alert(1)');
    expect(page.text).toContain('e•••@example.org');
    expect(page.text).not.toContain(`/console/readers/${id}"`);
    expect((await ana.get('/console/readers/reasons')).text).toContain(`/console/readers/${id}"`);
    expect((await ed.get('/console/readers/reasons.csv')).text).toContain(`"'=HYPERLINK`);
    expect((await ed.get('/console/readers/reasons?from=nonsense&after=nonsense')).status).toBe(
      200,
    );
  });
});
