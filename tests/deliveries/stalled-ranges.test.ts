import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { openLease } from '../../src/deliveries/lease.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { takeRange } from '../../src/deliveries/ranges.ts';
import { openReaper } from '../../src/deliveries/reaper.ts';
import { openStallWatch } from '../../src/deliveries/stalled-ranges.ts';
import { issueTickets } from '../../src/deliveries/tickets.ts';
import { openLog } from '../../src/process/log.ts';
import { TIMINGS } from '../../src/timings.ts';
import { eventually } from '../harness/eventually.ts';
import { databaseWithClock } from './fixtures/database-clock.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';

/** A worker that has a range of an edition and does nothing with it, on a database whose clock can be put. */
async function idleWorker(timings: { leaseMs: number; beatMs: number } = TIMINGS) {
  const clock = await databaseWithClock();
  const context = await openContext(loadConfig({}), clock.url, openLog('silent', 'stalled'));
  const { db, log } = context;
  const edition = await freezeEdition(db, await makeReaders(db, 3));
  for await (const _ of planEdition(db, edition, { groups: [] })) break;
  const lease = await openLease(db, { host: 'test', pid: 1, connections: 1, timings, log });
  const held = await takeRange(db, { edition }, { worker: lease.workerId });
  if (!held) throw new Error('no range');
  return { clock, context, db, edition, lease, held };
}

test('a range that stands still though its worker lives is left to others, and its ticket is issued', async () => {
  const { context, db, edition, lease, held } = await idleWorker();
  const stalls = openStallWatch(db, 20);
  expect(await stalls.look()).toEqual([]);
  await eventually(async () =>
    expect(await stalls.look()).toEqual([{ range: held.range, edition }]),
  );
  expect(await issueTickets(db)).toMatchObject([{ range: held.range }]);
  expect(await takeRange(db, { edition }, { worker: lease.workerId })).toMatchObject({ edition });
  await lease.close();
  await context.close();
});

test('a clock that is put forward by an hour ends no lease; one whose heartbeat stays away is ended', async () => {
  const leaseMs = 1_500;
  const { clock, context, db, lease, held } = await idleWorker({ leaseMs, beatMs: 100 });
  const reaper = openReaper(db, 'resend', leaseMs);
  expect(await reaper.reap()).toBe(0);
  await clock.put(3_600_000);
  const since = performance.now();
  await eventually(async () => {
    expect(await reaper.reap()).toBe(0);
    expect(performance.now() - since).toBeGreaterThan(2 * leaseMs);
  });
  // The clock that is put back would have the lease last for another hour.
  await clock.put(-3_600_000);
  const worker = lease.workerId;
  await lease.close();
  await db.updateTable('workers').set({ stoppedAt: null }).where('id', '=', worker).execute();
  await eventually(async () => expect(await reaper.reap()).toBe(1));
  const { worker: holder } = await db
    .selectFrom('ranges')
    .select('worker')
    .where('id', '=', held.range)
    .executeTakeFirstOrThrow();
  expect(holder).toBeNull();
  await context.close();
});
