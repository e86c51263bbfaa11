import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { emptyLedger, ledger, recount } from '../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';
import { openSending } from './fixtures/sending.ts';

test('an edition is sent while somebody has locked the partitions of others', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 40);
  const earlier = await freezeEdition(db, newsletter);
  await sending.send(earlier);
  // An edition that has to look up what the earlier one brought, as where a reader has two newsletters.
  const overlaps = [{ edition: earlier, articles: [{ ours: '901', theirs: '902' }] }];
  const edition = await freezeEdition(db, newsletter, { content: { overlaps } });
  await db.transaction().execute(async (other) => {
    // As when an old one is dropped or moved away. A statement that only opens them would wait here for good.
    await sql`lock table deliveries_1, deliveries_2 in access exclusive mode`.execute(other);
    await sending.send(edition);
  });
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 40 });
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), sent: 40 });
  expect(sink.accepted).toHaveLength(80);
});

test('editions whose rows lie in two partitions are sent by one worker at once', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  await sql`alter table editions alter column id restart with 63`.execute(db);
  const readers = [await makeReaders(db, 50), await makeReaders(db, 50)] as const;
  const editions = [await freezeEdition(db, readers[0]), await freezeEdition(db, readers[1])];
  expect(editions).toEqual(['63', '64']);
  await Promise.all(editions.map((edition) => sending.send(edition)));
  for (const edition of editions) {
    expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 50 });
    expect(await recount(db, edition)).toEqual({ ...emptyLedger(), sent: 50 });
  }
  expect(sink.accepted).toHaveLength(100);
});
