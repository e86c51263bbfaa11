import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { planEdition } from '../../../src/deliveries/plan.ts';
import { issueTickets } from '../../../src/deliveries/tickets.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';

/** Which newsletter a message of the sink's went out for: readers are named reader-1.NEWSLETTER@news.test. */
const newsletterOf = ({ to }: { to: string }) => /\.(\d+)@/.exec(to)?.[1] ?? '';

test('a small newsletter does not wait for a large one', async () => {
  await using workers = await startWorkers(1, {});
  const { context, sink } = workers;
  const { db } = context;
  const large = await makeReaders(db, 14_000);
  const small = await makeReaders(db, 10);
  await workers.plan(await freezeEdition(db, large));
  await eventually(() => expect(sink.accepted.length).toBeGreaterThan(200));
  const edition = await freezeEdition(db, small);
  const before = sink.accepted.length;
  await workers.plan(edition);
  await eventually(async () => expect((await ledger(db, edition)).sent).toBe(10));
  const last = sink.accepted.findLastIndex((message) => newsletterOf(message) === small);
  // Its ticket is taken and its variant rendered while the large one goes on; then each has every other claim.
  expect(last - before).toBeLessThan(10_000);
  const own = sink.accepted.flatMap((message, at) => (newsletterOf(message) === small ? [at] : []));
  expect((own.at(-1) ?? 0) - (own[0] ?? 0)).toBeLessThan(200);
});

test('twenty newsletters of one hour end in the order of their sizes', async () => {
  await using workers = await startWorkers(1, { environment: { SEND_RATE: '300' } });
  const { context, sink } = workers;
  const { db } = context;
  const sizes = Array.from({ length: 20 }, (_, at) => 10 + at * 20);
  const newsletters: string[] = [];
  // The large ones come first.
  for (const size of sizes.toReversed()) newsletters.unshift(await makeReaders(db, size));
  const editions: string[] = [];
  for (const newsletter of newsletters.toReversed())
    editions.push(await freezeEdition(db, newsletter));
  for (const edition of editions) await workers.plan(edition);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  await eventually(() => expect(sink.accepted).toHaveLength(all));
  const lastOf = (newsletter: string) =>
    sink.accepted.findLastIndex((message) => newsletterOf(message) === newsletter);
  const ends = newsletters.map(lastOf);
  // Sizes that differ by a few claims may end in either order where one was taken up a little later.
  for (const [at, end] of ends.entries())
    if (at >= 4) expect(end).toBeGreaterThan(ends[at - 4] ?? 0);
});

test('a worker holds a few ranges of an edition at a time, takes the next by itself, and leaves the rest to others', async () => {
  const opened = Promise.withResolvers<void>();
  await using sending = await openSending({
    react: (step) => (step === 'dot' ? { after: opened.promise } : undefined),
  });
  const { db, sink, deliverer } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 9_000));
  const held = async () => {
    const { rows } = await sql`select 1 from ranges where worker is not null`.execute(db);
    return rows.length;
  };
  const sent = sending.send(edition);
  await eventually(() => expect(sink.received.length).toBeGreaterThan(0));
  await eventually(async () => expect(await held()).toBe(3));
  const other = await sending.another();
  const { rows } = await sql<{ id: string }>`
    select id from ranges where worker is null order by id limit 1`.execute(db);
  await other.handle({ range: rows[0]?.id ?? '' });
  expect(await held()).toBe(4);
  opened.resolve();
  await sent;
  await Promise.all([deliverer.idle(), other.idle()]);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 9_000 });
  expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(9_000);
});

test('a ticket that comes before its hour by the database’s clock takes nothing, and comes again', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 5));
  for await (const _ of planEdition(db, edition, { groups: [] })) break;
  await sql`update ranges set due_at = now() + interval '1 hour', next_at = now() + interval '1 hour'`.execute(
    db,
  );
  await sending.work(edition);
  expect(sink.accepted).toEqual([]);
  await sql`update ranges set due_at = now(), next_at = now()`.execute(db);
  expect(await issueTickets(db)).toHaveLength(1);
  await sending.work(edition);
  expect(sink.accepted).toHaveLength(5);
});
