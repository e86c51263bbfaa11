import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createNewsletter, getNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { readBinding } from '../../../src/operators/bindings.ts';
import { getImport } from '../../../src/subscribers/import/rows.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse battery';
const page = '/console/readers/import';
const header = 'email,name,consent_source,consent_at';

describe('readers imported in the console', async () => {
  const { context, base, browser } = await openConsole();
  const { db } = context;
  const cookies: Record<string, string> = {};

  beforeAll(async () => {
    await createNewsletter(db, { slug: 'sports', title: 'Sports', language: 'en' });
    for (const [name, role, boundTo] of [
      ['ana', 'admin', null],
      ['vera', 'viewer', null],
      ['sam', 'admin', await readBinding(db, ['sports'])],
    ] as const) {
      const email = `${name}@example.org`;
      await createOperator(db, { email, password, role, boundTo });
      const person = browser();
      await person.post('/console/sign-in', { email, password });
      cookies[name] = person.cookie;
    }
  });
  const get = async (path: string, who = 'ana') => {
    const res = await fetch(base + path, { headers: { Cookie: cookies[who] ?? '' } });
    return { status: res.status, type: res.headers.get('content-type'), text: await res.text() };
  };
  const send = async (fields: Record<string, string>, file: string | null, who = 'ana') => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([file ?? '']), file === null ? '' : 'list.csv');
    const res = await fetch(base + page, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookies[who] ?? '', 'Sec-Fetch-Site': 'same-origin' },
      body: form,
    });
    return { status: res.status, location: res.headers.get('location'), text: await res.text() };
  };
  const ended = (location: string | null) =>
    vi.waitUntil(
      async () => {
        const row = await getImport(db, location?.split('/').at(-1) ?? '');
        return row.state !== 'running' && row;
      },
      { timeout: 100_000, interval: 20 },
    );

  const press = async (path: string, fields: Record<string, string> = {}, who = 'ana') => {
    const res = await fetch(base + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookies[who] ?? '', 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams(fields),
    });
    return { status: res.status, location: res.headers.get('location'), text: await res.text() };
  };
  /** Looks at a file, and then imports it. */
  const bring = async (fields: Record<string, string>, file: string, who = 'ana') => {
    const { location } = await send(fields, file, who);
    expect(await ended(location)).toMatchObject({ state: 'ready' });
    expect(await press(`${location}/start`, {}, who)).toMatchObject({ status: 303, location });
    return { location: location ?? '', row: await ended(location) };
  };

  it('are looked at first, go on behind the answer, and the page tells how it ended', async () => {
    const file = `${header}\nana@of.example,Ana,fair,2026-01-02\n=bad,<b>,fair,2026-01-02\n`;
    const { status, location } = await send({ once: 'first', newsletter: 'daily' }, file);
    expect(status).toBe(303);
    expect(location).toMatch(/^\/console\/readers\/import\/\d+$/);
    const looked = { state: 'ready', counts: { new: 1, refused: 1 } };
    expect(await ended(location)).toMatchObject(looked);
    const before = (await get(location ?? '')).text;
    expect(before).toContain('data-import="ready"');
    expect(before).toContain('Nothing is stored yet');
    expect(before).toMatch(/<td[^>]*>ana@of\.example<\/td>/);
    expect(await db.selectFrom('subscribers').select('id').execute()).toEqual([]);
    expect((await press(`${location}/start`)).status).toBe(303);
    expect(await ended(location)).toMatchObject({ state: 'done', added: 1, skipped: 1 });
    const { text } = await get(location ?? '');
    expect(text).toContain('data-import="done"');
    expect(text).toMatch(/<td class="number">3<\/td><td[^>]*>[^<]+<\/td>/);
    const csv = await get(`${location}/report.csv`);
    expect(csv.type).toMatch(/^text\/csv/);
    expect(csv.text).toMatch(/^line,file,result,code,reason\n2,,new,,\n3,,refused,address-at,/);
    expect((await get(page)).text).toContain(`href="${location}"`);
    const audited = await db.selectFrom('audit').select(['action', 'object']).execute();
    expect(audited).toContainEqual({ action: 'import', object: 'newsletter daily' });
  });

  it('from the same form sent twice are one import, another file is another', async () => {
    const file = `${header}\nben@of.example,Ben,fair,2026-01-02\n`;
    const [one, two] = await Promise.all([
      send({ once: 'twice', newsletter: 'daily' }, file),
      send({ once: 'twice', newsletter: 'daily' }, file),
    ]);
    expect([one.status, two.location]).toEqual([303, one.location]);
    const other = await send({ once: 'twice', newsletter: 'daily' }, `${file}\n`);
    expect(other.location).not.toBe(one.location);
    await Promise.all([ended(one.location), ended(other.location)]);
  });

  it('without a file, sent as an ordinary form, are asked for one', async () => {
    const res = await fetch(base + page, {
      method: 'POST',
      headers: { Cookie: cookies['ana'] ?? '', 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ once: 'abcdefgh', newsletter: 'daily' }),
    });
    expect(res.status).toBe(422);
  });

  it('may be of several newsletters, as each line says', async () => {
    const lines = ['daily', 'sports'].map((slug) => `cleo@of.example,Cleo,fair,2026-01-02,${slug}`);
    const file = [`${header},newsletter`, ...lines].join('\n');
    const { row } = await bring({ newsletter: '' }, file);
    expect(row).toMatchObject({ state: 'done', added: 2, newsletter: null });
  });

  it('may be said to be something else, with a consent for all of them', async () => {
    const file = 'Reader,Standing\neva@of.example,Gold\nfay@of.example,Gone\ngus@of.example,Odd\n';
    const { location } = await send({ newsletter: 'daily' }, file);
    expect(await ended(location)).toMatchObject({ counts: { refused: 3 } });
    const asked = (await get(location ?? '')).text;
    expect(asked).toContain('does not say where and when these readers agreed');
    const again = `${location}/again`;
    const half = await press(again, { consent_source: 'Our form', consent_at: '' });
    expect(half.status).toBe(422);
    expect(half.text).toContain('value="Our form"');
    expect(half.text).toContain('Enter both where and when');
    const consent = { consent_source: 'Our form', consent_at: '2026-01-02' };
    const mapped = await press(again, { ...consent, 'column-0': 'email', 'column-1': 'state' });
    expect(mapped).toMatchObject({ status: 303, location });
    expect((await ended(location)).counts).toMatchObject({ new: 0, refused: 3 });
    expect((await get(location ?? '')).text).toContain('<bdi class="told">Gone</bdi>');
    await press(again, {
      ...consent,
      'column-0': 'email',
      'column-1': 'state',
      'state-0': 'active',
      'state-1': 'unsubscribed',
      'state-2': '',
    });
    expect((await ended(location)).counts).toMatchObject({ new: 1, left: 1, refused: 1 });
    await press(`${location}/start`);
    const done = { state: 'done', counts: { new: 1, left: 1, refused: 1 } };
    expect(await ended(location)).toMatchObject(done);
    const kept = await db
      .selectFrom('consents as c')
      .innerJoin('subscribers as s', 's.id', 'c.subscriberId')
      .select('c.detail')
      .where('s.emailKey', '=', 'eva@of.example')
      .executeTakeFirstOrThrow();
    expect(kept.detail).toMatchObject({
      source: 'Our form',
      statedBy: expect.stringMatching(/^operator/),
    });
    // a window that was left open
    expect(await press(`${location}/start`)).toMatchObject({ status: 303, location });
    expect(await press(again, consent)).toMatchObject({ status: 303, location });
    expect((await ended(location)).state).toBe('done');
  });

  it('of which nothing says where the addresses are wait until somebody does', async () => {
    const file = 'contact,x\nby phone,Hal\nat the fair,Ida\njo@of.example,Jo\n';
    const { status, location } = await send({ newsletter: 'daily' }, file);
    expect(status).toBe(303);
    expect(await ended(location)).toMatchObject({ state: 'ready', lines: 0 });
    const asked = (await get(location ?? '')).text;
    expect(asked).toContain('No column looks as if it held email addresses');
    expect(asked).toMatch(/<details[^>]* open>/);
    expect(asked).not.toContain(`${location}/start`);
    // from a window that was left open
    expect((await press(`${location}/start`)).status).toBe(422);
    expect((await press(`${location}/again`, { 'column-1': 'name' })).status).toBe(422);
    const consent = { consent_source: 'Our form', consent_at: '2026-01-02' };
    await press(`${location}/again`, { ...consent, 'column-0': 'email', 'column-1': 'name' });
    const looked = { state: 'ready', counts: { new: 1, refused: 2 } };
    expect(await ended(location)).toMatchObject(looked);
    await press(`${location}/start`);
    expect(await ended(location)).toMatchObject({ state: 'done', added: 1 });
  });

  it.each([
    ['no file', 'daily', null, 'Choose a file'],
    ['an empty file', 'daily', '', 'Choose a file'],
    ['a picture', 'daily', 'GIF89a', 'This is a picture'],
    ['a column twice', 'daily', `${header},email\n`, 'The column “email” is there twice'],
    ['an unknown newsletter', 'none', `${header}\n`, 'Choose a newsletter'],
  ])(
    'with %s are refused beside the field, and no import is made',
    async (_what, to, file, words) => {
      const before = await db.selectFrom('imports').select('id').execute();
      const { status, text } = await send({ newsletter: to }, file);
      expect(status).toBe(422);
      expect(text).toContain(words);
      expect(text).toContain('aria-invalid="true"');
      expect(await db.selectFrom('imports').select('id').execute()).toEqual(before);
    },
  );

  it('that were broken off say what to do', async () => {
    const { id } = await db
      .insertInto('imports')
      .values({ state: 'failed', failure: 'stopped', lines: 20_000 })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { text } = await get(`${page}/${id}`);
    expect(text).toContain('Gaceta was stopped after 20,000 lines. Import the same file again');
  });

  it('are for admins, who see those of their newsletters alone', async () => {
    expect((await get(page, 'vera')).status).toBe(403);
    expect((await send({ newsletter: 'daily' }, `${header}\n`, 'vera')).status).toBe(403);
    const daily = await getNewsletter(db, 'daily');
    const { id } = await db
      .selectFrom('imports')
      .select('id')
      .where('newsletterId', '=', daily?.id ?? '')
      .executeTakeFirstOrThrow();
    expect((await get(`${page}/${id}`, 'sam')).status).toBe(404);
    expect((await get(`${page}/${id}/report.csv`, 'sam')).status).toBe(404);
    const own = await get(page, 'sam');
    expect(own.text).not.toContain(`${page}/${id}"`);
    expect(own.text).not.toContain('value="daily"');
    expect((await send({ newsletter: 'daily' }, `${header}\n`, 'sam')).status).toBe(422);
    const file = `${header},newsletter\ndan@of.example,Dan,fair,2026-01-02,daily\n`;
    const { location } = await send({ newsletter: '' }, file, 'sam');
    expect(await ended(location)).toMatchObject({ added: 0, skipped: 1 });
    for (const step of ['start', 'stop', 'again'])
      expect((await press(`${page}/${id}/${step}`, {}, 'sam')).status).toBe(404);
    expect((await get(location ?? '', 'sam')).status).toBe(200);
    expect((await get(page, 'sam')).text).toContain(`href="${location}"`);
  });

  it('have a template that an import takes', async () => {
    const { text } = await get(`${page}/template.csv`);
    const { row } = await bring({ newsletter: 'daily' }, text);
    expect(row).toMatchObject({ state: 'done', lines: 0, skipped: 0 });
  });
});
