import { expect, test } from 'vitest';
import { UnknownArticles } from '../../src/articles/errors.ts';
import { composeEdition, composeSlot } from '../../src/editions/compose.ts';
import { editEdition } from '../../src/editions/edit.ts';
import { listEditionArticles } from '../../src/editions/edition-articles.ts';
import { getEdition } from '../../src/editions/editions.ts';
import { EditionNotEditable, InvalidEdition } from '../../src/editions/errors.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { refreshDrafts, slotsToCompose } from '../../src/editions/open-drafts.ts';
import { editionContent } from '../../src/editions/read-content.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const at = (time: string) => new Date(`2026-11-${time}Z`);
const now = at('24T06:35');
const slot = { kind: 'daily' as const, localDate: '2026-11-24', sendAt: at('24T07:00') };
const edit = (id: string, changes: unknown) =>
  db.transaction().execute((tx) => editEdition(tx, id, changes, now));
const wrong = async (id: string, changes: unknown) => {
  const error: unknown = await edit(id, changes).catch((thrown: unknown) => thrown);
  if (error instanceof InvalidEdition) return error.errors.map((one) => one.pointer);
  throw new Error(`it was not refused as invalid: ${String(error)}`);
};

/** A draft of the clock with three articles, newest first. */
async function draft(settings: object = {}) {
  const newsletter = await newNewsletter(db, settings);
  const ids: string[] = [];
  for (const hour of ['05', '04', '03']) {
    ids.push(await newArticle(db, newsletter, `2026-11-24T${hour}:00:00Z`));
  }
  const { id } = await db
    .transaction()
    .execute((tx) => composeSlot(tx, newsletter, slot, at('24T06:30')));
  return { newsletter, id, ids };
}
const heldBy = async (id: string) =>
  (await editionContent(db, id, now))?.articles.map((article) => article.id);
const row = async (id: string) => {
  const edition = await getEdition(db, id);
  if (!edition) throw new Error(`no edition ${id}`);
  return edition;
};

test('an editor reorders, drops, adds, pins and rewords; what is not named stays', async () => {
  const { newsletter, id, ids } = await draft();
  const [a = '', b = '', c = ''] = ids;
  const added = await newArticle(db, newsletter, '2026-11-01T00:00:00Z', { section: 'updates' });
  await edit(id, {
    subject: 'Our own subject',
    introduction: 'Good **morning**.',
    articles: [{ id: b, title: 'Reworded', standfirst: 'And more.' }, added, a],
  });
  expect(await heldBy(id)).toEqual([b, added, a]);
  await edit(id, { preheader: 'Beside it', articles: [b, { id: a, pinned: true }, added] });
  expect(await heldBy(id)).toEqual([a, b, added]);
  const content = await editionContent(db, id, now);
  expect(content?.edition).toMatchObject({
    subject: 'Our own subject',
    preheader: 'Beside it',
    introduction: 'Good **morning**.',
  });
  expect(content?.articles[1]).toMatchObject({ title: 'Reworded', standfirst: 'And more.' });
  expect(content?.articles[2]).toMatchObject({ section: 'updates' });
  const dropped = (await listEditionArticles(db, [id])).filter((one) => one.dropped);
  expect(dropped.map((one) => one.article.id)).toEqual([c]);
  await edit(id, { articles: [c, { id: b, title: null }] });
  expect(await heldBy(id)).toEqual([c, b]);
  const [, reset] = (await editionContent(db, id, now))?.articles ?? [];
  expect(reset?.title).toMatch(/^Headline/);
  expect(reset?.standfirst).toBe('And more.');
});

test('what an editor touched is left alone by the clock; what nobody touched takes up what comes', async () => {
  const touched = await draft();
  const untouched = await draft();
  await edit(touched.id, { articles: touched.ids.slice(0, 1) });
  await newArticle(db, touched.newsletter, '2026-11-24T06:40:00Z');
  const late = await newArticle(db, untouched.newsletter, '2026-11-24T06:40:00Z');
  await refreshDrafts(db, at('24T06:45'));
  expect(await heldBy(touched.id)).toEqual(touched.ids.slice(0, 1));
  expect(await heldBy(untouched.id)).toEqual([late, ...untouched.ids]);
  await startEdition(db, touched.id, { due: 'hour', now: at('24T07:00') });
  expect(await heldBy(touched.id)).toEqual(touched.ids.slice(0, 1));
});

test('where a person must look first, the draft waits until somebody did', async () => {
  const { id } = await draft({ reviewRequired: true });
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: slot.sendAt });
  await edit(id, {});
  expect(await row(id)).toMatchObject({ state: 'scheduled', sendAt: slot.sendAt });
});

test('an editor moves the time, or takes the edition off the schedule for good', async () => {
  const { newsletter, id } = await draft();
  await edit(id, { sendAt: '2026-11-24T10:00:00+01:00' });
  expect(await row(id)).toMatchObject({ state: 'scheduled', sendAt: at('24T09:00') });
  await edit(id, { sendAt: null });
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: null });
  expect(await slotsToCompose(db, newsletter, now)).toEqual([]);
  await db.transaction().execute((tx) => composeSlot(tx, newsletter, slot, now));
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: null, heldBy: 'editor' });
  await edit(id, { subject: 'Still held' });
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: null });
  expect(await wrong(id, { sendAt: '2026-11-24T06:34:00Z' })).toEqual(['/sendAt']);
});

test('a draft composed by hand before its hour is taken over by the clock', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const { id } = await db
    .transaction()
    .execute((tx) =>
      composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now: at('24T05:30') }),
    );
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: null });
  expect(await slotsToCompose(db, newsletter, now)).toHaveLength(1);
  await db.transaction().execute((tx) => composeSlot(tx, newsletter, slot, now));
  expect(await row(id)).toMatchObject({ state: 'scheduled', sendAt: slot.sendAt });
  expect(await slotsToCompose(db, newsletter, now)).toEqual([]);
});

test('one composed by hand after its hour is left to the operator who composed it', async () => {
  const newsletter = await newNewsletter(db);
  await newArticle(db, newsletter, '2026-11-24T05:00:00Z');
  const later = at('24T07:20');
  const { id } = await db
    .transaction()
    .execute((tx) =>
      composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now: later }),
    );
  expect(await slotsToCompose(db, newsletter, later)).toEqual([]);
  await db.transaction().execute((tx) => composeSlot(tx, newsletter, slot, later));
  expect(await row(id)).toMatchObject({ state: 'draft', sendAt: null });
});

test('a correction while sending is the next revision; afterwards nothing can be changed', async () => {
  const { id, ids } = await draft();
  await startEdition(db, id, { due: 'now', now });
  await edit(id, { articles: [{ id: ids[0], title: 'Corrected' }] });
  expect(await row(id)).toMatchObject({ revision: 2, articles: [{ title: 'Corrected' }] });
  await expect(edit(id, { sendAt: null })).rejects.toBeInstanceOf(EditionNotEditable);
  for (const state of ['sent', 'cancelled'] as const) {
    await db.updateTable('editions').set({ state }).where('id', '=', id).execute();
    await expect(edit(id, { subject: 'Too late' })).rejects.toBeInstanceOf(EditionNotEditable);
  }
  expect(await row(id)).toMatchObject({ revision: 2, subject: '' });
});

test('wrong changes are refused with where they are, and change nothing', async () => {
  const { id, ids } = await draft();
  expect(
    await wrong(id, {
      subject: 'Two lines\r\nBcc: everybody@example.org',
      preheader: 'x'.repeat(251),
      introduction: 'x'.repeat(20_001),
      sendAt: 'tomorrow',
      state: 'sent',
    }),
  ).toEqual(['/subject', '/preheader', '/introduction', '/sendAt', '/state']);
  expect(await wrong(id, { articles: [] })).toEqual(['/articles']);
  expect(await wrong(id, { articles: [ids[0], { id: ids[0] }] })).toEqual(['/articles']);
  expect(await wrong(id, { articles: [{ id: ids[0], section: 'nowhere' }] })).toEqual([
    '/articles/0/section',
  ]);
  expect(await wrong(id, 'subject')).toEqual(['']);
  await expect(edit(id, { articles: ['999999'] })).rejects.toBeInstanceOf(UnknownArticles);
  expect(await row(id)).toMatchObject({ touchedAt: null, subject: '' });
  expect(await heldBy(id)).toEqual(ids);
});
