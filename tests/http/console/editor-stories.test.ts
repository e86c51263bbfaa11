import { expect, it } from 'vitest';
import { keysOf } from '../../../src/locales/index.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle } from '../api/fixtures.ts';
import { fieldsOf, filled } from './fixtures/editor-form.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const { context, browser } = await openConsole();
const { db } = context;
await createOperator(db, { email: 'ana@example.org', password, role: 'editor' });
const ana = browser();
await ana.post('/console/sign-in', { email: 'ana@example.org', password });
const bridge = await addArticle(db, { title: 'Bridge opens', hoursAgo: 1 });
const ferry = await addArticle(db, { title: 'Ferry is late', hoursAgo: 2 });
const puente = await addArticle(db, { title: 'Se abre el puente', hoursAgo: 3 });
await db.updateTable('articles').set({ language: 'es' }).where('id', '=', puente).execute();
const made = await ana.post('/console/editions/new', { newsletter: 'daily', kind: 'daily' });
const path = `${made.location}/edit`;

const open = async () => fieldsOf((await ana.get(path)).text, 'editor');
const press = (verdict: string, changes: Record<string, string>, fields: [string, string][]) =>
  ana.post(`${path}/${verdict}`, filled(fields, changes));
const said = async () => /role="status">([^<]+)/.exec((await ana.get(path)).text)?.[1];
const storyOf = async (id: string) =>
  (await db.selectFrom('articles').select('storyId').where('id', '=', id).executeTakeFirstOrThrow())
    .storyId;

it('pairs translations by hand, takes that back, and parts them for good', async () => {
  const pairing = { pair: puente, [`pair-${puente}`]: bridge };
  const done = await press('pair', pairing, await open());
  expect([done.status, done.location]).toEqual([303, path]);
  expect(await said()).toContain('Paired');
  expect([await storyOf(bridge), await storyOf(puente)]).toEqual([bridge, bridge]);
  expect((await ana.get(path)).text).toContain(`name="row" value="${bridge},${puente}"`);

  await press('undo', {}, await open());
  expect(await said()).toBe('Undone.');
  expect([await storyOf(bridge), await storyOf(puente)]).toEqual([null, null]);
  await press('undo', {}, await open());
  expect(await said()).toContain('nothing left to undo');

  await press('pair', pairing, await open());
  await press('apart', { apart: puente }, await open());
  expect([await storyOf(bridge), await storyOf(puente)]).toEqual([null, null]);
  const audit = await db.selectFrom('audit').select('action').orderBy('id').execute();
  expect(audit.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['pair translations', 'separate translation', 'undo']),
  );
});

it('keeps what is not saved yet while it does so', async () => {
  const fields = filled(await open(), { subject: 'Typed before' });
  const page = await press('pair', { pair: puente, [`pair-${puente}`]: ferry }, fields);
  expect(page.status).toBe(200);
  expect(page.text).toContain('value="Typed before"');
  expect(page.text).toContain('data-dirty="true"');
  const saved = await ana.post(path, filled(fieldsOf(page.text, 'editor'), { do: 'save' }));
  expect(saved.status).toBe(303);
  await press('undo', {}, await open());
});

it('separates a copy that was joined, and joins it again on undo', async () => {
  const { newsletterId } = await db
    .selectFrom('articleSources')
    .select('newsletterId')
    .where('articleId', '=', ferry)
    .executeTakeFirstOrThrow();
  const copy = { url: 'https://agency.example.org/ferry', title: 'Ferry delayed', guid: 'f-1' };
  const { id: source } = await db
    .insertInto('articleSources')
    .values({ articleId: ferry, newsletterId, ...copy, joinedBy: 'url' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const holder = async () =>
    (
      await db
        .selectFrom('articleSources')
        .select('articleId')
        .where('id', '=', source)
        .executeTakeFirstOrThrow()
    ).articleId;
  expect((await ana.get(path)).text).toContain('Joined: same address');
  await press('separate', { separate: `${ferry}:${source}` }, await open());
  expect(await said()).toContain('an article of its own');
  const apart = await holder();
  expect(apart).not.toBe(ferry);
  expect((await ana.get(path)).text).toContain(`value="add:${apart}"`);
  await press('undo', {}, await open());
  expect(await holder()).toBe(ferry);
  expect((await ana.get(path)).text).toContain('Joined: same address');
});

it('joins an article that tells the same, and brings it back as it was', async () => {
  const twin = await addArticle(db, { title: 'Ferry late again', hoursAgo: 2 });
  const row = (page: string, id: string) => page.includes(`name="row" value="${id}"`);
  const live = async (id: string) =>
    (await db.selectFrom('articles').select('deletedAt').where('id', '=', id).executeTakeFirst())
      ?.deletedAt === null;
  const added = await ana.post(path, filled(await open(), { do: `add:${twin}` }));
  await ana.post(path, filled(fieldsOf(added.text, 'editor'), { do: 'save' }));
  expect(row((await ana.get(path)).text, twin)).toBe(true);
  const { joinedBy: before } = await db
    .selectFrom('articleSources')
    .select('joinedBy')
    .where('articleId', '=', twin)
    .executeTakeFirstOrThrow();

  await press('join', { join: ferry, [`join-${ferry}`]: twin }, await open());
  expect(await said()).toContain('Joined');
  const joined = await ana.get(path);
  expect([row(joined.text, twin), row(joined.text, ferry), await live(twin)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(joined.text).toContain('Joined in the console');

  // with words that are not saved yet: they stay, and the article comes back beside them
  const typed = filled(await open(), { subject: 'Typed since' });
  const undone = await press('undo', {}, typed);
  expect(undone.status).toBe(200);
  expect(undone.text).toContain('value="Typed since"');
  expect(row(undone.text, twin)).toBe(true);
  const source = await db
    .selectFrom('articleSources')
    .select('joinedBy')
    .where('articleId', '=', twin)
    .executeTakeFirst();
  expect([source?.joinedBy, await live(twin)]).toEqual([before, true]);

  // joined while something is not saved: the row is gone from what is not saved, too
  const again = await press('join', { join: ferry, [`join-${ferry}`]: twin }, typed);
  expect([row(again.text, twin), again.text.includes('value="Typed since"')]).toEqual([
    false,
    true,
  ]);
});

it('takes translations that a feed paired meanwhile for no change of an editor', async () => {
  const fields = await open();
  const pair = db
    .updateTable('articles')
    .set({ storyId: bridge })
    .where('id', 'in', [bridge, puente]);
  await pair.execute();
  const saved = await ana.post(path, filled(fields, { subject: 'Mine', do: 'save' }));
  expect(saved.status).toBe(303);
  await db.updateTable('articles').set({ storyId: null }).execute();
});

it('takes a section that was removed meanwhile for the first', async () => {
  const fields = filled(await open(), { [`section-${ferry}`]: 'updates' });
  await db.deleteFrom('sections').where('slug', '=', 'updates').execute();
  const saved = await ana.post(path, filled(fields, { do: 'save' }));
  expect(saved.status).toBe(303);
});

it('refuses what cannot be, and changes nothing', async () => {
  for (const [verdict, changes] of [
    ['pair', { pair: puente, [`pair-${puente}`]: puente }],
    ['pair', { pair: puente, [`pair-${puente}`]: '' }],
    ['pair', { pair: 'x', 'pair-x': '999999' }],
    ['apart', { apart: '999999' }],
    ['join', { join: bridge, [`join-${bridge}`]: bridge }],
    ['join', { join: bridge, [`join-${bridge}`]: '' }],
    ['join', { join: 'x', 'join-x': bridge }],
    ['separate', { separate: `${bridge}:1` }],
    ['separate', { separate: 'nonsense' }],
  ] as [string, Record<string, string>][]) {
    const before = await db.selectFrom('articles').selectAll().orderBy('id').execute();
    const page = await press(verdict, changes, await open());
    expect(page.status, JSON.stringify(changes)).toBe(303);
    expect(await said()).toContain('no longer exists');
    expect(await db.selectFrom('articles').selectAll().orderBy('id').execute()).toEqual(before);
  }
});

it('takes a window of a hundred reworded articles and a long introduction', async () => {
  const { id } = await db.selectFrom('editions').select('id').executeTakeFirstOrThrow();
  for (let n = 0; n < 100; n++) {
    const articleId = await addArticle(db, { title: `Story ${n}` });
    await db
      .insertInto('editionArticles')
      .values({ editionId: id, articleId, section: 'news', position: 10 + n })
      .execute();
  }
  const fields = (await open()).map(([name, value]): [string, string] =>
    /^(title|standfirst)-/.test(name) ? [name, 'ñ'.repeat(400)] : [name, value],
  );
  const introduction = 'á'.repeat(20_000);
  expect((await ana.post(path, filled(fields, { introduction, do: 'save' }))).status).toBe(303);
  const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
  expect(edition.introduction).toBe(introduction);
});

it('has the same words in every language', () => {
  const singular = (keys: string[]) =>
    new Set(keys.map((key) => key.replace(/_(one|many|other)$/, '')));
  expect(singular(keysOf('es', 'editor'))).toEqual(singular(keysOf('en', 'editor')));
});
