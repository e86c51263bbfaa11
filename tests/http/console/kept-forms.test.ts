import { expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle } from '../api/fixtures.ts';
import { composeDaily } from './fixtures/compose.ts';
import { fieldsOf, filled } from './fixtures/editor-form.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const { context, browser } = await openConsole();
const { db } = context;
const signIn = (one: ReturnType<typeof browser>, name: string) =>
  one.post('/console/sign-in', { email: `${name}@example.org`, password });
for (const name of ['ana', 'bea'])
  await createOperator(db, { email: `${name}@example.org`, password, role: 'editor' });
await addArticle(db, { title: 'Bridge opens' });
const ana = browser();
await signIn(ana, 'ana');
const page = await composeDaily(ana);
const path = `${page}/edit`;
const endSessions = () => db.deleteFrom('sessions').execute();
const kept = () => db.selectFrom('keptForms').selectAll().execute();
const subject = 'Typed while the session ended: <b> رسالة 🗞️';

it('keeps what was written when the session has ended, and goes on with it after the sign-in', async () => {
  const fields = fieldsOf((await ana.get(path)).text, 'editor');
  await endSessions();
  const typed = filled(fields, { subject, introduction: 'Line one\r\n\r\nLine two', do: 'save' });
  expect((await ana.post(path, typed)).location).toBe('/console/sign-in?kept');
  expect((await ana.get('/console/sign-in?kept')).text).toContain('What you wrote is kept');

  // somebody else on the same computer sees nothing of it
  await signIn(ana, 'bea');
  expect((await ana.get('/console')).status).toBe(200);
  expect((await ana.get('/console/kept')).location).toBe('/console');
  await ana.post('/console/sign-out', {});

  await signIn(ana, 'ana');
  expect((await ana.get('/console')).location).toBe('/console/kept');
  const { text } = await ana.get('/console/kept');
  expect(text).toContain('You were signed out while writing');
  expect(text).toContain('&lt;b&gt; رسالة 🗞️');
  const action = /<form method="post" action="(\/console\/editions[^"]*)"/.exec(text)?.[1];
  expect(action).toBe(path);
  // what a browser without scripts sends of the hidden fields is what was typed
  const hidden = [...text.matchAll(/<textarea name="([^"]+)" hidden>\n([^<]*)<\/textarea>/g)].map(
    ([, name = '', value = '']): [string, string] => [name, unescaped(value)],
  );
  const answer = await ana.post(path, hidden);
  expect(answer.location).toBe(path);
  const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
  expect(edition).toMatchObject({ subject, introduction: 'Line one\n\nLine two' });
  expect(await kept()).toEqual([]);
  expect((await ana.get('/console')).status).toBe(200);
});

it('keeps the window of whatever was pressed in it, and forgets it when asked', async () => {
  const fields = fieldsOf((await ana.get(path)).text, 'editor');
  await endSessions();
  await ana.post(`${path}/look`, filled(fields, { subject: 'Not yet', do: 'look' }));
  expect(await kept()).toMatchObject([{ address: path, fields: { do: 'look' } }]);
  await signIn(ana, 'ana');
  await ana.post('/console/kept/discard', {});
  expect(await kept()).toEqual([]);
  expect((await ana.get('/console')).text).toContain('Discarded.');
});

it('keeps nothing of a press alone, of a password, or of nobody', async () => {
  await endSessions();
  for (const [where, form] of [
    [`${page}/cancel`, {}],
    [`${page}/send`, { when: 'now' }],
    ['/console/me/password', { before: password, after: 'x' }],
  ] as const)
    expect((await ana.post(where, form)).location).toBe('/console/sign-in?expired');
  const stranger = browser();
  stranger.cookie = 'gaceta-writer=1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  for (const one of [stranger, browser()])
    expect((await one.post('/console/editions/new', { introduction: 'x' })).location).toBe(
      '/console/sign-in?expired',
    );
  expect(await kept()).toEqual([]);
});

it('tells an editor whose role was taken away, and changes nothing', async () => {
  await signIn(ana, 'ana');
  const fields = fieldsOf((await ana.get(path)).text, 'editor');
  await db
    .updateTable('operators')
    .set({ role: 'viewer' })
    .where('email', '=', 'ana@example.org')
    .execute();
  const refused = await ana.post(path, filled(fields, { subject: 'Too late', do: 'save' }));
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('You do not have access to this');
  const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
  expect(edition.subject).toBe(subject);
});

const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
