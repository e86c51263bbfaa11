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
      { timeout: 60_000, interval: 20 },
    );

  it('go on behind the answer, and the page tells how it ended', async () => {
    const file = `${header}\nana@of.example,Ana,fair,2026-01-02\n=bad,<b>,fair,2026-01-02\n`;
    const { status, location } = await send({ once: 'first', newsletter: 'daily' }, file);
    expect(status).toBe(303);
    expect(location).toMatch(/^\/console\/readers\/import\/\d+$/);
    expect(await ended(location)).toMatchObject({ state: 'done', added: 1, skipped: 1 });
    const { text } = await get(location ?? '');
    expect(text).toContain('data-import="done"');
    expect(text).toMatch(/<td class="number">3<\/td><td[^>]*>[^<]+<\/td>/);
    const csv = await get(`${location}/skipped.csv`);
    expect(csv.type).toMatch(/^text\/csv/);
    expect(csv.text).toMatch(/^line,reason\n3,/);
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
    const { location } = await send({ newsletter: '' }, file);
    expect(await ended(location)).toMatchObject({ state: 'done', added: 2, newsletter: null });
  });

  it.each([
    ['no file', 'daily', null, 'Choose a file'],
    ['an empty file', 'daily', '', 'Choose a file'],
    ['no columns', 'daily', 'hello\nworld\n', 'No column holds addresses'],
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
    expect((await get(`${page}/${id}/skipped.csv`, 'sam')).status).toBe(404);
    const own = await get(page, 'sam');
    expect(own.text).not.toContain(`${page}/${id}"`);
    expect(own.text).not.toContain('value="daily"');
    expect((await send({ newsletter: 'daily' }, `${header}\n`, 'sam')).status).toBe(422);
    const file = `${header},newsletter\ndan@of.example,Dan,fair,2026-01-02,daily\n`;
    const { location } = await send({ newsletter: '' }, file, 'sam');
    expect(await ended(location)).toMatchObject({ added: 0, skipped: 1 });
    expect((await get(location ?? '', 'sam')).status).toBe(200);
    expect((await get(page, 'sam')).text).toContain(`href="${location}"`);
  });

  it('have a template that an import takes', async () => {
    const { text } = await get(`${page}/template.csv`);
    const { location } = await send({ newsletter: 'daily' }, text);
    expect(await ended(location)).toMatchObject({ state: 'done', lines: 0, skipped: 0 });
  });
});
