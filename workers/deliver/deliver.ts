import { hostname } from 'node:os';
import type { Context } from '../../src/context.ts';
import { openClaims } from '../../src/deliveries/claim.ts';
import { holdRefused, pauseInDoubt } from '../../src/deliveries/control.ts';
import { standingOf } from '../../src/deliveries/edition-progress.ts';
import { openLease } from '../../src/deliveries/lease.ts';
import { closeRange, handBackClaim, takeRange } from '../../src/deliveries/ranges.ts';
import { Doubt } from '../../src/deliveries/refusal-breaker.ts';
import { settlementOf } from '../../src/deliveries/settlement.ts';
import { finishEditions } from '../../src/editions/transitions.ts';
import { domainOf } from '../../src/mail/message-id.ts';
import { adviceOnAnswer, said } from '../../src/relays/advice.ts';
import { loadDkimKeys, parseDkim } from '../../src/relays/dkim/keys.ts';
import { prepareSigner } from '../../src/relays/dkim/sign.ts';
import { outcomeOf } from '../../src/relays/outcome.ts';
import type { Pace } from '../../src/relays/pace/pace.ts';
import type { Impossibility, Refusal } from '../../src/relays/smtp/outgoing.ts';
import { openHindrances } from './edition-reasons.ts';
import { openMessages } from './messages.ts';
import { Pump } from './pump.ts';
import { openReceivers } from './receiver-backoff.ts';
import { openRelaySet } from './relay-set.ts';
import { openWarmUp } from './warm-up.ts';

/** Sends what tickets name. */
export interface Deliverer {
  /** Works one range until it is done, or waits, or belongs to somebody else. */
  handle(data: { range: string }): Promise<void>;
  /** Gives up a connection to a relay that takes no more of them: letters go before digests. */
  makeRoom(relay: string): void;
  /** Two phases: claims nothing more, then waits for what has started; ends its lease. */
  stop(): Promise<void>;
}

/** Opens the worker's pump: a lease, a connection for the ledger and the relays of its own. */
export async function startDeliverer(context: Context, pace: Pace): Promise<Deliverer> {
  const { config, databaseUrl, db, log, timings } = context;
  const { uncertain } = config;
  const signer =
    config.dkim.length > 0
      ? prepareSigner(
          await loadDkimKeys(parseDkim(config.dkim.join(','))),
          domainOf(config.mailFrom),
        )
      : undefined;
  const messages = openMessages(context, signer, (edition, error) => {
    void hindrances.unrendered(edition, error);
  });
  const relays = openRelaySet(context.relays, log, timings, (onChange) =>
    openWarmUp(db, context.relays, log, timings, onChange),
  );
  const receivers = openReceivers();
  const claims = openClaims(databaseUrl, log);
  const lease = await openLease(db, {
    host: hostname(),
    pid: process.pid,
    connections: relays.connections,
    timings,
    log,
  });
  const doubts = new Map<string, Doubt>();
  const inDoubt = new Map<string, string>();
  /** Paused for its refusals: when a range of it comes again, an operator has resumed it. */
  const paused = new Set<string>();
  let noPermits: string | undefined;

  /** A relay that refuses whatever it is given; when all do, the edition waits for the operator. */
  function refusedWhole(edition: string, answer: Refusal | Impossibility): void {
    const words = wordsOf(answer);
    relays.avoid(answer.relay, words);
    if (relays.allRefuse()) inDoubt.set(edition, words);
  }

  const pump = new Pump({
    claims,
    lease,
    relays,
    receivers,
    async permits(wanted) {
      const permits = await pace.take(wanted);
      noPermits = permits.problem;
      return permits;
    },
    log,
    compose: messages.compose,
    judge(held, row, answer) {
      const { edition } = held;
      const outcome = outcomeOf(answer);
      if (outcome.message === 'sent') {
        receivers.took(held.receiverGroup);
        hindrances.sent(edition);
      } else if (outcome.recipient === 'slower') receivers.slow(held.receiverGroup);
      const refusal =
        answer.kind === 'refused' || answer.kind === 'impossible' ? answer : undefined;
      if (refusal && outcome.relay === 'refuses') refusedWhole(edition, refusal);
      const pauses = doubts.get(edition)?.note(row.subscriber, outcome, row.reasonBefore);
      if (pauses && refusal) inDoubt.set(edition, wordsOf(refusal));
      return settlementOf(answer, outcome, {
        attempts: row.attempts,
        reasonBefore: row.reasonBefore,
        inDoubt: inDoubt.has(edition),
        uncertain,
        random: Math.random,
      });
    },
    async pauses() {
      if (inDoubt.size === 0) return;
      for (const [edition, words] of inDoubt) {
        const now = await pauseInDoubt(db, edition, words);
        paused.add(edition);
        if (now) log.error({ edition, words }, 'an edition was paused: its messages are refused');
        doubts.get(edition)?.forget();
        inDoubt.delete(edition);
        pump.giveBack(edition);
      }
    },
    handBack: (held, claim) => handBackClaim(db, held, claim),
    async close(held, options) {
      const closing = await closeRange(db, held, lease.workerId, { uncertain, ...options });
      if (closing === 'done') {
        if (await holdRefused(db, held.edition)) paused.add(held.edition);
        await finishEditions(db, held.edition);
      }
      return closing;
    },
  });

  const hindrances = openHindrances(db, log, timings, {
    editions: () => pump.editions(),
    giveBack: (edition) => pump.giveBack(edition),
    trouble: () =>
      noPermits === undefined
        ? relays.trouble()
        : `The rates cannot be counted (${noPermits}), and nothing is sent until they can. Check ${context.redis ? 'Redis' : 'PostgreSQL'}: run "gaceta doctor".`,
  });
  let stopping = false;
  return {
    async handle({ range }) {
      if (stopping || !lease.mayStart()) return;
      const held = await takeRange(db, range, lease.workerId);
      if (!held) return;
      if (paused.delete(held.edition)) {
        doubts.get(held.edition)?.forget();
        relays.forgive();
      }
      try {
        const standing = await standingOf(db, held.edition);
        const known = doubts.get(held.edition);
        if (known) known.learn(standing);
        else doubts.set(held.edition, new Doubt(standing));
        await messages.prepare(held, standing.revision);
        await hindrances.rendered(held.edition);
      } catch (err) {
        log.error(
          { err, edition: held.edition },
          'an edition cannot be rendered; it is tried again',
        );
        await hindrances.unrendered(held.edition, err);
        await closeRange(db, held, lease.workerId, {
          uncertain,
          giveBack: true,
          laterMs: timings.renderAgainMs,
        });
        return;
      }
      await pump.work(held);
    },
    makeRoom: (relay) => relays.makeRoom(relay),
    async stop() {
      stopping = true;
      hindrances.stop();
      await pump.stop();
      await claims.close();
      await lease.close();
    },
  };
}

const wordsOf = (answer: Refusal | Impossibility) =>
  said(
    answer.relay,
    answer.kind === 'impossible' ? answer.detail : answer.reply,
    adviceOnAnswer(answer),
  );
