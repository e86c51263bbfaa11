import { expect, test } from 'vitest';
import { UnknownArticles } from '../../src/articles/errors.ts';
import { type Composing, composeEdition, composeSlot } from '../../src/editions/compose.ts';
import { NothingNew } from '../../src/editions/errors.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { frozenContent } from '../../src/editions/read-content.ts';
import { NewsletterNotFound } from '../../src/newsletters/errors.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { oneAfterTheOther } from './fixtures/held.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const at = (time: string) => new Date(`2026-11-${time}Z`);
const compose = (composing: Composing) =>
  db.transaction().execute((tx) => composeEdition(tx, composing));
const daily = (newsletter: string, now: Date) => compose({ newsletter, kind: 'daily', now });
const start = (id: string, now: Date) => startEdition(db, id, { due: 'now', now });
const articlesOf = async (id: string) =>
  (
    await db
      .selectFrom('editionArticles')
      .select('articleId')
      .where('editionId', '=', id)
      .orderBy('position')
      .execute()
  ).map((row) => row.articleId);
const editionOf = (id: string) =>
  db.selectFrom('editions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('sections in their order, newest first, as many as the limit says', async () => {
  const newsletter = await newNewsletter(db);
  const post = (time: string, section?: string) =>
    newArticle(db, newsletter, at(time).toISOString(), section ? { section } : {});
  const old = await post('23T06:00', 'news');
  const early = await post('24T01:00', 'updates');
  const middle = await post('24T02:00', 'updates');
  const late = await post('24T03:00', 'updates');
  const without = await post('24T04:00');
  const news = await post('24T05:00', 'news');
  const { id, made } = await daily(newsletter.slug, at('24T07:00'));
  expect(made).toBe(true);
  expect(await articlesOf(id)).toEqual([news, without, late, middle]);
  expect(await articlesOf(id)).not.toContain(old);
  expect(await articlesOf(id)).not.toContain(early);
});

test('an article dated ahead waits for its date, and is in the edition after it', async () => {
  const newsletter = await newNewsletter(db);
  const post = (time: string) =>
    newArticle(db, newsletter, at(time).toISOString(), { seenAt: at('23T05:00').toISOString() });
  const embargo = await post('24T12:00');
  const today = await post('23T04:00');
  const first = await daily(newsletter.slug, at('23T07:00'));
  expect(await articlesOf(first.id)).toEqual([today]);
  await start(first.id, at('23T07:00'));
  await newArticle(db, newsletter, at('24T05:00').toISOString());
  const second = await daily(newsletter.slug, at('24T07:00'));
  expect(await articlesOf(second.id)).not.toContain(embargo);
  await start(second.id, at('24T07:00'));
  const third = await daily(newsletter.slug, at('25T07:00'));
  expect(await articlesOf(third.id)).toEqual([embargo]);
});

test('two schedulers and two operators at once make one edition', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const slot = { kind: 'daily' as const, localDate: '2026-11-24', sendAt: at('24T07:00') };
  const byClock = () =>
    db.transaction().execute((tx) => composeSlot(tx, newsletter, slot, at('24T06:30')));
  const byHand = () => daily(newsletter.slug, at('24T06:30'));
  const results = await Promise.all([byClock(), byHand(), byClock(), byHand(), byClock()]);
  expect(results.filter((result) => result.made)).toHaveLength(1);
  expect(new Set(results.map((result) => result.id)).size).toBe(1);
  const [only] = await db
    .selectFrom('editions')
    .select('number')
    .where('newsletterId', '=', newsletter.id)
    .execute();
  expect(only?.number).toBe(1);
  const row = await editionOf(results[0]?.id ?? '');
  expect(row).toMatchObject({ state: 'scheduled', sendAt: at('24T07:00') });
});

test('a scheduler that comes while another’s edition is not committed waits for it, and takes it', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const composing = { newsletter: newsletter.slug, kind: 'daily' as const, now: at('24T06:30') };
  const [first, second] = await oneAfterTheOther(
    db,
    (tx) => composeEdition(tx, composing),
    () => compose(composing),
  );
  expect([first.made, second.made]).toEqual([true, false]);
  expect(second.id).toBe(first.id);
});

test('nothing new makes no edition and takes no number', async () => {
  const newsletter = await newNewsletter(db);
  await expect(daily(newsletter.slug, at('24T07:00'))).rejects.toBeInstanceOf(NothingNew);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const { id } = await daily(newsletter.slug, at('24T07:00'));
  expect((await editionOf(id)).number).toBe(1);
  await start(id, at('24T07:00'));
  await expect(daily(newsletter.slug, at('25T07:00'))).rejects.toBeInstanceOf(NothingNew);
});

test('what came late is in the next edition, and nothing is in two', async () => {
  const newsletter = await newNewsletter(db);
  const first = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const today = await daily(newsletter.slug, at('24T07:00'));
  await start(today.id, at('24T07:00'));
  // published before the freeze, fetched after it; and one whose transaction was open meanwhile
  const late = await newArticle(db, newsletter, '2026-11-24T06:50:00Z', {
    seenAt: '2026-11-24T07:10:00Z',
  });
  const open = await newArticle(db, newsletter, '2026-11-24T06:40:00Z', {
    seenAt: '2026-11-24T06:59:00Z',
  });
  const ancient = await newArticle(db, newsletter, '2026-11-20T06:40:00Z', {
    seenAt: '2026-11-24T12:00:00Z',
  });
  const tomorrow = await daily(newsletter.slug, at('25T07:00'));
  expect(await articlesOf(today.id)).toEqual([first]);
  expect(await articlesOf(tomorrow.id)).toEqual([late, open]);
  expect(await articlesOf(tomorrow.id)).not.toContain(ancient);
});

test('an edition that was never sent keeps its articles for the next', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const forgotten = await daily(newsletter.slug, at('24T05:30'));
  const next = await daily(newsletter.slug, at('25T04:00'));
  expect(next.id).not.toBe(forgotten.id);
  expect(await articlesOf(next.id)).toEqual([article]);
});

test('a draft takes up what comes until it is frozen, unless an editor touched it', async () => {
  const newsletter = await newNewsletter(db);
  const first = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const untouched = await daily(newsletter.slug, at('24T06:00'));
  const chosen = await compose({
    newsletter: newsletter.slug,
    kind: 'special',
    now: at('24T06:00'),
    articles: [first],
  });
  const second = await newArticle(db, newsletter, '2026-11-24T06:30:00Z');
  await start(untouched.id, at('24T07:00'));
  await start(chosen.id, at('24T07:00'));
  const ids = async (id: string) =>
    (await frozenContent(db, id, 1))?.articles.map((article) => article.id);
  expect(await ids(untouched.id)).toEqual([second, first]);
  expect(await ids(chosen.id)).toEqual([first]);
});

test('nothing ages out of a draft that waits to be sent', async () => {
  const newsletter = await newNewsletter(db);
  const first = await newArticle(db, newsletter, '2026-11-23T08:00:00Z');
  const { id } = await daily(newsletter.slug, at('24T07:00'));
  const second = await newArticle(db, newsletter, '2026-11-25T05:00:00Z');
  await start(id, at('25T11:00'));
  const content = await frozenContent(db, id, 1);
  expect(content?.articles.map((article) => article.id)).toEqual([second, first]);
});

test('the first weekly looks back seven days and puts first what led a daily', async () => {
  const newsletter = await newNewsletter(db);
  const best = await newArticle(db, newsletter, '2026-11-19T05:00:00Z');
  const lesser = await newArticle(db, newsletter, '2026-11-19T04:00:00Z');
  const sent = await daily(newsletter.slug, at('19T07:00'));
  await start(sent.id, at('19T07:00'));
  const newest = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await newArticle(db, newsletter, '2026-11-10T05:00:00Z');
  const weekly = await compose({
    newsletter: newsletter.slug,
    kind: 'weekly',
    now: at('24T07:00'),
  });
  expect(await articlesOf(weekly.id)).toEqual([best, newest, lesser]);
});

test('a special has the chosen articles in the chosen order, at its time', async () => {
  const newsletter = await newNewsletter(db);
  const one = await newArticle(db, newsletter, '2025-01-01T05:00:00Z', { section: 'updates' });
  const two = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const special = await compose({
    newsletter: newsletter.slug,
    kind: 'special',
    now: at('24T06:00'),
    articles: [one, two, one],
    introduction: 'What we **found**.',
    sendAt: at('24T18:00'),
  });
  expect(await articlesOf(special.id)).toEqual([one, two]);
  expect(await editionOf(special.id)).toMatchObject({
    state: 'scheduled',
    introduction: 'What we **found**.',
    sendAt: at('24T18:00'),
  });
  const again = await compose({
    newsletter: newsletter.slug,
    kind: 'special',
    now: at('24T06:00'),
    articles: [two],
  });
  expect(again.made).toBe(true);
});

test('unknown articles and newsletters are named, and nothing is made', async () => {
  const newsletter = await newNewsletter(db);
  const removed = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await db
    .updateTable('articles')
    .set({ deletedAt: new Date() })
    .where('id', '=', removed)
    .execute();
  const wrong = [removed, '999999999', "1'; drop table articles", '9'.repeat(40)];
  const error: unknown = await compose({
    newsletter: newsletter.slug,
    kind: 'special',
    now: at('24T06:00'),
    articles: wrong,
  }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnknownArticles);
  expect((error as UnknownArticles).ids).toEqual(wrong);
  await expect(daily('nowhere', at('24T06:00'))).rejects.toBeInstanceOf(NewsletterNotFound);
  const { lastNumber } = await db
    .selectFrom('newsletters')
    .select('lastNumber')
    .where('id', '=', newsletter.id)
    .executeTakeFirstOrThrow();
  expect(lastNumber).toBe(0);
});

test('a story and its translation take one place, and do not come back when the other appears', async () => {
  const newsletter = await newNewsletter(db, {
    sections: [{ slug: 'news', title: 'News', articleLimit: 2 }],
  });
  const english = await newArticle(db, newsletter, '2026-11-24T05:00:00Z', { language: 'en' });
  const spanish = await newArticle(db, newsletter, '2026-11-24T04:00:00Z', {
    language: 'es',
    storyId: english,
  });
  const other = await newArticle(db, newsletter, '2026-11-24T03:00:00Z');
  await newArticle(db, newsletter, '2026-11-24T02:00:00Z');
  const { id } = await daily(newsletter.slug, at('24T07:00'));
  expect(await articlesOf(id)).toEqual([english, spanish, other]);
  await start(id, at('24T07:00'));
  await newArticle(db, newsletter, '2026-11-24T09:00:00Z', { language: 'fr', storyId: english });
  await expect(daily(newsletter.slug, at('25T07:00'))).rejects.toBeInstanceOf(NothingNew);
});

test('a special without chosen articles brings nothing again that a daily has sent or an editor dropped', async () => {
  const newsletter = await newNewsletter(db);
  const sent = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const dropped = await newArticle(db, newsletter, '2026-11-24T05:10:00Z');
  const today = await daily(newsletter.slug, at('24T06:00'));
  await db
    .updateTable('editionArticles')
    .set({ dropped: true })
    .where('editionId', '=', today.id)
    .where('articleId', '=', dropped)
    .execute();
  await db
    .updateTable('editions')
    .set({ touchedAt: at('24T06:10') })
    .where('id', '=', today.id)
    .execute();
  await start(today.id, at('24T07:00'));
  const special = { newsletter: newsletter.slug, kind: 'special' as const, now: at('24T09:00') };
  await expect(compose(special)).rejects.toThrow(
    /nothing new for the special .*Choose its articles/,
  );
  const added = await newArticle(db, newsletter, '2026-11-24T08:30:00Z');
  expect(await articlesOf((await compose(special)).id)).toEqual([added]);
  // who chooses gets what they chose
  const chosen = await compose({ ...special, articles: [sent, dropped] });
  expect(await articlesOf(chosen.id)).toEqual([sent, dropped]);
});

test('the same special asked for three times at once is one', async () => {
  const newsletter = await newNewsletter(db);
  const ids = [
    await newArticle(db, newsletter, '2026-11-24T05:00:00Z'),
    await newArticle(db, newsletter, '2026-11-24T05:10:00Z'),
  ];
  const special = { newsletter: newsletter.slug, kind: 'special' as const, articles: ids };
  const now = at('24T09:00');
  const made = await Promise.all([1, 2, 3].map(() => compose({ ...special, now })));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(made.filter((one) => one.made)).toHaveLength(1);
  for (const other of [
    { articles: ids.toReversed() },
    { introduction: 'Another one.' },
    { sendAt: at('25T09:00') },
    { now: at('24T10:00') },
  ])
    expect((await compose({ ...special, now, ...other })).made).toBe(true);
  await db
    .updateTable('editions')
    .set({ state: 'cancelled' })
    .where('newsletterId', '=', newsletter.id)
    .execute();
  expect(await compose({ ...special, now })).toMatchObject({ made: true });
});
