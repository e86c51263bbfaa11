import { beforeAll, describe, expect, it } from 'vitest';
import { addFeed } from '../../../src/feeds/feeds.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { openFeedSite } from './fixtures/feed-site.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

describe('the feeds', async () => {
  const { context, browser } = await openConsole({ FEED_ALLOW_PRIVATE: 'true' });
  const { db } = context;
  const site = await openFeedSite();
  let ed: Browser;
  let vera: Browser;
  const feeds = () =>
    db.selectFrom('feeds').select(['id', 'url', 'state', 'lastCause']).orderBy('id').execute();
  const lastPage = async (person = ed) => (await person.get('/console/feeds')).text;

  beforeAll(async () => {
    await createNewsletter(db, { slug: 'weekend', title: 'The Weekend' });
    await createOperator(db, { email: 'ed@example.org', password, role: 'editor' });
    await createOperator(db, { email: 'vera@example.org', password, role: 'viewer' });
    [ed, vera] = [browser(), browser()];
    await ed.post('/console/sign-in', { email: 'ed@example.org', password });
    await vera.post('/console/sign-in', { email: 'vera@example.org', password });
  });

  it('are added, read at once, and shown with what they brought', async () => {
    expect(await lastPage()).toContain('No feeds yet');
    const done = await ed.post('/console/feeds', {
      url: `${site}/feed.xml`,
      place: 'daily/updates',
    });
    const [feed] = await feeds();
    expect([done.status, done.location]).toEqual([303, `/console/feeds#feed-${feed?.id}`]);
    const text = await lastPage();
    expect(text).toContain('New: 2. Updated: 0. Unchanged: 0.');
    expect(text).toContain('The Harbour &lt;Wire&gt;');
    expect(text).toContain('The Daily · Updates · 2 articles');
    expect(text).toContain('<span class="state active">Active</span>');
    const audit = await db
      .selectFrom('audit')
      .select(['actor', 'action', 'object'])
      .where('action', '=', 'add')
      .execute();
    expect(audit).toEqual([{ actor: 'operator', action: 'add', object: `feed ${feed?.id}` }]);
  });

  it.each([
    ['wire.example/feed', 422, 'Enter a web address'],
    ['', 422, 'Enter a web address'],
    ['javascript:alert(1)', 422, 'Enter a web address'],
    ['here', 409, 'already reads that feed'],
  ])(
    'that cannot be taken on (%s) are told beside the field, and nothing is lost',
    async (typed, status, why) => {
      const url = typed === 'here' ? `${site}/feed.xml` : typed;
      const page = await ed.post('/console/feeds', { url, place: 'daily/updates' });
      expect(page.status).toBe(status);
      expect(page.text).toMatch(new RegExp(`id="url-wrong">[^<]*${why}`));
      expect(page.text).toContain(`value="${url}"`);
      expect(page.text).toContain('<option value="daily/updates" selected>');
      expect(await feeds()).toHaveLength(1);
    },
  );

  it('that are no feed stay, with what is wrong and when they are tried again', async () => {
    await ed.post('/console/feeds', { url: `${site}/page`, place: 'weekend/' });
    const text = await lastPage();
    expect(text).toContain('The feed could not be read:');
    expect(text).toContain('<span class="state failing">Failing</span>');
    expect(text).toMatch(/class="message bad times">[^<]{10,}</);
    expect(text).toMatch(/next: <time/);
  });

  it('have a page with what they brought, and are changed there', async () => {
    const [feed, failing] = await feeds();
    await db
      .updateTable('articles')
      .set({ publishedAt: new Date(Date.now() + 86_400_000) })
      .where('id', '=', (eb) =>
        eb.selectFrom('articles').select((one) => one.fn.max('id').as('id')),
      )
      .execute();
    const path = `/console/feeds/${feed?.id}`;
    const { text } = await ed.get(path);
    expect(text.match(/<li><a href="https?:/g)).toHaveLength(2);
    expect(text.match(/waits for its date/g)).toHaveLength(1);
    const stored = () =>
      db
        .selectFrom('feeds')
        .select(['url', 'credentials', 'sectionId'])
        .where('id', '=', feed?.id ?? '')
        .executeTakeFirstOrThrow();
    const form = { url: `${site}/feed.xml`, section: '', user: 'ana:b', password: 'p@ss/w' };
    expect((await ed.post(path, form)).status).toBe(303);
    expect(await stored()).toMatchObject({ credentials: 'ana:b:p@ss/w', sectionId: null });
    const kept = { url: `${site}/feed.xml`, section: 'updates', user: '', password: '' };
    await ed.post(path, kept);
    expect((await stored()).credentials).toBe('ana:b:p@ss/w');
    expect((await ed.get(path)).text).not.toContain('p@ss');
    await ed.post(path, { ...kept, withoutPassword: 'yes' });
    expect((await stored()).credentials).toBeNull();
    const wrong = await ed.post(path, { ...kept, url: 'nowhere' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('value="nowhere"');
    expect((await vera.post(path, kept)).status).toBe(403);
    expect((await vera.get(path)).text).not.toContain('name="url"');
    expect((await ed.get('/console/feeds/999')).status).toBe(404);
    expect((await ed.get('/console/feeds/x')).status).toBe(404);
    await db.updateTable('operators').set({ language: 'es' }).execute();
    expect((await ed.get(`/console/feeds/${failing?.id}`)).text).toContain(
      'Esto es una página web',
    );
    await db.updateTable('operators').set({ language: 'en' }).execute();
  });

  it('are paused, read again, read now and given up', async () => {
    const [first, second] = await feeds();
    await ed.post(`/console/feeds/${first?.id}/off`, {});
    expect(await lastPage()).toContain('<span class="state off">Paused</span>');
    expect((await feeds())[0]?.state).toBe('off');
    await ed.post(`/console/feeds/${first?.id}/active`, {});
    expect((await feeds())[0]?.state).toBe('active');
    await ed.get('/console/feeds');
    await ed.post(`/console/feeds/${first?.id}/fetch`, {});
    expect(await lastPage()).toContain('New: 0. Updated: 0. Unchanged: 2.');
    await ed.post(`/console/feeds/${second?.id}/remove`, {});
    expect((await feeds()).map(({ id }) => id)).toEqual([first?.id]);
    expect((await ed.post(`/console/feeds/${second?.id}/remove`, {})).status).toBe(404);
    expect((await ed.post('/console/feeds/nonsense/off', {})).status).toBe(404);
  });

  it('are shown of one newsletter, and in pages', async () => {
    const now = new Date();
    for (let n = 0; n < 51; n++)
      await addFeed(db, { newsletter: 'weekend', url: `https://w.example/${n}` }, now);
    const daily = await ed.get('/console/feeds?newsletter=daily');
    expect(daily.text.match(/<li class="card"/g)).toHaveLength(1);
    const first = await ed.get('/console/feeds?newsletter=weekend');
    expect(first.text.match(/<li class="card"/g)).toHaveLength(50);
    const next =
      /href="(\/console\/feeds\?after=[^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ??
      '';
    const second = await ed.get(next);
    expect(second.text.match(/<li class="card"/g)).toHaveLength(1);
    expect((await ed.get('/console/feeds?after=x&newsletter[]=y')).status).toBe(200);
  });

  it('are for all to see and for editors to change', async () => {
    const before = await feeds();
    const [first] = before;
    for (const verb of ['fetch', 'off', 'remove'])
      expect((await vera.post(`/console/feeds/${first?.id}/${verb}`, {})).status).toBe(403);
    const wanted = { url: `${site}/feed2.xml`, place: 'daily/' };
    expect((await vera.post('/console/feeds', wanted)).status).toBe(403);
    expect(await feeds()).toEqual(before);
    const text = await lastPage(vera);
    expect(text).not.toContain('/remove"');
    expect(text).not.toContain('name="url"');
  });
});
