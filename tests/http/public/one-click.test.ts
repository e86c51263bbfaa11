import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { preferencesUrl } from '../../../src/subscribers/links.ts';
import { unsubscribesOf } from '../../../src/subscribers/unsubscribes.ts';
import { type MadeNewsletter, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
let daily: MadeNewsletter;
beforeAll(async () => {
  site = await openSite();
  daily = await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
});
let readers = 0;

async function joined() {
  const { db } = site.context;
  const email = `reader${readers++}@example.org`;
  await site.postJson('/subscribe', { email });
  const { id, confirm, unsubscribe } = await tokensFor(site.context, email);
  await site.press(`/confirm/${confirm}`);
  const state = async () => {
    const row = await db
      .selectFrom('subscriptions')
      .select('state')
      .where('subscriberId', '=', id)
      .executeTakeFirstOrThrow();
    return row.state;
  };
  return { id, token: unsubscribe(daily.id), state };
}

const oneClick = 'List-Unsubscribe=One-Click';
test.each<[string, Record<string, string>, string | Uint8Array<ArrayBuffer>]>([
  [
    'an old charset',
    { 'Content-Type': 'application/x-www-form-urlencoded; charset=us-ascii' },
    oneClick,
  ],
  [
    'a charset misspelt',
    { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf8' },
    oneClick,
  ],
  [
    'a charset nobody knows',
    { 'Content-Type': 'application/x-www-form-urlencoded; charset=klingon' },
    oneClick,
  ],
  ['no type', { 'Content-Type': '' }, oneClick],
  ['a type that is none', { 'Content-Type': ';;;' }, oneClick],
  ['JSON', { 'Content-Type': 'application/json' }, '{"List-Unsubscribe":'],
  ['plain text', { 'Content-Type': 'text/plain' }, oneClick],
  ['multipart without a boundary', { 'Content-Type': 'multipart/form-data' }, '--x'],
  ['an encoding nobody knows', { 'Content-Encoding': 'zstd-9' }, oneClick],
  ['gzip', { 'Content-Encoding': 'gzip' }, new Uint8Array(gzipSync(oneClick))],
  ['gzip that is none', { 'Content-Encoding': 'gzip' }, oneClick],
  ['an empty body', {}, ''],
  ['70 kB', {}, `${oneClick}&x=${'x'.repeat(70_000)}`],
  ['5 MB', {}, `${oneClick}&x=${'x'.repeat(5_000_000)}`],
  ['ten thousand fields', {}, `${oneClick}${'&a=b'.repeat(10_000)}`],
  ['broken escapes', {}, `${oneClick}&%E2=%`],
])('one-click with %s unsubscribes', async (_what, headers, body) => {
  const { token, state } = await joined();
  const answer = await fetch(`${site.url}/unsubscribe/${token}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('Unsubscribed.\n');
  expect(await state()).toBe('unsubscribed');
});

test.each(['.', ')', '%0A', '=3D', '%3D', '>', '%3E', '%', '%E2', '%e2%80%9d', '/', '%20'])(
  'a link with %j behind its token unsubscribes all the same',
  async (mark) => {
    const { token, state } = await joined();
    expect((await site.get(`/unsubscribe/${token}${mark}`)).status).toBe(200);
    const answer = await site.post(`/unsubscribe/${token}${mark}`, {
      'List-Unsubscribe': 'One-Click',
    });
    expect(answer.status).toBe(200);
    expect(await state()).toBe('unsubscribed');
  },
);

test('a link with a rest of quoted-printable before its token does so too', async () => {
  const { token, state } = await joined();
  expect((await site.post(`/unsubscribe/3D${token}`, {})).status).toBe(200);
  expect(await state()).toBe('unsubscribed');
});

test('one-click is recorded as such, and the page’s own form as the page', async () => {
  const { db } = site.context;
  const byProgram = await joined();
  await site.post(`/unsubscribe/${byProgram.token}`, { 'List-Unsubscribe': 'One-Click' });
  const byPage = await joined();
  await site.press(`/unsubscribe/${byPage.token}`);
  const withdrawn = await db
    .selectFrom('consents')
    .select('form')
    .where('action', '=', 'withdraw')
    .orderBy('id', 'desc')
    .limit(2)
    .execute();
  expect(withdrawn.map(({ form }) => form)).toEqual(['link', 'one-click']);
});

test('who unsubscribes by the link of an edition is counted with it, until they undo it', async () => {
  const { context } = site;
  const { db, tokens } = context;
  const edition = '77';
  const leave = async (reason: string | null) => {
    const { id } = await joined();
    const token = tokens.sign('unsubscribe', { subscriber: id, newsletter: daily.id, edition });
    await site.press(`/unsubscribe/${token}`);
    if (reason !== null)
      await db
        .updateTable('subscriptions')
        .set({ leaveReason: reason })
        .where('subscriberId', '=', id)
        .execute();
    return id;
  };
  await leave('Too <b>long</b>');
  const undone = await leave(null);
  expect(await unsubscribesOf(db, edition)).toMatchObject({
    count: 2,
    reasons: [{ at: expect.any(Date), reason: null, words: 'Too <b>long</b>' }],
  });
  await db
    .updateTable('subscriptions')
    .set({ state: 'active', leftAt: null })
    .where('subscriberId', '=', undone)
    .execute();
  expect(await unsubscribesOf(db, edition)).toMatchObject({ count: 1 });
  expect(await unsubscribesOf(db, '78')).toEqual({ count: 0, reasons: [] });
});

test('who unsubscribes on the page of choices that an edition’s link opens is counted with it, once', async () => {
  const { db, tokens } = site.context;
  const evening = await makeNewsletter(db, 'evening', { title: 'The Evening' });
  const { id } = await joined();
  await db
    .insertInto('subscriptions')
    .values({ subscriberId: id, newsletterId: evening.id, state: 'active', activeFrom: new Date() })
    .execute();
  const edition = '79';
  const choices = await site.get(preferencesUrl({ publicUrl: '', tokens }, id, 0, edition));
  const [, way = ''] = /href="(\/unsubscribe\/[^"?]+)/.exec(await choices.text()) ?? [];
  // from there back to the choices, and out of both newsletters at once
  const asked = await (await site.get(way)).text();
  const [, back = ''] = /href="(\/preferences\/[^"?]+)/.exec(asked) ?? [];
  expect(await (await site.get(back)).text()).toContain(way);
  const done = await site.press(way, { scope: 'all' });
  const [, undo = ''] = /action="(\/undo\/[^"?]+)/.exec(await done.text()) ?? [];
  await site.press(`${undo.replace(/\/reason$/, '')}/reason`, { reason: 'often', more: 'daily!' });
  expect(await unsubscribesOf(db, edition)).toMatchObject({
    count: 1,
    reasons: [{ reason: 'often', words: 'daily!' }],
  });
});
