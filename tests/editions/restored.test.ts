import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { showEdition } from '../../src/actions/show-editions.ts';
import { loadConfig } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { backUp } from '../../src/database/backup/backup.ts';
import { restore } from '../../src/database/backup/restore.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { editEdition } from '../../src/editions/edit.ts';
import { getEdition } from '../../src/editions/editions.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { cancelEdition } from '../../src/editions/transitions.ts';
import { editionTasks } from '../../workers/editions.ts';
import { freshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const folder = await mkdtemp(join(tmpdir(), 'gaceta-restored-'));
afterAll(() => rm(folder, { recursive: true }));

let now = new Date(0);
const at = (time: string) => new Date(`2026-11-${time}Z`);

async function open(): Promise<Context> {
  const url = await freshDatabase();
  const context = await openContext(loadConfig({}), url, pino({ level: 'silent' }));
  afterAll(() => context.close());
  return { ...context, now: () => now };
}

/** What a worker's clock does at that time. */
async function tick(context: Context, time: string) {
  now = at(time);
  for (const task of editionTasks(context)) await task.run();
}

const editionsOf = ({ db }: Context) =>
  db.selectFrom('editions').selectAll().orderBy('newsletterId').orderBy('number').execute();

let backups = 0;
async function restoreInto(context: Context, from: Context, madeAt: string) {
  const file = join(folder, `${backups++}.gz`);
  await backUp(from.databaseUrl, file, at(madeAt));
  return () => restore(context.databaseUrl, file, { replace: false });
}

test('what the clock makes for the time since the backup is held, until somebody looked at it', async () => {
  const [source, other] = [await open(), await open()];
  const newsletter = await newNewsletter(source.db, { kinds: ['daily'] });
  await newArticle(source.db, newsletter, '2026-11-24T02:00:00Z');
  const goBack = await restoreInto(other, source, '24T03:00');
  // sent at its hour, after the backup
  await tick(source, '24T07:00');
  expect(await editionsOf(source)).toMatchObject([{ state: 'sending' }]);
  await goBack();

  // five hours late, though past making up for, it is there to look at
  await tick(other, '24T12:00');
  await tick(other, '24T12:01');
  const [held, ...more] = await editionsOf(other);
  expect(more).toEqual([]);
  expect(held).toMatchObject({ state: 'draft', heldBy: 'restore', localDate: '2026-11-24' });
  const shown = await showEdition(other.db, held?.id ?? '', now);
  expect(shown.reason).toMatch(/2026-11-24T03:00.*twice/);
  expect(shown.articles).toHaveLength(1);

  // what the feeds bring again belongs to it, and not to the next
  await newArticle(other.db, newsletter, '2026-11-24T06:00:00Z', {
    seenAt: '2026-11-24T12:02:00Z',
  });
  await tick(other, '24T12:03');
  await other.db.transaction().execute((tx) => cancelEdition(tx, held?.id ?? ''));
  await tick(other, '25T06:30');
  expect(await editionsOf(other)).toMatchObject([{ state: 'cancelled', heldBy: 'restore' }]);
  await newArticle(other.db, newsletter, '2026-11-25T06:00:00Z');
  await tick(other, '25T07:00');
  const [, next] = await editionsOf(other);
  expect(next).toMatchObject({ state: 'sending', heldBy: null });
  expect((await getEdition(other.db, next?.id ?? ''))?.articles).toHaveLength(1);
});

test('an edition that could be sent by hand before its hour is held, the one of the next day is not', async () => {
  const [source, other] = [await open(), await open()];
  const newsletter = await newNewsletter(source.db, { kinds: ['daily'], sendAt: '18:00' });
  await newArticle(source.db, newsletter, '2026-11-24T02:00:00Z');
  const goBack = await restoreInto(other, source, '24T03:00');
  now = at('24T09:00');
  const sent = await source.db
    .transaction()
    .execute((tx) => composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now }));
  expect(await startEdition(source.db, sent.id, { due: 'now', now })).toBe(true);
  await goBack();

  await tick(other, '24T10:00');
  await tick(other, '24T18:00');
  const [held] = await editionsOf(other);
  expect(held).toMatchObject({ state: 'draft', heldBy: 'restore' });
  // released for a time of its own
  await editEdition(other.db, held?.id ?? '', { sendAt: '2026-11-24T18:30:00Z' }, now);
  expect(await editionsOf(other)).toMatchObject([
    { state: 'scheduled', heldBy: null, statusText: null },
  ]);
  await tick(other, '24T18:30');
  expect(await editionsOf(other)).toMatchObject([{ state: 'sending' }]);

  await newArticle(other.db, newsletter, '2026-11-25T02:00:00Z');
  await tick(other, '25T18:00');
  expect(await editionsOf(other)).toMatchObject([{}, { state: 'sending', heldBy: null }]);
});

test('a draft made by hand is held at its hour, and so is whatever was scheduled', async () => {
  const [source, other] = [await open(), await open()];
  const newsletter = await newNewsletter(source.db, { kinds: ['daily'] });
  await newArticle(source.db, newsletter, '2026-11-24T02:00:00Z');
  now = at('24T03:00');
  const compose = (kind: 'daily' | 'special', sendAt?: Date) =>
    source.db
      .transaction()
      .execute((tx) =>
        composeEdition(tx, { newsletter: newsletter.slug, kind, now, ...(sendAt && { sendAt }) }),
      );
  await compose('daily');
  await compose('special', at('24T20:00'));
  await (await restoreInto(other, source, '24T03:30'))();
  await tick(other, '24T04:00');
  const later = await newNewsletter(other.db, { kinds: ['daily'] });
  await newArticle(other.db, later, '2026-11-24T05:00:00Z');
  await other.db
    .updateTable('newsletters')
    .set({ createdAt: at('24T05:00') })
    .where('id', '=', later.id)
    .execute();
  await tick(other, '24T06:30');
  await tick(other, '24T07:00');
  await tick(other, '24T20:00');
  expect(await editionsOf(other)).toMatchObject([
    { kind: 'daily', state: 'draft', heldBy: 'restore', sendAt: at('24T07:00') },
    { kind: 'special', state: 'draft', heldBy: 'restore', sendAt: at('24T20:00') },
    // of a newsletter that came later
    { kind: 'daily', state: 'sending', heldBy: null },
  ]);
});
