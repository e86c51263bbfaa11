import { pino } from 'pino';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { editEdition } from '../../src/editions/edit.ts';
import { listEditionArticles } from '../../src/editions/edition-articles.ts';
import { updateNewsletter } from '../../src/newsletters/newsletters.ts';
import { editionTasks, planJob } from '../../workers/editions.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

// Two workers on one database, whose clocks the tests set.
const databaseUrl = await freshDatabase();
let now = new Date(0);
const open = async (): Promise<Context> => {
  const context = await openContext(loadConfig({}), databaseUrl, pino({ level: 'silent' }));
  afterAll(() => context.close());
  return { ...context, now: () => now };
};
const workers = [await open(), await open()];
const [{ db, queues }] = workers as [Context, Context];
const clocks = workers.map((worker) => editionTasks(worker));

/** What every worker does at that time: all tasks, of all workers, at once. */
async function tick(time: string) {
  now = new Date(`2026-11-${time}Z`);
  await Promise.all(clocks.flat().map((task) => task.run()));
}
const editionsOf = (newsletterId: string) =>
  db
    .selectFrom('editions')
    .selectAll()
    .where('newsletterId', '=', newsletterId)
    .orderBy('number')
    .execute();
const newDaily = (settings: object = {}) => newNewsletter(db, { kinds: ['daily'], ...settings });

beforeEach(async () => {
  await db.updateTable('newsletters').set({ active: false }).execute();
});

test('a draft before its hour, started at it, once, whatever the number of workers', async () => {
  const newsletter = await newDaily();
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await tick('24T06:29:59');
  expect(await editionsOf(newsletter.id)).toEqual([]);
  await tick('24T06:30');
  expect(await editionsOf(newsletter.id)).toMatchObject([{ state: 'scheduled', number: 1 }]);
  await tick('24T06:59:59');
  expect(await editionsOf(newsletter.id)).toMatchObject([{ state: 'scheduled' }]);
  await tick('24T07:00:03');
  const started = await editionsOf(newsletter.id);
  expect(started).toMatchObject([
    {
      state: 'sending',
      revision: 1,
      due: 'hour',
      frozenAt: new Date('2026-11-24T07:00Z'),
      startedAt: new Date('2026-11-24T07:00:03Z'),
    },
  ]);
  await tick('24T07:00:10');
  expect(await editionsOf(newsletter.id)).toEqual(started);
  const audited = await db
    .selectFrom('audit')
    .select('action')
    .where('object', '=', `edition ${started[0]?.id}`)
    .orderBy('id')
    .execute();
  expect(audited.map((row) => row.action)).toEqual(['compose', 'start']);
});

test('the started edition is planned by the worker that takes its ticket', async () => {
  const newsletter = await newDaily();
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const { id: subscriberId } = await db
    .insertInto('subscribers')
    .values({ email: 'reader@example.org', emailKey: 'reader@example.org' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const activeFrom = new Date('2026-11-01T00:00:00Z');
  await db
    .insertInto('subscriptions')
    .values({ newsletterId: newsletter.id, subscriberId, state: 'active', activeFrom })
    .execute();
  const consumers = workers.map((worker) => worker.queues.work('editions', planJob(worker), 1));
  await tick('24T06:30');
  await tick('24T07:00');
  const [edition] = await editionsOf(newsletter.id);
  await eventually(async () => {
    const [planned] = await editionsOf(newsletter.id);
    expect(planned).toMatchObject({ audience: 1, plannedAt: expect.any(Date) });
  });
  const deliveries = await db
    .selectFrom('deliveries')
    .select(['subscriberId', 'state', 'dueAt'])
    .where('editionId', '=', edition?.id ?? '')
    .execute();
  expect(deliveries).toEqual([
    { subscriberId, state: 'queued', dueAt: new Date('2026-11-24T07:00Z') },
  ]);
  await eventually(async () => {
    const { waiting = 0, delayed = 0, prioritized = 0 } = await queues.counts('deliver');
    expect(waiting + delayed + prioritized).toBeGreaterThan(0);
  });
  await Promise.all(consumers.map((consumer) => consumer.close()));
});

test('nothing new: no edition, said once, and the next day has what has come since', async () => {
  const newsletter = await newDaily();
  await tick('24T06:45');
  await tick('24T07:00');
  await tick('24T07:15');
  const later = editionTasks({ ...workers[0], now: () => now } as Context);
  await Promise.all(later.map((task) => task.run()));
  await tick('24T09:00:01');
  expect(await editionsOf(newsletter.id)).toEqual([]);
  const said = await db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('object', '=', `newsletter ${newsletter.slug}`)
    .execute();
  expect(said).toEqual([
    { action: 'nothing new', detail: { kind: 'daily', localDate: '2026-11-24' } },
  ]);
  await newArticle(db, newsletter, '2026-11-24T09:30:00Z');
  await tick('24T10:00');
  expect(await editionsOf(newsletter.id)).toEqual([]);
  await tick('25T06:30');
  expect(await editionsOf(newsletter.id)).toMatchObject([{ localDate: '2026-11-25', number: 1 }]);
});

test('an hour missed while nothing ran is made up for within two hours, with what was new then', async () => {
  const newsletter = await newDaily();
  const before = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await newArticle(db, newsletter, '2026-11-24T07:30:00Z');
  await tick('24T08:59');
  await tick('24T08:59:05');
  const [edition, ...more] = await editionsOf(newsletter.id);
  expect(more).toEqual([]);
  expect(edition).toMatchObject({ state: 'sending', frozenAt: new Date('2026-11-24T07:00Z') });
  const { content } = await db
    .selectFrom('revisions')
    .select('content')
    .where('editionId', '=', edition?.id ?? '')
    .executeTakeFirstOrThrow();
  expect(content).toMatchObject({ articles: [{ id: before }] });
});

test('an hour missed by more, and one moved into the past, send nothing', async () => {
  const missed = await newDaily();
  await newArticle(db, missed, '2026-11-24T05:00:00Z');
  await tick('24T09:00:01');
  expect(await editionsOf(missed.id)).toEqual([]);

  const moved = await newDaily({ sendAt: '20:00' });
  await newArticle(db, moved, '2026-11-24T06:55:00Z');
  await db.transaction().execute((tx) => updateNewsletter(tx, moved.slug, { sendAt: '07:00' }));
  const scheduledSince = new Date('2026-11-24T08:00:00Z');
  await db.updateTable('newsletters').set({ scheduledSince }).where('id', '=', moved.id).execute();
  await tick('24T08:00:05');
  expect(await editionsOf(moved.id)).toEqual([]);
  await tick('25T06:31');
  expect(await editionsOf(moved.id)).toHaveLength(1);
});

test('a draft nobody looked at waits where it must, and editors who want it are told once', async () => {
  await db
    .insertInto('operators')
    .values([
      { email: 'editor@example.org', role: 'editor', draftNotices: true, language: 'es' },
      { email: 'quiet@example.org', role: 'editor' },
      { email: 'gone@example.org', role: 'admin', draftNotices: true, disabledAt: new Date() },
    ])
    .execute();
  const newsletter = await newDaily({ reviewRequired: true });
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z', { title: 'The lead' });
  await tick('24T06:30');
  await tick('24T06:31');
  await tick('24T07:00');
  await tick('24T09:30');
  const [edition] = await editionsOf(newsletter.id);
  expect(edition).toMatchObject({ state: 'draft', frozenAt: null });
  const letters = await db.selectFrom('letters').selectAll().where('kind', '=', 'draft').execute();
  expect(letters).toMatchObject([
    {
      email: 'editor@example.org',
      language: 'es',
      content: {
        edition: edition?.id,
        newsletter: newsletter.title,
        headline: 'The lead',
        articles: 1,
        sendAt: '2026-11-24T07:00:00.000Z',
        waits: true,
      },
    },
  ]);
});

test('editors are told once of a draft that somebody composed before its hour', async () => {
  const notices = () =>
    db.selectFrom('letters').select('content').where('kind', '=', 'draft').orderBy('id').execute();
  for (const reviewRequired of [false, true]) {
    await db.deleteFrom('letters').execute();
    const newsletter = await newDaily({ reviewRequired });
    for (const title of ['Dropped', 'The lead', 'Another'])
      await newArticle(db, newsletter, '2026-11-24T05:00:00Z', { title });
    now = new Date('2026-11-24T06:00:00Z');
    const { id } = await db.transaction().execute(async (tx) => {
      const edition = await composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now });
      const listed = await listEditionArticles(tx, [edition.id]);
      const kept = listed.filter(({ article }) => article.title !== 'Dropped');
      const articles = kept.map(({ article }) => article.id);
      if (!reviewRequired) await editEdition(tx, edition.id, { articles }, now);
      return edition;
    });
    await tick('24T06:29');
    expect(await notices()).toEqual([]);
    await tick('24T06:30');
    await tick('24T06:31');
    const said = { edition: id, articles: reviewRequired ? 3 : 2, waits: reviewRequired };
    expect(await notices()).toMatchObject([{ content: said }]);
    await tick('24T07:00');
    const state = reviewRequired ? 'draft' : 'sending';
    expect(await editionsOf(newsletter.id)).toMatchObject([{ id, state }]);
    expect(await notices()).toHaveLength(1);
    await db.updateTable('newsletters').set({ active: false }).execute();
  }
});

test('one newsletter that cannot be composed does not hold up the others', async () => {
  const broken = await newDaily();
  const whole = await newDaily();
  await newArticle(db, broken, '2026-11-24T05:00:00Z');
  await newArticle(db, whole, '2026-11-24T05:00:00Z');
  // its next number is taken
  await db
    .insertInto('editions')
    .values({ newsletterId: broken.id, number: 1, kind: 'special', localDate: '2026-11-01' })
    .execute();
  await tick('24T06:30');
  await tick('24T07:00');
  expect(await editionsOf(whole.id)).toMatchObject([{ state: 'sending' }]);
  expect(await editionsOf(broken.id)).toMatchObject([{ kind: 'special', state: 'draft' }]);
});

test('a newsletter that is switched off sends nothing, and goes on when it is switched on in time', async () => {
  const newsletter = await newDaily();
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await tick('24T06:30');
  const update = (changes: object) =>
    db.updateTable('newsletters').set(changes).where('id', '=', newsletter.id).execute();
  await update({ active: false });
  await tick('24T07:00');
  expect(await editionsOf(newsletter.id)).toMatchObject([{ state: 'scheduled' }]);
  await update({ active: true });
  await tick('24T07:05');
  expect(await editionsOf(newsletter.id)).toMatchObject([{ state: 'sending' }]);
});

test('a scheduled edition that nothing is left in is given up, said so', async () => {
  const newsletter = await newDaily();
  const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  await tick('24T06:30');
  const deletedAt = new Date();
  await db.updateTable('articles').set({ deletedAt }).where('id', '=', article).execute();
  await tick('24T07:00');
  expect(await editionsOf(newsletter.id)).toMatchObject([
    { state: 'cancelled', heldBy: 'nothing', frozenAt: null },
  ]);
});
