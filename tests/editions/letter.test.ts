import { expect, test } from 'vitest';
import { composeAndSend } from '../../src/actions/compose.ts';
import { showEdition } from '../../src/actions/show-editions.ts';
import { editEdition } from '../../src/editions/edit.ts';
import { InvalidEdition } from '../../src/editions/errors.ts';
import { reviseEdition, startEdition } from '../../src/editions/freeze.ts';
import { frozenContent } from '../../src/editions/read-content.ts';
import { chooseArticles } from '../../src/editions/variant.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-24T09:00:00Z');
const system = { kind: 'system' as const };
const compose = async (composing: object) => {
  const asked = { kind: 'special' as const, now, send: false, newsletter: '', ...composing };
  const { value } = await db.transaction().execute((tx) => composeAndSend(tx, system, asked));
  return value;
};
const edit = (id: string, changes: object) =>
  db.transaction().execute((tx) => editEdition(tx, id, changes, now));
const pointersOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: unknown) => {
      if (error instanceof InvalidEdition) return error.errors.map(({ pointer }) => pointer);
      throw error;
    },
  );

test('a special with an introduction and no article is a letter, and goes to every reader', async () => {
  const { slug } = await newNewsletter(db, { language: 'es' });
  const { id } = await compose({ newsletter: slug, introduction: 'Dear **readers**,\n\nthanks.' });
  expect(await showEdition(db, id, now)).toMatchObject({
    articles: [],
    preheader: 'Dear readers, thanks.',
  });
  expect(await startEdition(db, id, { due: 'now', now })).toBe(true);
  const content = await frozenContent(db, id, 1);
  if (!content) throw new Error('nothing was frozen');
  for (const choice of [
    { language: null, sections: null },
    { language: 'en', sections: ['updates'] },
  ])
    expect(chooseArticles(content, choice)).toMatchObject({
      language: 'es',
      lead: null,
      sections: [],
    });
});

test('a letter stays one although articles have come, and has the subject it was given', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T08:00:00Z');
  const letter = {
    newsletter: newsletter.slug,
    introduction: 'An appeal.',
    subject: 'Stand by us',
  };
  const { id } = await compose(letter);
  await startEdition(db, id, { due: 'now', now });
  expect(await frozenContent(db, id, 1)).toMatchObject({
    articles: [],
    edition: { subject: 'Stand by us', introduction: 'An appeal.' },
  });
  // a correction may change its words
  await edit(id, { introduction: 'Another appeal.' });
  expect(await frozenContent(db, id, 2)).toMatchObject({
    edition: { introduction: 'Another appeal.' },
  });
});

test('only a special may be without articles, and only with an introduction', async () => {
  const newsletter = await newNewsletter(db);
  const { slug } = newsletter;
  expect(await pointersOf(compose({ newsletter: slug, articles: [] }))).toEqual(['/introduction']);
  const daily = { newsletter: slug, kind: 'daily', articles: [], introduction: 'Hello.' };
  expect(await pointersOf(compose(daily))).toEqual(['/articles']);

  const article = await newArticle(db, newsletter, '2026-11-24T08:00:00Z');
  const { id } = await compose({ newsletter: slug, articles: [article] });
  expect(await pointersOf(edit(id, { articles: [] }))).toEqual(['/introduction']);
  await edit(id, { articles: [], introduction: 'Only words.' });
  expect((await showEdition(db, id, now)).articles).toEqual([]);
  expect(await pointersOf(edit(id, { introduction: '' }))).toEqual(['/introduction']);
});

test('the same letter within the hour is one, unless another one is asked for', async () => {
  const { slug } = await newNewsletter(db);
  const letter = { newsletter: slug, introduction: 'Thank you.' };
  const first = await compose(letter);
  expect(await compose(letter)).toMatchObject({ id: first.id, made: false });
  expect((await compose({ ...letter, again: true })).made).toBe(true);
  expect((await compose({ ...letter, subject: 'Another' })).made).toBe(true);
});

test('a special of which nothing is left is not started', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T08:00:00Z');
  const { id } = await compose({ newsletter: newsletter.slug, articles: [article] });
  await db.updateTable('articles').set({ deletedAt: now }).where('id', '=', article).execute();
  await expect(startEdition(db, id, { due: 'now', now })).rejects.toThrow(/nothing new/);
  expect(await reviseEdition(db, id)).toBe(null);
});
