import { expect, test } from 'vitest';
import { ledger, recount } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';

test('from the moment a worker is told to stop no body starts, and what has started gets its answer', async () => {
  const opened = Promise.withResolvers<void>();
  await using sending = await openSending({
    react: (step) => (step === 'dot' ? { after: opened.promise } : undefined),
  });
  const { db, sink, deliverer } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 500));
  void sending.send(edition);
  // Four connections, each with a body that waits for its answer and the next envelope behind it.
  await eventually(() => expect(sink.received).toHaveLength(4));
  await eventually(async () => expect((await ledger(db, edition)).sending).toBe(8));
  const stopped = deliverer.stop();
  opened.resolve();
  await stopped;
  expect(sink.received).toHaveLength(4);
  expect(sink.accepted).toHaveLength(4);
  const counts = await ledger(db, edition);
  expect(counts).toMatchObject({ sent: 4, queued: 496, sending: 0, uncertain: 0 });
  expect(await recount(db, edition)).toEqual(counts);
});

test('a range that is being made ready when the worker stops is given back', async () => {
  await using sending = await openSending();
  const { db, deliverer } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 50));
  const sent = sending.send(edition);
  await deliverer.stop();
  await sent;
  const counts = await ledger(db, edition);
  expect(counts.sending).toBe(0);
  expect(counts.sent + counts.queued).toBe(50);
  const other = await sending.another();
  sending.deliverer.handle = other.handle;
  await sending.work(edition);
  expect(await ledger(db, edition)).toMatchObject({ sent: 50 });
});
