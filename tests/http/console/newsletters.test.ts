import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { addFeed } from '../../../src/feeds/feeds.ts';
import { getNewsletter } from '../../../src/newsletters/newsletters.ts';
import { getNewsroom } from '../../../src/newsletters/newsroom.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { png, pngSaying } from '../../newsletters/fixtures/pictures.ts';
import { addReaders } from '../api/fixtures.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

describe('the newsletters', async () => {
  const { context, base, browser } = await openConsole({ MAIL_FROM: 'Desk <desk@example.org>' });
  const { db } = context;
  const page = '/console/newsletters/daily';
  let ana: Browser;
  let vera: Browser;
  let bound: Browser;
  const signIn = async (email: string) => {
    const person = browser();
    await person.post('/console/sign-in', { email, password });
    return person;
  };
  beforeAll(async () => {
    await createOperator(db, { email: 'ana@example.org', password, role: 'admin' });
    await createOperator(db, { email: 'vera@example.org', password, role: 'viewer' });
    [ana, vera] = [await signIn('ana@example.org'), await signIn('vera@example.org')];
  });

  it('are made with little, under a name made of the title', async () => {
    const wanted = { slug: '', language: 'ar', timezone: 'Africa/Cairo', sendAt: '06:15' };
    const title = 'Año <Nuevo> 🎉';
    const made = await ana.post('/console/newsletters', { ...wanted, title });
    expect([made.status, made.location]).toEqual([303, '/console/newsletters/ano-nuevo']);
    expect(await getNewsletter(db, 'ano-nuevo')).toMatchObject({
      ...wanted,
      title,
      slug: 'ano-nuevo',
    });
    const arabic = await ana.post('/console/newsletters', { ...wanted, title: 'النشرة' });
    expect(arabic.location).toBe('/console/newsletters/newsletter');
    const again = await ana.post('/console/newsletters', { ...wanted, title });
    expect(again.location).toBe('/console/newsletters/ano-nuevo-2');
    const list = (await ana.get('/console/newsletters')).text;
    expect(list).toContain('Año &lt;Nuevo&gt; 🎉');
    expect(list).toContain('06:15 (Africa/Cairo)');
  });

  it('that complaints hold are released with a word on what was decided', async () => {
    const held = () =>
      db.selectFrom('newsletters').select('complaintsHeldAt').where('slug', '=', 'daily');
    await db
      .updateTable('newsletters')
      .set({ complaintsHeldAt: new Date() })
      .where('slug', '=', 'daily')
      .execute();
    expect((await vera.get(page)).text).toContain('Held because of complaints');
    expect((await vera.get(page)).text).not.toContain(`${page}/release`);
    expect((await vera.post(`${page}/release`, { reason: 'x' })).status).toBe(403);
    await ana.post(`${page}/release`, { reason: '  ' });
    expect((await ana.get(page)).text).toContain('Not released: write what was decided.');
    expect(await held().executeTakeFirst()).not.toEqual({ complaintsHeldAt: null });
    await ana.post(`${page}/release`, { reason: 'An old list <was> removed' });
    const { text } = await ana.get(page);
    expect(text).toContain('goes out again.');
    expect(text).not.toContain('Held because of complaints');
    expect(await held().executeTakeFirst()).toEqual({ complaintsHeldAt: null });
    const audit = db.selectFrom('audit').select('detail').where('action', '=', 'release');
    expect(await audit.executeTakeFirst()).toMatchObject({
      detail: { reason: 'An old list <was> removed', resume: false },
    });
  });

  it('that cannot be made are told beside the field, and nothing is lost', async () => {
    const typed = {
      title: 'x'.repeat(300),
      slug: 'A b',
      language: 'xx',
      timezone: 'Mars',
      sendAt: '',
    };
    const answer = await ana.post('/console/newsletters', typed);
    expect(answer.status).toBe(422);
    for (const field of ['title', 'slug', 'language', 'timezone', 'sendAt'])
      expect(answer.text).toContain(`id="${field}-wrong"`);
    expect(answer.text).toContain(`value="${typed.title}"`);
    const taken = await ana.post('/console/newsletters', {
      title: 'X',
      slug: 'daily',
      language: 'en',
      timezone: 'UTC',
      sendAt: '07:00',
    });
    expect(taken.status).toBe(409);
    expect(taken.text).toContain('Another newsletter has this name');
  });

  it('are changed in every field', async () => {
    const form = fieldsOf((await ana.get(page)).text);
    const wanted = {
      title: 'The Daily 2',
      description: 'News.',
      language: 'en-US',
      sendAt: '06:30',
      timezone: 'America/New_York',
      'day.6': '',
      'day.7': '',
      weeklyDay: '5',
      reviewRequired: 'yes',
      reviewMinutes: '45',
      'section.0.title': 'Today',
      'section.0.limit': '5',
      'section.0.place': '9',
      'section.3.title': 'Ciencia y Salud',
      'section.3.limit': '4',
      'section.3.place': '1',
      from: 'Daily <daily@other.example>',
      replyTo: 'desk@third.example',
      colour: '#0b4f6c',
      layout: 'compact',
      typeface: 'times',
      welcome: 'Hello.\r\n\r\nAna',
      'wording.es': 'Quiero {{newsroom}}.',
      private: 'yes',
      origins: 'https://a.example, https://b.example',
      linkParameters: 'utm_source=daily',
    };
    const saved = await ana.post(page, { ...form, ...wanted, special: '' });
    expect([saved.status, saved.location]).toEqual([303, page]);
    expect(await getNewsletter(db, 'daily')).toMatchObject({
      title: 'The Daily 2',
      language: 'en-US',
      timezone: 'America/New_York',
      sendAt: '06:30',
      kinds: ['daily', 'weekly'],
      days: [1, 2, 3, 4, 5],
      weeklyDay: 5,
      reviewRequired: true,
      reviewMinutes: 45,
      sections: [
        { slug: 'ciencia-y-salud', title: 'Ciencia y Salud', articleLimit: 4 },
        { slug: 'updates', title: 'Updates', articleLimit: 10 },
        { slug: 'special-reports', title: 'Special reports', articleLimit: 10 },
        { slug: 'news', title: 'Today', articleLimit: 5 },
      ],
      from: 'Daily <daily@other.example>',
      replyTo: 'desk@third.example',
      colour: '#0b4f6c',
      layout: 'compact',
      typeface: 'times',
      welcome: 'Hello.\n\nAna',
      wording: { es: 'Quiero {{newsroom}}.' },
      private: true,
      origins: ['https://a.example', 'https://b.example'],
      linkParameters: 'utm_source=daily',
    });
    const { text } = await ana.get(page);
    expect(text).toContain(
      'The newsroom sends from example.org, and this address is of other.example',
    );
    expect(text).toContain('Replies go to third.example');
    expect(text).toMatch(/<strong>daily\/\d{4}-\d\d-\d\d<\/strong>/);
  });

  it('with wrong fields are not saved; each is told, and what was typed stays', async () => {
    const form = fieldsOf((await ana.get(page)).text);
    const wanted = {
      ...form,
      title: '',
      sendAt: '25:00',
      colour: 'blue',
      origins: 'https://a.example/path',
      from: 'añá@example.org',
      reviewMinutes: 'many',
      'section.0.limit': '1000',
    };
    const answer = await ana.post(page, wanted);
    expect(answer.status).toBe(422);
    for (const field of ['title', 'sendAt', 'colour', 'origins', 'from', 'reviewMinutes'])
      expect(answer.text).toContain(`id="${field}-wrong"`);
    expect(answer.text).toContain('id="section-0-limit-wrong"');
    expect(answer.text).toContain('value="blue"');
    expect((await getNewsletter(db, 'daily'))?.title).toBe('The Daily 2');
  });

  it('saved by two at once: the second is told, sees both, and nothing is lost', async () => {
    const form = fieldsOf((await ana.get(page)).text);
    await ana.post(page, { ...form, title: 'Hers' });
    const second = await ana.post(page, { ...form, once: 'other', description: 'His words' });
    expect(second.status).toBe(409);
    expect(second.text).toContain('someone else has just changed this newsletter');
    expect(second.text).toMatch(/class="theirs">Saved by someone else: <span dir="auto">Hers</);
    expect(second.text).toContain('His words');
    expect((await getNewsletter(db, 'daily'))?.title).toBe('Hers');
    const again = { ...fieldsOf(second.text), title: 'Hers', description: 'His words' };
    expect((await ana.post(page, again)).status).toBe(303);
    expect(await getNewsletter(db, 'daily')).toMatchObject({
      title: 'Hers',
      description: 'His words',
    });
  });

  it('lose a section only once it was said whom that concerns', async () => {
    await addReaders(db, 4);
    await sql`update subscriptions set sections = case when subscriber_id % 2 = 0 then '{updates}'
      else '{updates,news}' end::text[]`.execute(db);
    const url = 'https://wire.example/feed';
    await addFeed(db, { newsletter: 'daily', section: 'updates', url }, new Date());
    const form = fieldsOf((await ana.get(page)).text);
    const index = Object.entries(form)
      .find(([, value]) => value === 'updates')?.[0]
      .split('.')[1];
    const asked = await ana.post(page, { ...form, [`section.${index}.remove`]: 'yes' });
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('Remove Updates?');
    expect(asked.text).toContain('4 readers chose it');
    expect(asked.text).toContain('2 of them chose nothing else');
    expect(asked.text).toContain('1 feed brings articles for it');
    expect((await getNewsletter(db, 'daily'))?.sections).toHaveLength(4);
    const sure: Record<string, string> = {
      ...fieldsOf(asked.text),
      sure: 'updates',
    };
    expect(sure[`section.${index}.remove`]).toBe('yes');
    expect((await ana.post(page, sure)).status).toBe(303);
    expect((await getNewsletter(db, 'daily'))?.sections).toHaveLength(3);
    const { rows } = await sql<{ sections: string[] | null }>`
      select distinct sections from subscriptions order by sections`.execute(db);
    expect(rows.map(({ sections }) => sections)).toEqual([['news'], null]);
  });

  it('get a logo of their own by a form; what is none is refused with words', async () => {
    const upload = (file: Buffer | null, name = 'logo.png') =>
      post(base, ana, `${page}/logo`, file, name);
    expect((await upload(png(300, 60))).status).toBe(303);
    const { logo } = (await getNewsletter(db, 'daily')) ?? {};
    expect(logo).toMatch(/^\/logos\/[0-9a-f]{32}\.png$/);
    expect((await ana.get(page)).text).toContain(`<img src="${logo}"`);
    for (const [file, words] of [
      [Buffer.from('<html><script>alert(1)</script>'), 'is not a PNG, JPEG, GIF or WebP picture'],
      [
        Buffer.from('<svg xmlns="x" width="1" height="1"><script/></svg>'),
        'SVG files can hold scripts',
      ],
      [Buffer.alloc(40 * 1024 ** 2), 'larger than 1 MB'],
      [pngSaying(20_000, 20_000), '20000 × 20000 pixels'],
      [Buffer.alloc(0), 'Choose a file first'],
      [null, 'Choose a file first'],
    ] as const) {
      const answer = await upload(file);
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(words)]);
    }
    expect((await getNewsletter(db, 'daily'))?.logo).toBe(logo);
    expect((await post(base, vera, `${page}/logo`, png(9, 9), 'x')).status).toBe(403);
    await ana.post(`${page}/logo/remove`, {});
    expect((await getNewsletter(db, 'daily'))?.logo).toBeNull();
    const room = await post(base, ana, '/console/settings/newsroom/logo', png(9, 9), 'x');
    expect(room.status).toBe(303);
    expect((await getNewsroom(db)).logo).toMatch(/^\/logos\//);
    const bad = await post(base, ana, '/console/settings/newsroom/logo', Buffer.from('x'), 'x');
    expect(bad.status).toBe(422);
  });

  it('are archived after a page that says what that does, and brought back', async () => {
    await sql`insert into editions (newsletter_id, number, kind, local_date, state)
      select id, 900, 'special', '2026-11-24', 'draft' from newsletters where slug = 'daily'`.execute(
      db,
    );
    const { text } = await ana.get(`${page}/archive`);
    expect(text).toContain('4 readers are kept');
    expect(text).toContain('1 edition that has not started is cancelled');
    expect((await ana.post(`${page}/archive`, {})).location).toBe('/console/newsletters');
    expect((await ana.get('/console/newsletters')).text).toContain('Archived newsletters');
    expect((await ana.get(page)).text).toContain('This newsletter is archived');
    expect((await ana.get(`${page}/archive`)).status).toBe(303);
    await ana.post(`${page}/unarchive`, {});
    expect(await getNewsletter(db, 'daily')).toMatchObject({ active: true, archivedAt: null });
    expect((await ana.get('/console/newsletters/none')).status).toBe(404);
  });

  it('are for all to see and for admins to change, each within its reach', async () => {
    const { text } = await vera.get(page);
    expect(text).toContain('<fieldset class="card" disabled>');
    expect(text).not.toContain('type="file"');
    for (const path of [page, `${page}/archive`, `${page}/unarchive`, `${page}/logo/remove`])
      expect((await vera.post(path, {})).status).toBe(403);
    expect((await vera.post('/console/newsletters', { title: 'X' })).status).toBe(403);
    await createOperator(db, { email: 'bo@example.org', password, role: 'admin' });
    await sql`update operators set bound_to = (select array_agg(id) from newsletters
      where slug = 'ano-nuevo') where email = 'bo@example.org'`.execute(db);
    bound = await signIn('bo@example.org');
    const list = (await bound.get('/console/newsletters')).text;
    expect(list).toContain('/console/newsletters/ano-nuevo"');
    expect(list).not.toContain('/console/newsletters/daily"');
    expect(list).not.toContain('data-slug-of');
    expect((await bound.get('/console/newsletters/ano-nuevo')).status).toBe(200);
    expect((await bound.get(page)).status).toBe(404);
    expect((await bound.post(page, {})).status).toBe(404);
    expect((await bound.post('/console/newsletters', { title: 'X' })).status).toBe(403);
  });
});

/** What a browser would send of the form of settings. */
function fieldsOf(html: string): Record<string, string> {
  const form = /<form[^>]* id="settings"[^]*?<\/form>/.exec(html)?.[0] ?? '';
  const plain = (text: string) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  const found: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const of = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
    const name = of('name');
    if (!name || (of('type') === 'checkbox' && !tag.includes(' checked'))) continue;
    found[name] = plain(of('value') ?? '');
  }
  for (const [, name = '', text = ''] of form.matchAll(
    /<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</g,
  ))
    found[name] = plain(text);
  for (const [, name = '', options = ''] of form.matchAll(
    /<select[^>]* name="([^"]*)"[^]*?>([^]*?)<\/select>/g,
  ))
    found[name] = /value="([^"]*)" selected/.exec(options)?.[1] ?? '';
  return found;
}

async function post(
  base: string,
  person: Browser,
  path: string,
  file: Buffer | null,
  name: string,
) {
  const body = new FormData();
  body.append('once', 'x');
  if (file) body.append('file', new Blob([new Uint8Array(file)], { type: 'image/png' }), name);
  const res = await fetch(base + path, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { Cookie: person.cookie, 'Sec-Fetch-Site': 'same-origin' },
  });
  return { status: res.status, text: await res.text() };
}
