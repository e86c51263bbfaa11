import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { countAudience } from '../../../src/deliveries/audience.ts';
import { emptyLedger, ledger, recount } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';

test('every reader gets the edition once, and the ledger says so', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const newsletter = await makeReaders(db, 2_500);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 2_500 });
  expect(await recount(db, edition)).toEqual({ ...emptyLedger(), sent: 2_500 });
  expect(await countAudience(db, edition)).toBe(2_500);
  expect(new Set(sink.accepted.map((message) => message.to)).size).toBe(2_500);
  expect(sink.accepted).toHaveLength(2_500);
  const { rows } = await sql<{ state: string; audience: number }>`
    select state, audience from editions where id = ${edition}`.execute(db);
  expect(rows).toEqual([{ state: 'sent', audience: 2_500 }]);
});
