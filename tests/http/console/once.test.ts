import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const views = join(import.meta.dirname, '../../../src/http/views/console');

describe('a form of the console that is sent twice', async () => {
  const { context, browser } = await openConsole();
  const { db } = context;
  await createOperator(db, { email: 'ana@example.org', password, role: 'viewer' });
  const ana = browser();
  await ana.post('/console/sign-in', { email: 'ana@example.org', password });
  const onceIn = async () =>
    /name="once" value="([\w-]+)"/.exec((await ana.get('/console/me')).text)?.[1] ?? '';
  const changes = async () =>
    (await db.selectFrom('audit').select('id').where('action', '=', 'change').execute()).length;

  it('is worked on once, and both answers lead to the same place', async () => {
    const form = { once: await onceIn(), language: 'en' };
    const answers = await Promise.all([1, 2, 3].map(() => ana.post('/console/me', form)));
    for (const { status, location } of answers)
      expect([status, location]).toEqual([303, '/console/me']);
    expect(await changes()).toBe(1);
    expect((await ana.post('/console/me', form)).location).toBe('/console/me');
    expect(await changes()).toBe(1);
  });

  it('is another form with other values, or from a page opened again', async () => {
    const once = await onceIn();
    await ana.post('/console/me', { once, language: 'en' });
    await ana.post('/console/me', { once, language: 'en', draftNotices: 'yes' });
    await ana.post('/console/me', { once: await onceIn(), language: 'en' });
    expect(await changes()).toBe(4);
  });

  it('may be sent again where its first answer was a page, or its process died', async () => {
    const once = await onceIn();
    const refused = await ana.post('/console/me', { once, language: 'xx' });
    expect(refused.status).not.toBe(303);
    expect(
      await db.selectFrom('formPosts').select('key').where('location', 'is', null).execute(),
    ).toEqual([]);

    await ana.post('/console/me', { once, language: 'en' });
    const lost = { location: null, createdAt: new Date(Date.now() - 61_000) };
    await db.updateTable('formPosts').set(lost).execute();
    await ana.post('/console/me', { once, language: 'en' });
    expect(await changes()).toBe(6);
  });

  it('is known by a field that every form with a session has', () => {
    const files = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.eta') && !/^(account\/.*|layout\.eta)$/.test(file),
    );
    const without = files.flatMap((file) => {
      const text = readFileSync(join(views, file), 'utf8');
      const forms = text.match(/<form method="post"/g) ?? [];
      const marked = text.match(/<%~ it\.once %>/g) ?? [];
      return forms.length > marked.length ? [file] : [];
    });
    expect(without).toEqual([]);
  });
});
