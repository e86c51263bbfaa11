import { describe, expect, it } from 'vitest';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';
const { context, browser } = await openConsole();
const { db } = context;
const signIn = async (role: 'editor' | 'sender' | 'viewer', language = 'en'): Promise<Browser> => {
  const email = `${role}-${language}@example.org`;
  await createOperator(db, { email, password, role, language });
  const one = browser();
  await one.post('/console/sign-in', { email, password });
  return one;
};
const ed = await signIn('editor');
const sam = await signIn('sender');
await addReaders(db, 3);
const special = { newsletter: 'daily', kind: 'special' };
const idOf = (location: string | undefined) => location?.split('/').at(-1) ?? '';
const row = (location: string | undefined) =>
  db.selectFrom('editions').selectAll().where('id', '=', idOf(location)).executeTakeFirstOrThrow();
const articlesOf = async (location: string | undefined) => {
  const listed = await db
    .selectFrom('editionArticles')
    .select('articleId')
    .where('editionId', '=', idOf(location))
    .orderBy('position')
    .execute();
  return listed.map(({ articleId }) => articleId);
};

describe('composing in the console', () => {
  it('asks for a newsletter and a kind, then for what a special is made of', async () => {
    const first = await ed.get('/console/editions/new');
    expect(first.text).not.toContain('name="do"');
    const form = await ed.get('/console/editions/new?newsletter=daily&kind=special');
    expect(form.text).toContain('<textarea id="introduction"');
    // a sender chooses no articles and writes nothing
    const senders = await sam.get('/console/editions/new?newsletter=daily&kind=special');
    expect(senders.text).not.toContain('<textarea');
    expect(senders.text).toContain('>Prepare draft</button>');
  });

  it('makes a letter from the editor, with any words, and keeps them when one is wrong', async () => {
    const wrong = await ed.post('/console/editions/new', {
      ...special,
      subject: `رسالة ${'x'.repeat(300)} 🗞️`,
      introduction: 'Dear <b>readers</b>',
      do: 'prepare',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Not prepared. Check the marked fields.');
    expect(wrong.text).toContain('Dear &lt;b&gt;readers&lt;/b&gt;</textarea>');
    expect(wrong.text).toMatch(/id="subject"[^>]*aria-invalid="true"/);
    const none = await ed.post('/console/editions/new', { ...special, do: 'prepare' });
    expect(none.status).toBe(422);
    expect(none.text).toMatch(/id="introduction"[^>]*aria-invalid="true"/);

    const subject = `رسالة إلى القراء 🗞️`;
    const made = await ed.post('/console/editions/new', {
      ...special,
      subject,
      introduction: 'Dear readers',
      do: 'prepare',
    });
    expect(made.status).toBe(303);
    expect(await row(made.location)).toMatchObject({
      kind: 'special',
      state: 'draft',
      subject,
      introduction: 'Dear readers',
    });
    expect(await articlesOf(made.location)).toEqual([]);
    const page = await ed.get(made.location ?? '');
    expect(page.text).toContain(`<h1 dir="auto">${subject}</h1>`);
    expect(page.text).toContain('/preview?format=html');
    const preview = await ed.get(`${made.location}/preview?format=text`);
    expect(preview.text).toContain('Dear readers');
    // the editor opens and saves it without an article
    expect((await ed.get(`${made.location}/edit`)).status).toBe(200);
  });

  it('finds articles, keeps those chosen, writes one by hand, and orders them as chosen', async () => {
    const bridge = await addArticle(db, { title: 'Bridge opens' });
    await addArticle(db, { title: 'Ferry is late' });
    const found = await ed.post('/console/editions/new', [
      ...Object.entries(special),
      ['do', 'search'],
      ['search', 'FERRY'],
      ['article', bridge],
      ['introduction', 'Typed already'],
    ]);
    expect(found.status).toBe(200);
    expect(found.text).toMatch(new RegExp(`value="${bridge}" checked`));
    expect(found.text).toContain('Ferry is late');
    expect(found.text).toContain('Typed already');

    const bad = await ed.post('/console/editions/new', {
      ...special,
      do: 'write',
      'own-title': 'By hand',
      'own-url': 'javascript:alert(1)',
    });
    expect(bad.status).toBe(422);
    expect(bad.text).toMatch(/id="own-url"[^>]*aria-invalid="true"/);
    const written = await ed.post('/console/editions/new', [
      ...Object.entries(special),
      ['do', 'write'],
      ['article', bridge],
      ['own-title', 'By hand'],
      ['own-url', 'https://news.example.org/by-hand'],
      ['own-standfirst', 'Written here.'],
      ['own-section', 'news'],
    ]);
    const article = await db
      .selectFrom('articles')
      .select('id')
      .where('title', '=', 'By hand')
      .executeTakeFirstOrThrow();
    expect(written.text).toMatch(new RegExp(`value="${article.id}" checked`));
    const all = await db.selectFrom('articles').select('id').execute();
    const everyOne = await ed.post('/console/editions/new', [
      ...Object.entries(special),
      ['do', 'search'],
      ...all.map(({ id }): [string, string] => ['article', id]),
    ]);
    expect(everyOne.text).not.toContain('Change the search');
    const made = await ed.post('/console/editions/new', [
      ...Object.entries(special),
      ['do', 'prepare'],
      ['article', article.id],
      ['article', bridge],
    ]);
    expect(await articlesOf(made.location)).toEqual([article.id, bridge]);
  });

  it('asks before the same special is made again', async () => {
    const form = { ...special, introduction: 'An appeal', do: 'prepare' };
    const first = await ed.post('/console/editions/new', form);
    const again = await ed.post('/console/editions/new', { ...form, subject: 'Other words' });
    expect(again.status).toBe(409);
    expect(again.text).toContain('The same special report was prepared on');
    expect(again.text).toContain(`href="${first.location}"`);
    const other = await ed.post('/console/editions/new', { ...form, do: 'again', subject: 'Two' });
    expect(other.status).toBe(303);
    expect(other.location).not.toBe(first.location);
    // one that was cancelled is in nobody's way
    for (const { location = '' } of [first, other]) await ed.post(`${location}/cancel`, {});
    expect((await ed.post('/console/editions/new', form)).status).toBe(303);
  });

  it('makes one draft of a form that is sent twice at once', async () => {
    const { text } = await ed.get('/console/editions/new?newsletter=daily&kind=special');
    const once = /name="once" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const form = { ...special, once, introduction: 'Pressed twice', do: 'prepare' };
    const answers = await Promise.all([1, 2].map(() => ed.post('/console/editions/new', form)));
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
    const made = await db
      .selectFrom('editions')
      .select('id')
      .where('introduction', '=', 'Pressed twice')
      .execute();
    expect(made).toHaveLength(1);
  });
});

describe('the list of editions', () => {
  it('is filtered by newsletter, kind and state, and goes on page by page', async () => {
    const other = await createNewsletter(db, { slug: 'evening', title: 'The Evening' });
    await db
      .insertInto('editions')
      .values(
        Array.from({ length: 45 }, (_, n) => ({
          newsletterId: other.id,
          number: n + 1,
          kind: 'special' as const,
          localDate: '2026-11-24',
          state: n % 2 === 0 ? ('cancelled' as const) : ('draft' as const),
          subject: `Evening ${n}.`,
        })),
      )
      .execute();
    const shown = async (query: string) => {
      const { text } = await ed.get(`/console/editions${query}`);
      return {
        text,
        all: [...text.matchAll(/Evening (\d+)\./g)].map(([, n]) => Number(n)),
        next: /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&'),
      };
    };
    const seen: number[] = [];
    for (let query: string | undefined = '?newsletter=evening&state=draft'; query; ) {
      const page = await shown(query);
      expect(page.text).not.toContain('>Cancelled</span>');
      seen.push(...page.all);
      query = page.next?.replace('/console/editions', '');
    }
    expect(seen).toHaveLength(22);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect((await shown('?newsletter=evening&kind=daily')).text).toContain('No editions match');
    expect((await ed.get('/console/editions?state=lost&after=x')).status).toBe(200);
  });
});
