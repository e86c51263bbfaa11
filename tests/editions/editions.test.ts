import { expect, test } from 'vitest';
import { composeEdition } from '../../src/editions/compose.ts';
import { editionShape, getEdition, listEditions } from '../../src/editions/editions.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-24T06:00:00Z');
const newsletter = await newNewsletter(db);
const article = await newArticle(db, newsletter, '2026-11-24T05:00:00Z', { section: 'news' });
let made = 0;
/** A special of its own each time: the same one again is the one there was. */
const compose = async () =>
  (
    await db.transaction().execute((tx) =>
      composeEdition(tx, {
        newsletter: newsletter.slug,
        kind: 'special',
        now,
        articles: [article],
        introduction: String((made += 1)),
      }),
    )
  ).id;
const wording = { subject: 'What readers see', preheader: 'And beside it', warnings: ['w'] };
const empty = { queued: 0, sending: 0, sent: 0, failed: 0, skipped: 0, uncertain: 0 };

test('an edition has the shape of the API', async () => {
  const id = await compose();
  const draft = await getEdition(db, id);
  if (!draft) throw new Error('it is not there');
  expect(editionShape(draft, empty, now, wording)).toEqual({
    id,
    newsletter: newsletter.slug,
    number: 1,
    kind: 'special',
    localDate: '2026-11-24',
    state: 'draft',
    reason: null,
    heldBy: null,
    revision: 0,
    ...wording,
    introduction: '1',
    layout: null,
    articles: [
      expect.objectContaining({ id: article, section: 'news', language: 'en', image: null }),
    ],
    sendAt: null,
    startedAt: null,
    plannedAt: null,
    finishedAt: null,
    audience: null,
    ledger: empty,
    messagesPerSecond: null,
  });
  await startEdition(db, id, { due: 'now', now });
  const sending = await getEdition(db, id);
  if (!sending) throw new Error('it is not there');
  const ledger = { ...empty, sent: 500 };
  const shape = editionShape(sending, ledger, new Date(now.getTime() + 2000), wording);
  expect(shape).toMatchObject({ state: 'sending', messagesPerSecond: 250, startedAt: now });
});

test.each([
  { heldBy: null, statusText: null, reason: null },
  { heldBy: 'editor', statusText: null, reason: 'held' },
  { heldBy: 'missed', statusText: null, reason: 'missed' },
  { heldBy: 'nothing', statusText: null, reason: 'nothing' },
  { heldBy: null, statusText: 'sink: nothing listens', reason: 'sink: nothing listens' },
  { heldBy: 'refusals', statusText: 'sink: 554 spam', reason: 'sink: 554 spam' },
] as const)('held by $heldBy and "$statusText" has the reason $reason', async (row) => {
  const id = await compose();
  const { heldBy, statusText, reason } = row;
  await db.updateTable('editions').set({ heldBy, statusText }).where('id', '=', id).execute();
  const edition = await getEdition(db, id);
  if (!edition) throw new Error('it is not there');
  expect(editionShape(edition, empty, now, wording)).toMatchObject({ heldBy, reason });
});

test('editions come in pages, newest first, each once', async () => {
  const ids = [await compose(), await compose(), await compose()];
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await listEditions(db, { newsletter: newsletter.slug, limit: 2, after });
    seen.push(...page.data.map((edition) => edition.id));
    expect(page.data.every((edition) => edition.articles[0]?.id === article)).toBe(true);
    after = page.next ?? undefined;
  } while (after);
  expect(seen.slice(0, 3)).toEqual(ids.toReversed());
  expect(new Set(seen).size).toBe(seen.length);
  expect(await listEditions(db, { newsletter: 'nowhere', limit: 2 })).toEqual({
    data: [],
    next: null,
  });
  const sending = await listEditions(db, { state: 'sending', kind: 'special', limit: 10 });
  expect(sending.data.map((edition) => edition.state)).toEqual(['sending']);
});

test.each(['0', 'abc', '-1', '9'.repeat(30), "1' or true"])('%s is no edition', async (id) => {
  expect(await getEdition(db, id)).toBeUndefined();
});
