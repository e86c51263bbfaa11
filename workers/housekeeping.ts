import { lookForAttention } from '../src/actions/attention/look.ts';
import { holdComplainedOf } from '../src/actions/complaints.ts';
import { nameSources } from '../src/actions/machine-reports.ts';
import { openSendingWatch } from '../src/actions/watch-sending.ts';
import { sendAlerts } from '../src/alerts/send.ts';
import { followRefused } from '../src/bounces/follow.ts';
import { takeRelayAnswers } from '../src/bounces/relay-answers.ts';
import type { Context } from '../src/context.ts';
import { openClockWatch } from '../src/database/clock-step.ts';
import { ensurePartitions } from '../src/database/partitions.ts';
import { forgetAnswers } from '../src/deliveries/answer-counts.ts';
import { followClock } from '../src/deliveries/clock-step.ts';
import { holdRefused } from '../src/deliveries/control.ts';
import { expireRanges, sweepCancelled } from '../src/deliveries/finish.ts';
import { unplannedEditions } from '../src/deliveries/plan.ts';
import { openReaper } from '../src/deliveries/reaper.ts';
import { openStallWatch } from '../src/deliveries/stalled-ranges.ts';
import { issueTickets } from '../src/deliveries/tickets.ts';
import { finishEditions, reopenEditions } from '../src/editions/transitions.ts';
import { forgetIdempotencyKeys } from '../src/operators/idempotency.ts';
import { forgetOld } from '../src/privacy/retention.ts';
import type { Task } from '../src/process/clock.ts';
import { forgetReports } from '../src/reports/store.ts';
import { cutOldOrigins } from '../src/subscribers/consents.ts';
import { removeStalePending } from '../src/subscribers/pending-sign-ups.ts';
import { keepReaderDays } from '../src/subscribers/reader-days.ts';
import { askSilentReaders, restSilentReaders } from '../src/sunset/sunset.ts';

/** What keeps sending going when a queue, a worker or a planner was lost: each asks the database alone. */
export function housekeepingTasks(context: Context): Task[] {
  const { config, db, log, queues, timings } = context;
  const { watchMs, ticketsMs, leasesMs, finishMs, expireMs } = timings.housekeeping;
  const clockStep = openClockWatch();
  const stalls = openStallWatch(db, timings.stalledMs);
  const sending = openSendingWatch(context);
  const reaper = openReaper(db, config.uncertain, timings.leaseMs);
  return [
    { name: 'deliveries: see what stands still', everyMs: watchMs, run: sending.look },
    {
      name: 'attention: see what needs a person',
      everyMs: timings.attention.lookMs,
      run: () => lookForAttention(context),
    },
    {
      name: 'complaints: hold newsletters that too many readers complain of',
      everyMs: timings.attention.lookMs,
      run: async () => {
        for (const { slug, day, undecided, sent } of await holdComplainedOf(db, context.now()))
          log.warn(
            { newsletter: slug, day, complaints: undecided, sent },
            'a newsletter is held: too many complain',
          );
      },
    },
    {
      name: 'bounces: count what relays said of mailboxes',
      everyMs: 60_000,
      run: async () => {
        await takeRelayAnswers(db, context.now());
      },
    },
    {
      name: 'attention: tell those who want to know',
      everyMs: timings.attention.lookMs,
      run: () => sendAlerts(context),
    },
    {
      name: 'deliveries: issue the tickets of ranges that are due',
      everyMs: ticketsMs,
      run: async () => {
        await queues.enqueueRanges(await issueTickets(db, { ticketMs: timings.ticketMs }));
      },
    },
    {
      name: 'deliveries: plan what was not planned to its end',
      everyMs: ticketsMs,
      run: async () => {
        for (const edition of await unplannedEditions(db)) await queues.enqueuePlan(edition);
      },
    },
    {
      name: 'database: follow a clock that was put back',
      everyMs: leasesMs,
      run: async () => {
        const step = await clockStep(db);
        if (!step) return;
        log.warn(step, 'the clock of the database was put back; what waits is moved with it');
        await followClock(db, step.byMs);
      },
    },
    {
      name: 'deliveries: judge the workers whose lease has ended',
      everyMs: leasesMs,
      run: async () => {
        await reaper.reap();
      },
    },
    {
      name: 'deliveries: skip what was cancelled, finish what is done',
      everyMs: finishMs,
      run: async () => {
        await sweepCancelled(db);
        await holdRefused(db);
        await finishEditions(db);
        await reopenEditions(db);
      },
    },
    {
      name: 'bounces: follow what relays refused',
      everyMs: finishMs,
      run: () => followRefused(db, context.now()),
    },
    {
      name: 'deliveries: take ranges from workers that do nothing with them',
      everyMs: ticketsMs,
      run: async () => {
        for (const stalled of await stalls.look())
          log.warn(stalled, 'a range stood still though its worker lives; others may take it');
      },
    },
    { name: 'deliveries: expire', everyMs: expireMs, run: () => expireRanges(db) },
    { name: 'deliveries: make partitions', everyMs: 3_600_000, run: () => ensurePartitions(db) },
    {
      name: 'deliveries: forget what relays answered a week ago',
      everyMs: 3_600_000,
      run: () => forgetAnswers(db),
    },
    {
      name: 'sunset: ask readers without a sign of life, and let those rest who did not answer',
      everyMs: 600_000,
      run: async () => {
        await queues.enqueueLetters(await askSilentReaders(db, context.now()));
        await restSilentReaders(db, context.now());
      },
    },
    {
      name: 'reports: look up who sends in our name',
      everyMs: 60_000,
      run: () => nameSources(context),
    },
    { name: 'reports: forget old ones', everyMs: 6 * 3_600_000, run: () => forgetReports(db) },
    {
      name: 'subscribers: count the readers of the day',
      everyMs: 600_000,
      run: () => keepReaderDays(db),
    },
    {
      name: 'subscribers: forget sign-ups that nobody confirmed',
      everyMs: 600_000,
      run: async () => {
        await removeStalePending(db, context.now());
      },
    },
    {
      name: 'imports: end what nobody goes on with',
      everyMs: 600_000,
      run: context.imports.tidy,
    },
    {
      name: 'operators: forget keys of answers that are a day old',
      everyMs: 3_600_000,
      run: () => forgetIdempotencyKeys(db),
    },
    {
      name: 'privacy: forget what was kept long enough',
      everyMs: 6 * 3_600_000,
      run: async () => {
        log.info(await forgetOld(db, context.now()), 'what was kept long enough is forgotten');
      },
    },
    {
      name: 'subscribers: cut old network addresses from consents',
      everyMs: 3_600_000,
      run: async () => {
        await cutOldOrigins(db, context.now());
      },
    },
  ];
}
