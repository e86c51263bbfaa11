import { expect, test } from 'vitest';
import type { DeliveryState, EditionState, Kind } from '../../src/database/tables.ts';
import { broughtBefore } from '../../src/deliveries/already-received.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { frozenContent } from '../../src/editions/read-content.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const now = new Date('2026-11-24T06:00:00Z');
let readers = 0;

/** Two newsletters with one story in an edition each, both started, and the later's overlaps. */
async function twoEditions(kind: Kind = 'special') {
  const [first, second] = [await newNewsletter(db), await newNewsletter(db)];
  const article = await newArticle(db, first, '2026-11-24T05:00:00Z', { section: 'news' });
  const edition = async (newsletter: string) => {
    const composing = { newsletter, kind, now, articles: [article] };
    const { id } = await db.transaction().execute((tx) => composeEdition(tx, composing));
    await startEdition(db, id, { due: 'now', now });
    return id;
  };
  const earlier = await edition(first.slug);
  const later = await edition(second.slug);
  const content = await frozenContent(db, later, 1);
  await db
    .updateTable('editionArticles')
    .set({ section: 'news' })
    .where('editionId', '=', earlier)
    .execute();
  return { first, article, earlier, overlaps: content?.overlaps ?? [] };
}
type Two = Awaited<ReturnType<typeof twoEditions>>;

/** Whether a reader of both is told to have the story from the earlier edition. */
async function brought(
  { first, article, earlier, overlaps }: Two,
  reader: { subscription?: object; delivery?: DeliveryState; variant?: boolean; edition?: object },
): Promise<boolean> {
  readers += 1;
  const email = `reader-${readers}@example.org`;
  const { id } = await db
    .insertInto('subscribers')
    .values({ email, emailKey: email })
    .returning('id')
    .executeTakeFirstOrThrow();
  const activeFrom = new Date('2026-11-01T00:00:00Z');
  await db
    .insertInto('subscriptions')
    .values({
      newsletterId: first.id,
      subscriberId: id,
      state: 'active',
      activeFrom,
      ...reader.subscription,
    })
    .execute();
  const state = { state: 'sending' as EditionState, plannedAt: null, ...reader.edition };
  await db.updateTable('editions').set(state).where('id', '=', earlier).execute();
  const variant =
    reader.variant &&
    (await db
      .insertInto('variants')
      .values({
        editionId: earlier,
        revision: 1,
        key: email,
        language: 'en',
        articleIds: [article],
        subject: '',
        message: Buffer.from(''),
        places: '[]',
      })
      .returning('id')
      .executeTakeFirstOrThrow());
  if (reader.delivery) {
    await db
      .insertInto('deliveries')
      .values({
        editionId: earlier,
        subscriberId: id,
        rangeId: '1',
        dueAt: now,
        nextAt: now,
        state: reader.delivery,
        variantId: variant ? variant.id : null,
      })
      .execute();
  }
  const found = await broughtBefore(db, overlaps, [id]);
  return found.get(id)?.has(article) ?? false;
}

test('what another edition brought, is bringing or will bring, does not come again', async () => {
  const two = await twoEditions();
  const planned = { plannedAt: now };
  expect(await brought(two, { delivery: 'sent', variant: true })).toBe(true);
  expect(await brought(two, { delivery: 'uncertain', variant: true })).toBe(true);
  expect(await brought(two, { delivery: 'sending' })).toBe(true);
  expect(await brought(two, { delivery: 'queued' })).toBe(true);
  expect(await brought(two, { delivery: 'sent', variant: true, edition: { state: 'sent' } })).toBe(
    true,
  );
  // not planned yet, and planned without this reader
  expect(await brought(two, {})).toBe(true);
  expect(await brought(two, { edition: planned })).toBe(false);
});

test('what it did not and will not bring, does', async () => {
  const two = await twoEditions();
  expect(await brought(two, { delivery: 'skipped' })).toBe(false);
  expect(await brought(two, { delivery: 'failed' })).toBe(false);
  expect(await brought(two, { delivery: 'queued', edition: { state: 'cancelled' } })).toBe(false);
  expect(await brought(two, { edition: { state: 'cancelled' } })).toBe(false);
  const later = { activeFrom: new Date('2026-11-24T06:00:01Z') };
  expect(await brought(two, { subscription: later })).toBe(false);
  const left = { leftAt: new Date('2026-11-24T06:30:00Z') };
  expect(await brought(two, { subscription: left, delivery: 'queued' })).toBe(false);
  expect(await brought(two, { subscription: { sections: ['updates'] }, delivery: 'queued' })).toBe(
    false,
  );
  expect(await brought(two, { subscription: { sections: ['news'] }, delivery: 'queued' })).toBe(
    true,
  );
  const away = { pausedUntil: new Date(Date.now() + 86_400_000) };
  expect(await brought(two, { subscription: away, delivery: 'queued' })).toBe(false);
});

test('an edition that is not planned yet counts for its own readers alone', async () => {
  const two = await twoEditions('daily');
  expect(await brought(two, { subscription: { frequency: 'daily' } })).toBe(true);
  expect(await brought(two, { subscription: { frequency: 'weekly' } })).toBe(false);
});
