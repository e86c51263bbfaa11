import { expect, test } from 'vitest';
import { type Composing, composeEdition, composeSlot } from '../../src/editions/compose.ts';
import type { EditionContent } from '../../src/editions/content.ts';
import { EditionNotFound, NothingNew } from '../../src/editions/errors.ts';
import { editionsToStart, reviseEdition, startEdition } from '../../src/editions/freeze.ts';
import { editionContent, frozenContent } from '../../src/editions/read-content.ts';
import { MADE_UP_FOR } from '../../src/editions/schedule.ts';
import { holdMissed } from '../../src/editions/transitions.ts';
import type { Newsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { oneAfterTheOther } from './fixtures/held.ts';
import { newArticle, newNewsletter, sourceOf } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const at = (time: string) => new Date(`2026-11-${time}Z`);
const compose = async (composing: Composing) =>
  (await db.transaction().execute((tx) => composeEdition(tx, composing))).id;
const special = (newsletter: Newsletter, now: Date, articles: string[]) =>
  compose({ newsletter: newsletter.slug, kind: 'special', now, articles });
const editionOf = (id: string) =>
  db.selectFrom('editions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const frozen = async (id: string, revision = 1): Promise<EditionContent> => {
  const content = await frozenContent(db, id, revision);
  if (!content) throw new Error(`revision ${revision} of ${id} is missing`);
  return content;
};
const slot = { kind: 'daily' as const, localDate: '2026-11-24', sendAt: at('24T07:00') };

test('pressing send any number of times, and the clock beside it, starts it once', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const id = await compose({ newsletter: newsletter.slug, kind: 'daily', now: at('24T06:00') });
  const starts = await Promise.all(
    (['now', 'hour', 'now', 'now', 'hour'] as const).map((due) =>
      startEdition(db, id, { due, now: at('24T06:10') }),
    ),
  );
  expect(starts.filter(Boolean)).toHaveLength(1);
  expect(await startEdition(db, id, { due: 'now', now: at('24T06:20') })).toBe(false);
  expect(await editionOf(id)).toMatchObject({
    state: 'sending',
    revision: 1,
    startedAt: at('24T06:10'),
  });
  const revisions = await db
    .selectFrom('revisions')
    .select('number')
    .where('editionId', '=', id)
    .execute();
  expect(revisions).toEqual([{ number: 1 }]);
});

test('a start whose transaction fails has not happened', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const id = await special(newsletter, at('24T06:00'), [article]);
  const broken = db.transaction().execute(async (tx) => {
    await startEdition(tx, id, { due: 'now', now: at('24T06:10') });
    throw new Error('the caller failed');
  });
  await expect(broken).rejects.toThrow('the caller failed');
  expect(await editionOf(id)).toMatchObject({ state: 'draft', revision: 0, frozenAt: null });
  expect(await startEdition(db, id, { due: 'now', now: at('24T06:20') })).toBe(true);
});

test('unknown and cancelled editions do not start', async () => {
  const start = (id: string) => startEdition(db, id, { due: 'now', now: at('24T06:00') });
  await expect(start('999999')).rejects.toBeInstanceOf(EditionNotFound);
  await expect(start('no number')).rejects.toBeInstanceOf(EditionNotFound);
  const newsletter = await newNewsletter(db);
  const id = await special(newsletter, at('24T06:00'), [
    await newArticle(db, newsletter, '2026-11-24T05:00:00Z'),
  ]);
  await db.updateTable('editions').set({ state: 'cancelled' }).where('id', '=', id).execute();
  expect(await start(id)).toBe(false);
  expect(await frozenContent(db, id, 1)).toBeUndefined();
});

test('an edition whose articles were all removed is not sent empty', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const id = await special(newsletter, at('24T06:00'), [article]);
  await db
    .updateTable('articles')
    .set({ deletedAt: new Date() })
    .where('id', '=', article)
    .execute();
  await expect(startEdition(db, id, { due: 'now', now: at('24T06:00') })).rejects.toBeInstanceOf(
    NothingNew,
  );
  expect((await editionOf(id)).state).toBe('draft');
});

test('hours count from the newsletter’s hour, though the freeze comes seconds or an hour later', async () => {
  for (const late of ['24T07:00:04', '24T08:30']) {
    const newsletter = await newNewsletter(db);
    await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
    const { id } = await db
      .transaction()
      .execute((tx) => composeSlot(tx, newsletter, slot, at('24T06:30')));
    await newArticle(db, newsletter, '2026-11-24T07:30:00Z');
    await startEdition(db, id, { due: 'hour', now: at(late) });
    expect(await editionOf(id)).toMatchObject({
      due: 'hour',
      frozenAt: at('24T07:00'),
      startedAt: at(late),
    });
    // what came after the hour is for the next edition
    expect((await frozen(id)).articles).toHaveLength(1);
  }
});

test('an edition moved to a later hour of its day still counts from the newsletter’s; to another day, is due at once', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const moved = await compose({
    newsletter: newsletter.slug,
    kind: 'daily',
    now: at('24T06:00'),
    sendAt: at('24T09:00'),
  });
  await startEdition(db, moved, { due: 'hour', now: at('24T09:00') });
  expect(await editionOf(moved)).toMatchObject({ due: 'hour', frozenAt: at('24T07:00') });
  await newArticle(db, newsletter, '2026-11-24T10:00:00Z');
  const other = await compose({
    newsletter: newsletter.slug,
    kind: 'daily',
    now: at('24T12:00'),
    sendAt: at('25T07:00'),
  });
  await db
    .updateTable('editions')
    .set({ sendAt: at('26T09:00') })
    .where('id', '=', other)
    .execute();
  await startEdition(db, other, { due: 'hour', now: at('26T09:00') });
  expect(await editionOf(other)).toMatchObject({ due: 'now', frozenAt: at('26T09:00') });
});

test('the clock starts what is due; what was missed for more than two hours waits for a person', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const scheduled = (sendAt: Date) =>
    compose({
      newsletter: newsletter.slug,
      kind: 'special',
      now: at('23T00:00'),
      articles: [article],
      sendAt,
    });
  const missed = await scheduled(at('20T05:59'));
  const late = await scheduled(at('20T06:01'));
  const soon = await scheduled(at('20T08:00:01'));
  const now = at('20T08:00');
  const due = (await editionsToStart(db, now)).map((one) => one.id);
  expect(due).toContain(late);
  expect(due).not.toContain(soon);
  expect(due).not.toContain(missed);
  expect(await holdMissed(db, new Date(now.getTime() - MADE_UP_FOR))).toEqual([missed]);
  expect(await editionOf(missed)).toMatchObject({ state: 'draft', heldBy: 'missed' });
});

test('the content is all that is needed, and stays what it was', async () => {
  const newsletter = await newNewsletter(db, {
    from: 'The Daily <daily@example.org>',
    linkParameters: 'utm_source=daily',
  });
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z', {
    section: 'updates',
    title: 'Before <b>',
  });
  const id = await special(newsletter, at('24T06:00'), [article]);
  const preview = await editionContent(db, id, at('24T06:10'));
  await startEdition(db, id, { due: 'now', now: at('24T06:10') });
  await db.updateTable('articles').set({ title: 'After' }).where('id', '=', article).execute();
  const content = await frozen(id);
  expect(content).toEqual(preview);
  expect(content).toMatchObject({
    newsletter: {
      slug: newsletter.slug,
      from: 'The Daily <daily@example.org>',
      linkParameters: 'utm_source=daily',
      sections: [{ slug: 'news' }, { slug: 'updates' }],
    },
    edition: { id, kind: 'special', localDate: '2026-11-24', subject: null },
    languages: ['en'],
    articles: [{ id: article, title: 'Before <b>', section: 'updates', language: 'en' }],
  });
});

test('of two editions with the same story the later one knows of the earlier, in whatever order or at once', async () => {
  const first = await newNewsletter(db);
  const second = await newNewsletter(db);
  const shared = await newArticle(db, first, '2026-11-24T05:00:00Z');
  const source = { title: 'x', url: 'https://news.example/x', seenAt: '2026-11-24T05:00:00Z' };
  await sourceOf(db, second, shared, source);
  const translation = await newArticle(db, second, '2026-11-24T05:00:00Z', { storyId: shared });
  const alone = await newArticle(db, second, '2026-11-24T05:00:00Z');
  const one = await special(first, at('24T06:00'), [shared]);
  const two = await special(second, at('24T06:00'), [shared, translation, alone]);
  await Promise.all(
    [two, one].map((id) => startEdition(db, id, { due: 'now', now: at('24T06:10') })),
  );
  const [earlier, later] = (await frozen(one)).overlaps.length === 0 ? [one, two] : [two, one];
  expect((await frozen(earlier)).overlaps).toEqual([]);
  const [overlap, ...more] = (await frozen(later)).overlaps;
  expect(more).toEqual([]);
  expect(overlap?.edition).toBe(earlier);
  const pairs = overlap?.articles.map(({ theirs, ours }) => [theirs, ours]);
  const both = [[shared, shared], later === two ? [shared, translation] : [translation, shared]];
  expect(new Set(pairs?.map(String))).toEqual(new Set(both.map(String)));
});

test('an edition frozen while another’s freeze is not committed waits for it, and knows of it', async () => {
  const newsletter = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const [one, two] = [
    await special(newsletter, at('24T04:00'), [article]),
    await special(newsletter, at('24T06:00'), [article]),
  ];
  const now = at('24T06:10');
  await oneAfterTheOther(
    db,
    (tx) => startEdition(tx, two, { due: 'now', now }),
    () => startEdition(db, one, { due: 'now', now }),
  );
  expect((await frozen(two)).overlaps).toEqual([]);
  expect((await frozen(one)).overlaps.map((overlap) => overlap.edition)).toEqual([two]);
});

test('a story older than the window, dropped there, or never sent there, is no overlap', async () => {
  const newsletter = await newNewsletter(db);
  const other = await newNewsletter(db);
  const article = await newArticle(db, newsletter, '2026-11-01T05:00:00Z');
  const old = await special(other, at('10T06:00'), [article]);
  await startEdition(db, old, { due: 'now', now: at('10T06:00') });
  const dropped = await special(other, at('23T06:00'), [
    article,
    await newArticle(db, other, '2026-11-01T05:00:00Z'),
  ]);
  await db
    .updateTable('editionArticles')
    .set({ dropped: true })
    .where('editionId', '=', dropped)
    .where('articleId', '=', article)
    .execute();
  await startEdition(db, dropped, { due: 'now', now: at('23T06:00') });
  await special(other, at('23T06:00'), [article]);
  const id = await special(newsletter, at('24T06:00'), [article]);
  await startEdition(db, id, { due: 'now', now: at('24T06:00') });
  expect((await frozen(id)).overlaps).toEqual([]);
});

test('a correction leaves its own stories to itself, and looks at others for what it adds', async () => {
  const newsletter = await newNewsletter(db);
  const other = await newNewsletter(db);
  const own = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const added = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const first = await special(newsletter, at('24T06:00'), [own]);
  await startEdition(db, first, { due: 'now', now: at('24T06:00') });
  const later = await special(other, at('24T06:00'), [own, added]);
  await startEdition(db, later, { due: 'now', now: at('24T06:05') });
  await db
    .insertInto('editionArticles')
    .values({ editionId: first, articleId: added, position: 1 })
    .execute();
  await db.updateTable('articles').set({ title: 'Corrected' }).where('id', '=', own).execute();
  const revisions = await Promise.all(
    [1, 2].map(() => db.transaction().execute((tx) => reviseEdition(tx, first))),
  );
  expect(new Set(revisions)).toEqual(new Set([2, 3]));
  const content = await frozen(first, 2);
  expect(content.articles.map((article) => article.title)).toContain('Corrected');
  expect(content.overlaps).toEqual([
    { edition: later, articles: [{ theirs: added, ours: added }] },
  ]);
  expect((await frozen(first, 1)).articles).toHaveLength(1);
  await db.updateTable('editions').set({ state: 'sent' }).where('id', '=', first).execute();
  expect(await db.transaction().execute((tx) => reviseEdition(tx, first))).toBeNull();
});
