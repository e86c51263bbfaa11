import { describe, expect, it } from 'vitest';
import { startEdition } from '../../../src/editions/freeze.ts';
import { editionContent } from '../../../src/editions/read-content.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { fieldsOf, filled } from './fixtures/editor-form.ts';
import { type Answer, type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

/** A console with an editor, a daily of three articles, and readers. */
async function openDesk() {
  const { context, browser } = await openConsole();
  const { db } = context;
  const signIn = async (email: string, role: 'editor' | 'sender' = 'editor'): Promise<Browser> => {
    await createOperator(db, { email, password, role });
    const one = browser();
    await one.post('/console/sign-in', { email, password });
    return one;
  };
  const ana = await signIn('ana@example.org');
  const bridge = await addArticle(db, { title: 'Bridge opens', hoursAgo: 1 });
  const ferry = await addArticle(db, { title: 'Ferry is late', hoursAgo: 2 });
  const museum = await addArticle(db, { title: 'Museum <b>closes</b>', section: 'updates' });
  await addReaders(db, 3);
  const made = await ana.post('/console/editions/new', { newsletter: 'daily', kind: 'daily' });
  const id = made.location?.split('/').at(-1) ?? '';
  const path = `/console/editions/${id}/edit`;
  const open = async (who: Browser) => fieldsOf((await who.get(path)).text, 'editor');
  const save = (who: Browser, fields: [string, string][], changes: Record<string, string> = {}) =>
    who.post(path, filled(fields, { ...changes, do: 'save' }));
  const held = async () => {
    const content = await editionContent(db, id, context.now());
    return content?.articles.map((article) => article.title);
  };
  return { context, db, ana, signIn, id, path, bridge, ferry, museum, open, save, held };
}

const message = (page: Answer) => /role="status">([^<]+)/.exec(page.text)?.[1];
const stories = (page: Answer) =>
  [...page.text.matchAll(/<li class="row[^"]*" id="story-(\d+)"/g)].map(([, id]) => id);

describe('the editor’s window, with scripts off', async () => {
  const desk = await openDesk();
  const { ana, path, bridge, ferry, museum, open, save, held } = desk;

  it('shows the articles by section, as text', async () => {
    const page = await ana.get(path);
    expect(stories(page)).toEqual([bridge, ferry, museum]);
    expect(page.text).toContain('Museum &lt;b&gt;closes&lt;/b&gt;');
    expect(page.text).not.toContain('<b>closes');
    expect(page.text).toContain('It goes out when someone sends it');
  });

  it('marks an article that its feed has withdrawn', async () => {
    const withdrawn = async (at: Date | null) => {
      await desk.db
        .updateTable('articleSources')
        .set({ withdrawnAt: at })
        .where('articleId', '=', ferry)
        .execute();
      return (await ana.get(path)).text.includes(`id="withdrawn-${ferry}"`);
    };
    expect(await withdrawn(new Date())).toBe(true);
    expect(await withdrawn(null)).toBe(false);
  });

  it('moves, pins, drops, takes back and adds, and changes nothing before it is saved', async () => {
    const press = async (fields: [string, string][], button: string) => {
      const page = await ana.post(path, filled(fields, { do: button }));
      expect(page.status).toBe(200);
      return { page, fields: fieldsOf(page.text, 'editor') };
    };
    const fields = filled(await open(ana), { subject: 'Typed before' });
    const moved = await press(fields, `down:${bridge}`);
    expect(stories(moved.page)).toEqual([ferry, bridge, museum]);
    expect(moved.page.text).toContain('value="Typed before"');
    expect(moved.page.text).toContain('data-dirty="true"');
    const atEnd = await press(moved.fields, `down:${bridge}`);
    expect(stories(atEnd.page)).toEqual([ferry, bridge, museum]);
    const dropped = await press(moved.fields, `drop:${ferry}`);
    expect(stories(dropped.page)).toEqual([bridge, museum]);
    const back = await press(dropped.fields, `restore:${ferry}`);
    expect(stories(back.page)).toEqual([bridge, ferry, museum]);
    const pinned = await press(back.fields, `pin:${ferry}`);
    expect(stories(pinned.page)).toEqual([ferry, bridge, museum]);
    const late = await addArticle(desk.db, { title: 'Night bus returns', section: 'updates' });
    expect(
      (await ana.post(path, filled(back.fields, { search: 'NIGHT', do: 'find' }))).text,
    ).toContain(`value="add:${late}"`);
    const added = await press(pinned.fields, `add:${late}`);
    expect(stories(added.page)).toEqual([ferry, bridge, museum, late]);
    expect(await held()).toEqual(['Bridge opens', 'Ferry is late', 'Museum <b>closes</b>']);

    const other = filled(added.fields, { [`section-${bridge}`]: 'updates' });
    const saved = await save(ana, other, {
      [`title-${museum}`]: 'Museum\r\n shuts',
      introduction: 'Good **morning** <script>alert(1)</script>',
    });
    expect([saved.status, saved.location]).toEqual([303, path]);
    expect(await held()).toEqual([
      'Ferry is late',
      'Bridge opens',
      'Museum shuts',
      'Night bus returns',
    ]);
    const page = await ana.get(path);
    expect(message(page)).toContain('Saved.');
    expect(stories(page)).toEqual([ferry, bridge, museum, late]);
    expect(page.text).toContain('Good <strong>morning</strong> &lt;script&gt;');
    expect(page.text).toContain('value="Typed before"');
  });

  it('puts an edition on the schedule by the newsletter’s clock, and takes it off', async () => {
    await desk.db.updateTable('newsletters').set({ timezone: 'America/Caracas' }).execute();
    await save(ana, await open(ana), { when: 'time', time: '2099-11-24T07:00' });
    const read = () =>
      desk.db.selectFrom('editions').select(['state', 'sendAt']).executeTakeFirstOrThrow();
    expect(await read()).toEqual({ state: 'scheduled', sendAt: new Date('2099-11-24T11:00:00Z') });
    const page = await ana.get(path);
    expect(page.text).toContain('It goes out on 24 Nov 2099, 07:00');
    await save(ana, await open(ana), { when: 'hand' });
    expect(await read()).toEqual({ state: 'draft', sendAt: null });
  });

  it('where a person must look first, waits, and goes at its time once it is saved', async () => {
    const sendAt = new Date('2099-11-24T11:00:00Z');
    await desk.db.updateTable('editions').set({ state: 'draft', heldBy: null, sendAt }).execute();
    expect((await ana.get(path)).text).toContain(
      'Needs approval: save it, changed or not, and it goes out on 24 Nov 2099, 07:00',
    );
    const page = await save(ana, await open(ana));
    expect(message(await ana.get(page.location ?? ''))).toContain('It goes out on');
    const { state } = await desk.db
      .selectFrom('editions')
      .select('state')
      .executeTakeFirstOrThrow();
    expect(state).toBe('scheduled');
    await save(ana, await open(ana), { when: 'hand' });
  });

  it('keeps the top story where it is, though its section comes later', async () => {
    await desk.db.updateTable('editionArticles').set({ pinned: false }).execute();
    const set = { position: -1, section: 'updates' };
    await desk.db.updateTable('editionArticles').set(set).where('articleId', '=', museum).execute();
    const [lead] = (await held()) ?? [];
    await save(ana, await open(ana), { preheader: 'Beside it' });
    expect(lead).toBe('Museum shuts');
    expect((await held())?.[0]).toBe(lead);
  });

  it('says what is wrong beside it, and keeps what was typed', async () => {
    const before = await held();
    for (const [name, value, id] of [
      ['subject', 'x'.repeat(251), 'subject'],
      ['introduction', 'x'.repeat(20_001), 'introduction'],
      [`title-${bridge}`, 'y'.repeat(401), `title-${bridge}`],
      ['time', '2001-01-01T07:00', 'time'],
      ['time', 'soon', 'time'],
    ] as const) {
      const when: Record<string, string> = name === 'time' ? { when: 'time' } : {};
      const page = await save(ana, await open(ana), { [name]: value, ...when });
      expect([name, page.status]).toEqual([name, 422]);
      expect(page.text).toMatch(new RegExp(`id="${id}"[^>]* aria-invalid="true"`));
      expect(page.text).toContain(value);
    }
    const none = (await open(ana)).filter(([name]) => name !== 'row');
    const page = await save(ana, none);
    expect(page.status).toBe(422);
    expect(page.text).toContain('Keep at least one article');
    expect((await ana.post(path, { do: 'save', base: 'nonsense' })).status).toBe(400);
    expect(await held()).toEqual(before);
  });

  it('sends a test to up to five addresses, or to none', async () => {
    const letters = () =>
      desk.db
        .selectFrom('letters')
        .select(['email', 'content'])
        .where('kind', '=', 'test')
        .execute();
    const send = async (who: Browser, to: string, changes: Record<string, string> = {}) => {
      const page = await who.post(`${path}/test`, filled(await open(who), { to, ...changes }));
      return message(page.status === 303 ? await who.get(page.location ?? '') : page);
    };
    await desk.db.updateTable('operators').set({ language: 'es' }).execute();
    expect(await send(ana, 'ana@example.org nadie')).toBe(
      'nadie: Una dirección de correo lleva exactamente una @, como ana@example.org.',
    );
    await desk.db.updateTable('operators').set({ language: 'en' }).execute();
    expect(await send(ana, ' ')).toBe('No test was sent. Enter at least one address.');
    expect(await send(ana, [1, 2, 3, 4, 5, 6].map((n) => `${n}@b.example`).join())).toBe(
      'No test was sent. Enter at most 5 addresses.',
    );
    expect(await letters()).toEqual([]);
    const choice = {
      'look-language': 'es',
      'look-sections': 'news,updates',
      'look-format': 'headlines',
    };
    expect(await send(ana, 'ana@example.org; bea@example.org', choice)).toBe(
      'A test is on its way to ana@example.org, bea@example.org.',
    );
    const content = {
      edition: desk.id,
      language: 'es',
      sections: ['news', 'updates'],
      format: 'headlines',
    };
    expect(await letters()).toEqual([
      { email: 'ana@example.org', content },
      { email: 'bea@example.org', content },
    ]);
    expect((await ana.get(path)).text).toContain('waiting to be sent');
  });

  it('answers how it would look if it were saved, and saves nothing', async () => {
    const before = [await desk.db.selectFrom('editions').selectAll().execute(), await held()];
    const look = async (changes: Record<string, string>) => {
      const answer = await ana.post(`${path}/look`, filled(await open(ana), changes));
      return JSON.parse(answer.text) as Record<'light' | 'dark' | 'text' | 'subject', string>;
    };
    const typed = { introduction: '**Not** saved <script>', [`title-${ferry}`]: 'Ferry, reworded' };
    const { light, dark, text, subject } = await look(typed);
    for (const words of ['saved &lt;script&gt;', 'Ferry, reworded']) expect(light).toContain(words);
    expect(text).toContain('Ferry, reworded');
    expect(subject).not.toBe('');
    expect([light, dark].map((html) => html.includes('color-scheme:dark'))).toEqual([false, true]);
    expect(
      (await look({ [`title-${ferry}`]: 'x'.repeat(9000), 'look-language': 'xx' })).light,
    ).toContain('x'.repeat(9000));
    expect((await look({ 'look-sections': 'special-reports' })).text).toContain('do not receive');
    expect([await desk.db.selectFrom('editions').selectAll().execute(), await held()]).toEqual(
      before,
    );
    const sam = await desk.signIn('sid@example.org', 'sender');
    expect((await sam.post(`${path}/look`, await open(ana))).status).toBe(403);
  });

  it('is for editors: others are told so', async () => {
    const sam = await desk.signIn('sam@example.org', 'sender');
    const before = await held();
    const told = await sam.get(path);
    expect([told.status, told.text]).toEqual([
      403,
      expect.stringContaining('Required role: editor'),
    ]);
    const posted = await sam.post(path, filled(await open(ana), { do: 'save', subject: 'Mine' }));
    expect(posted.status).toBe(403);
    const foreign = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await ana.post(path, await open(ana), foreign)).status).toBe(403);
    expect(await held()).toEqual(before);
  });
});

describe('two editors at once', async () => {
  const { db, ana, signIn, path, bridge, ferry, museum, open, save, held } = await openDesk();
  const bea = await signIn('bea@example.org');

  it('tells the second what changed, and overwrites nothing', async () => {
    const [first, second] = [await open(ana), await open(bea)];
    const up = fieldsOf(
      (await ana.post(path, filled(first, { do: `up:${ferry}` }))).text,
      'editor',
    );
    await save(ana, up, { subject: 'By Ana', [`title-${museum}`]: 'Museum by Ana' });
    const page = await save(bea, second, { subject: 'By Bea', preheader: 'Beside it' });
    expect(page.status).toBe(409);
    expect(page.text).toContain('ana@example.org saved it on');
    expect(page.text).toContain('Subject: “By Ana”');
    expect(page.text).toContain('your version stays unless you change it');
    expect(page.text).toContain('The order of the articles');
    expect(page.text).toContain('“Museum by Ana”');
    expect(await held()).toEqual(['Ferry is late', 'Bridge opens', 'Museum by Ana']);

    expect(page.text).toContain('value="By Bea"');
    expect(stories(page)).toEqual([ferry, bridge, museum]);
    expect((await save(bea, fieldsOf(page.text, 'editor'))).status).toBe(303);
    expect(await held()).toEqual(['Ferry is late', 'Bridge opens', 'Museum by Ana']);
    const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(edition).toMatchObject({ subject: 'By Bea', preheader: 'Beside it' });
  });

  it('is not told of itself: pressed twice, it is saved once', async () => {
    const fields = await open(bea);
    const answers = [
      await save(bea, fields, { subject: 'Twice' }),
      await save(bea, fields, { subject: 'Twice' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    const edits = await db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'edit')
      .execute();
    expect(edits.map(({ detail }) => detail)).toEqual([
      { fields: ['subject', 'articles'] },
      { fields: ['subject', 'preheader'] },
      { fields: ['subject'] },
    ]);
  });

  it('lets one of two saves at the same moment through', async () => {
    const [first, second] = [await open(ana), await open(bea)];
    const answers = await Promise.all([
      save(ana, first, { subject: 'At once, Ana' }),
      save(bea, second, { subject: 'At once, Bea' }),
    ]);
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([303, 409]);
  });

  it('shows an article that came in meanwhile instead of dropping it', async () => {
    const fields = await open(ana);
    const late = await addArticle(db, { title: 'Late <i>news</i>' });
    const { id: editionId } = await db
      .selectFrom('editions')
      .select('id')
      .executeTakeFirstOrThrow();
    const entry = { editionId, articleId: late, section: 'news', position: 9 };
    await db.insertInto('editionArticles').values(entry).execute();
    const moved = fieldsOf(
      (await ana.post(path, filled(fields, { do: `down:${ferry}` }))).text,
      'editor',
    );
    const page = await save(ana, moved);
    expect(page.status).toBe(409);
    expect(page.text).toContain('Added: Late &lt;i&gt;news&lt;/i&gt;');
    await save(ana, fieldsOf(page.text, 'editor'));
    expect(await held()).toEqual([
      'Bridge opens',
      'Ferry is late',
      'Late <i>news</i>',
      'Museum by Ana',
    ]);
  });
});

describe('a correction', async () => {
  const { context, db, ana, id, path, museum, open, save, held } = await openDesk();

  it('is what saving makes of an edition that began meanwhile, and only when told so', async () => {
    const before = await open(ana);
    await startEdition(db, id, { due: 'now', now: context.now() });
    await db.updateTable('editions').set({ audience: 3 }).where('id', '=', id).execute();
    const page = await save(ana, before, { [`title-${museum}`]: 'Museum, corrected' });
    expect(page.status).toBe(409);
    expect(page.text).toContain('The edition is now being sent');
    expect(page.text).toContain('A correction reaches the other 3');
    expect(page.text).toContain('Send the correction');
    expect(await held()).not.toContain('Museum, corrected');
    await save(ana, fieldsOf(page.text, 'editor'));
    expect(await held()).toContain('Museum, corrected');
    const { revision } = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(revision).toBe(2);
    expect(message(await ana.get(path))).toContain(
      'Correction no. 1 saved. Readers still to receive it: 3.',
    );
    await save(ana, await open(ana));
    const after = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(after.revision).toBe(2);
  });

  it('comes too late once all is sent, said so', async () => {
    const fields = await open(ana);
    await db.updateTable('editions').set({ state: 'sent' }).execute();
    expect((await save(ana, fields, { subject: 'Too late' })).location).toBe(
      `/console/editions/${id}`,
    );
    expect(message(await ana.get(`/console/editions/${id}`))).toContain('can no longer be changed');
  });
});
