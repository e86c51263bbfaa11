import { beforeAll, describe, expect, it } from 'vitest';
import { runChunk } from '../../../src/bulk/run.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { readBinding } from '../../../src/operators/bindings.ts';
import { zipOf } from '../../harness/zip.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse battery';

describe('moving house in the console', async () => {
  const { context, base, browser } = await openConsole();
  const { db } = context;
  const cookies: Record<string, string> = {};

  beforeAll(async () => {
    await createNewsletter(db, { slug: 'sports', title: 'Sports', language: 'en' });
    for (const [name, boundTo] of [
      ['ana', null],
      ['sam', await readBinding(db, ['sports'])],
    ] as const) {
      const email = `${name}@example.org`;
      await createOperator(db, { email, password, role: 'admin', boundTo });
      const person = browser();
      await person.post('/console/sign-in', { email, password });
      cookies[name] = person.cookie;
    }
    for (const email of ['one@example.com', 'two@example.com']) {
      const { id } = await db
        .insertInto('subscribers')
        .values({ email, emailKey: email, addressHash: context.hashAddress(email) })
        .returning('id')
        .executeTakeFirstOrThrow();
      await db
        .insertInto('subscriptions')
        .columns(['newsletterId', 'subscriberId', 'state', 'confirmedAt', 'activeFrom'])
        .expression((eb) =>
          eb
            .selectFrom('newsletters')
            .select((e) => [
              'id',
              e.val(id).as('s'),
              e.val('active').as('t'),
              e.val(new Date()).as('c'),
              e.val(new Date()).as('a'),
            ])
            .where('slug', '=', 'daily'),
        )
        .execute();
    }
  });

  const get = async (path: string, who = 'ana') => {
    const res = await fetch(base + path, { headers: { Cookie: cookies[who] ?? '' } });
    return { status: res.status, text: await res.text() };
  };
  const send = async (
    path: string,
    fields: Record<string, string>,
    file?: string | Buffer,
    who = 'ana',
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    if (file !== undefined)
      form.set('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)]), 'file');
    const res = await fetch(base + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookies[who] ?? '', 'Sec-Fetch-Site': 'same-origin' },
      body: file === undefined ? new URLSearchParams(fields) : form,
    });
    return {
      status: res.status,
      location: res.headers.get('location') ?? '',
      text: await res.text(),
    };
  };

  it('counts readers of a filter, asks once, and tells how far it is', async () => {
    const list = await get('/console/readers?newsletter=daily');
    expect(list.text).toContain('href="/console/readers/bulk?newsletter=daily"');
    const form = await get('/console/readers/bulk?newsletter=daily');
    expect(form.text).toContain('2 readers, as filtered');
    const path = '/console/readers/bulk';
    const wrong = await send(
      path,
      { newsletter: 'daily', action: 'move', of: 'daily', to: '' },
      '',
    );
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Choose another newsletter');
    const fields = { once: 'a', newsletter: 'daily', action: 'move', of: 'daily', to: 'sports' };
    const { location, status } = await send(path, fields, '');
    expect(status).toBe(303);
    const asked = await get(location);
    expect(asked.text).toMatch(/Move 2 readers from .+ to Sports/);
    expect(asked.text).toContain('Do it for 2 readers');
    // the same form again is the same job
    expect((await send(path, fields, '')).location).toBe(location);
    // who is bound to other newsletters finds nothing there
    expect((await get(location, 'sam')).status).toBe(404);
    await send(`${location}/start`, { once: 'b' });
    await send(`${location}/start`, { once: 'c' });
    expect((await get(location)).text).toContain('That had been done already.');
    expect((await get(location)).text).toContain('data-import="running"');
    await runChunk(db, { now: new Date() });
    expect((await get(location)).text).toContain('data-import="done"');
    expect((await get('/console/readers?newsletter=sports')).text).toContain('2 readers');
  });

  it('takes a file of addresses, for who is bound to them alone', async () => {
    const path = '/console/readers/bulk';
    expect((await send(path, { action: 'erase' }, '')).text).toContain(
      'Choose a file of addresses',
    );
    const file = 'one@example.com\nnobody@example.com\nno address\n';
    const { location } = await send(path, { action: 'unsubscribe', of: 'sports' }, file, 'sam');
    const { text } = await get(location, 'sam');
    expect(text).toContain('Unsubscribe 1 reader from Sports');
    expect(text).toContain('Lines of the file that are no address, left out: 1.');
    expect(text).toContain('Newsletters that you are not assigned to stay as they are.');
    const other = await send(path, { action: 'unsubscribe', of: 'daily' }, file, 'sam');
    expect(other.status).toBe(404);
  });

  it('blocks a list of addresses', async () => {
    const file = 'email,reason\nblocked@example.com,spam\nnot one,\n';
    const path = '/console/readers/block';
    expect((await send(path, { reason: 'bounce' }, '')).status).toBe(422);
    expect((await send(path, { once: 'd', reason: 'bounce', detail: 'old' }, file)).status).toBe(
      303,
    );
    expect((await get(path)).text).toContain(
      'Blocked: 1. Blocked before: 0. Lines that are no address: 1.',
    );
    const rows = await db.selectFrom('suppressions').select(['reason', 'detail']).execute();
    expect(rows).toEqual([{ reason: 'complaint', detail: 'old' }]);
    expect((await get(path, 'sam')).status).toBe(403);
  });

  it('says what to do with a list of addresses in a file of another kind', async () => {
    const zip = zipOf({ 'xl/workbook.xml': '<workbook/>' });
    for (const [path, fields] of [
      ['/console/readers/block', {}],
      ['/console/readers/bulk', { action: 'unsubscribe', of: 'daily' }],
    ] as const)
      for (const [file, words] of [
        [zip, 'Save its list as CSV'],
        ['%PDF-1.7', 'This is a PDF'],
        ['\n', 'There is nothing in this file'],
      ] as const) {
        const { status, text } = await send(path, fields, file);
        expect(status).toBe(422);
        expect(text).toContain(words);
      }
  });

  it('finds the addresses of a list wherever they stand', async () => {
    const path = '/console/readers/block';
    await send(path, {}, 'Nombre;Correo electrónico\nAna;w1@example.com\n');
    await send(path, {}, 'Name,Reach\nAna,w2@example.com\nBen,w3@example.com\n');
    const hashes = ['w1', 'w2', 'w3'].map((who) => context.hashAddress(`${who}@example.com`));
    const rows = await db
      .selectFrom('suppressions')
      .select('reason')
      .where('addressHash', 'in', hashes)
      .execute();
    expect(rows.length).toBe(3);
  });

  it('brings old editions into the archive, and takes one out', async () => {
    const path = '/console/newsletters/sports/earlier';
    expect((await send(path, {}, 'hello')).text).toContain('no export that Gaceta knows');
    const zip = zipOf({
      '2020-02-03-final.html': '<title>The final</title><p>Won.</p>',
      'undated.html': '<p>When?</p>',
    });
    expect((await send(path, { once: 'e' }, zip, 'sam')).status).toBe(303);
    const { text } = await get(path, 'sam');
    expect(text).toContain('Added: 1. Changed: 0. There already: 0. 1 left out: 1 without a date.');
    expect(text).toContain('/archive/sports/earlier/2020-02-03-the-final');
    expect((await get('/console/newsletters/daily/earlier', 'sam')).status).toBe(404);
    const [, id] = /earlier\/(\d+)\/remove/.exec(text) ?? [];
    await send(`/console/newsletters/daily/earlier/${id}/remove`, {});
    expect((await get('/archive/sports/earlier/2020-02-03-the-final')).status).toBe(200);
    await send(`${path}/${id}/remove`, {}, undefined, 'sam');
    expect((await get('/archive/sports/earlier/2020-02-03-the-final')).status).toBe(404);
  });

  it('exports for the importers of other services', async () => {
    const { text } = await get('/console/readers/export.csv?format=listmonk');
    const [head, first] = text.split('\n');
    expect(head).toBe('email,name,attributes');
    expect(first).toContain('one@example.com,,"{""language"":null');
    const ghost = (await get('/console/readers/export.csv?format=ghost')).text.split('\n');
    expect(ghost[0]).toContain('subscribed_to_emails');
    expect(ghost[1]).toMatch(/^one@example\.com,,daily: .*,true,,,.*,sports$/);
  });
});
