import { hostname } from 'node:os';
import type { Context } from '../../src/context.ts';
import { openClaims } from '../../src/deliveries/claim.ts';
import { holdRefused } from '../../src/deliveries/control.ts';
import { progressOf } from '../../src/deliveries/edition-progress.ts';
import { openLease } from '../../src/deliveries/lease.ts';
import { closeRange, type HeldRange, handBackClaim } from '../../src/deliveries/ranges.ts';
import { noteRelayActivity } from '../../src/deliveries/relay-activity.ts';
import { finishEditions } from '../../src/editions/transitions.ts';
import type { Signing } from '../../src/identity/signing.ts';
import type { Pace, Permits } from '../../src/relays/pace/pace.ts';
import { openAnswerCounts } from '../answer-counts.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { EditionWatch } from './edition-watch.ts';
import { Intake } from './intake.ts';
import { openJudge } from './judge.ts';
import { openMessages } from './messages.ts';
import { noteLimits } from './note-limits.ts';
import { Pump } from './pump.ts';
import { type ConnectionBound, ReceiverPaces } from './receiver-paces.ts';
import { noteRates } from './relay-rates.ts';
import { RelaySet } from './relay-set.ts';
import { openWarmUp } from './warm-up.ts';

/** Sends what tickets name. */
export interface Deliverer {
  /** Takes the range that a ticket names, unless another worker has it or enough of its kind are being worked. */
  handle(data: { range: string }): Promise<void>;
  /** Gives up a connection to a relay that takes no more of them: letters go before digests. */
  makeRoom(relay: string): void;
  /** Holds to an operator's bounds from now on. */
  bound(bounds: ConnectionBound[]): void;
  /** Resolves when it holds no range: all it was told of is done, waits, or belongs to others. */
  idle(): Promise<void>;
  /** Starts nothing more from this call on, waits for what has started, and ends its lease. */
  stop(): Promise<void>;
}

/** Opens the worker's pump: a lease, a connection for the ledger and the relays of its own. */
export async function startDeliverer(
  context: Context,
  pace: Pace,
  signing: Signing,
  metrics?: Pick<WorkerMetrics, 'message'>,
): Promise<Deliverer> {
  const { config, databaseUrl, db, log, timings } = context;
  const { uncertain } = config;
  const messages = openMessages(context, signing, (edition, error) => {
    void watch.unrendered(edition, error);
  });
  const relays = new RelaySet({
    relays: context.relays,
    log,
    timings,
    openWarmUp: (onChange) => openWarmUp(db, context.relays, log, timings, onChange),
  });
  const receivers = new ReceiverPaces(context.relays.map(({ name }) => name));
  const counts = openAnswerCounts(db, timings.beatMs, log, (answer, group) =>
    metrics?.message('edition', answer, group),
  );
  const claims = openClaims(databaseUrl, log);
  const { connections } = relays;
  const worker = { host: hostname(), pid: process.pid, connections };
  const lease = await openLease(db, { ...worker, timings, log });
  let rates: Permits | undefined;
  const watch = new EditionWatch({
    db,
    log,
    timings,
    editions: () => pump.editions(),
    giveBack: (edition) => pump.giveBack(edition),
    trouble: () =>
      rates?.problem === undefined
        ? relays.trouble()
        : `The rates cannot be counted (${rates.problem}), and nothing is sent until they can. Check ${context.redis ? 'Redis' : 'PostgreSQL'}: run "gaceta doctor".`,
  });
  const pump = new Pump({
    claims,
    lease,
    relays,
    receivers,
    log,
    async permits(wanted) {
      rates = await pace.take(wanted);
      return rates;
    },
    compose: messages.compose,
    judge: openJudge({ relays, receivers, watch, counts, uncertain }),
    pauses: () => watch.pauses(),
    handBack: (held, claim) => handBackClaim(db, held, claim),
    async close(held, options) {
      const closing = await closeRange(db, held, lease.workerId, { uncertain, ...options });
      if (closing === 'done') {
        if (await holdRefused(db, held.edition)) watch.paused(held.edition);
        await finishEditions(db, held.edition);
      }
      return closing;
    },
    onClosed: ({ edition }) => intake.refill(edition),
  });

  async function prepare(held: HeldRange): Promise<{ againMs: number } | undefined> {
    const { edition } = held;
    try {
      const progress = await progressOf(db, edition);
      if (watch.learn(edition, progress) === 'resumed') relays.forgive();
      await messages.prepare(held, progress.revision);
      await watch.rendered(edition);
      return undefined;
    } catch (err) {
      log.error({ err, edition }, 'an edition cannot be rendered; it is tried again');
      await watch.unrendered(edition, err);
      return { againMs: timings.renderAgainMs };
    }
  }

  const noted = noteRates(
    relays,
    (activity) => noteRelayActivity(db, lease.workerId, activity),
    timings.beatMs,
    log,
  );
  const limits = noteLimits(db, receivers, lease, timings.beatMs, log);
  const intake = new Intake({
    db,
    lease,
    pump,
    log,
    prepare,
    closedGroups: () => receivers.closedFor(timings.ticketMs),
  });
  return {
    handle: ({ range }) => intake.ticket(range),
    makeRoom: (relay) => relays.makeRoom(relay),
    bound: (bounds) => receivers.bound(bounds),
    async idle() {
      do {
        await intake.settled();
        await pump.idle();
      } while (intake.busy);
    },
    async stop() {
      watch.stop();
      await Promise.all([intake.stop(), pump.stop(), noted.stop(), limits.stop()]);
      await counts.stop();
      await claims.close();
      await lease.close();
    },
  };
}
