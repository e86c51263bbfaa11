import { scheduler } from 'node:timers/promises';
import { rememberLetters } from '../../emails/letters/cache.ts';
import { dotStuff } from '../../emails/message/dot-stuffing.ts';
import { Unaddressable } from '../../emails/message/subscriber-values.ts';
import { RenderError } from '../../emails/render/renderer.ts';
import type { Context } from '../../src/context.ts';
import type { Lease, LeaseTerm } from '../../src/deliveries/lease.ts';
import { NothingNew } from '../../src/editions/errors.ts';
import type { Signing } from '../../src/identity/signing.ts';
import {
  type ClaimedLetter,
  claimLetter,
  type DueLetter,
  dueLetter,
  dueLetters,
  handBackLetter,
  handBackUnknownClaims,
  judgeLostLetters,
  removeOldLetters,
  settleLetter,
} from '../../src/letters/claim.ts';
import { type LetterOutcome, letterOutcome } from '../../src/letters/settlement.ts';
import { InvalidAddress, readAddress } from '../../src/mail/address.ts';
import type { Task } from '../../src/process/clock.ts';
import { outcomeOf } from '../../src/relays/outcome.ts';
import type { Pace } from '../../src/relays/pace/pace.ts';
import { openRelay, type Relay } from '../../src/relays/relay.ts';
import type { Answer } from '../../src/relays/smtp/outgoing.ts';
import { openAnswerCounts } from '../answer-counts.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { letterMessage, type OutgoingLetter } from './message.ts';

/** Letters to an address other than their reader's own, and tests: suppressed, it gets none of them either. */
const TO_GIVEN_ADDRESS: ReadonlySet<string> = new Set(['address', 'moved', 'test']);

/** Sends letters over a connection of their own, so that none waits behind a digest. */
export interface Letters {
  handle(data: { letter: string }, signal: AbortSignal): Promise<void>;
  tasks: Task[];
  stop(): Promise<void>;
}

/** A letter as it was written to an address; the reader's may have changed since. */
interface Written {
  email: string;
  message: Promise<OutgoingLetter>;
}

const KEEP_DAYS = 30;
const PERMIT_PATIENCE_MS = 10_000;
const RETRY_MS = 500;

/** A letter is not to wait for minutes because its relay took no connection a while ago; nor to keep one for long. */
const TIMEOUTS = { longestRest: 10_000, idle: 5_000 };

/**
 * Opens one connection a relay when there is a letter; sends nothing outside the worker's lease. `makeRoom` has the
 * digests give one of theirs up where the relay takes no more.
 */
export function startLetters(
  context: Context,
  lease: Lease,
  pace: Pace,
  signing: Signing,
  makeRoom: (relay: string) => void,
  metrics?: Pick<WorkerMetrics, 'message'>,
): Letters {
  const { db, log, timings } = context;
  const relays = context.relays.map((settings) =>
    openRelay(
      { ...settings, connections: 1 },
      {
        log: log.child({ for: 'letters' }),
        timeouts: TIMEOUTS,
      },
    ),
  );
  lease.onLate(() => {
    for (const relay of relays) relay.destroyUnfinished();
  });
  /** Relays that refuse whatever they are given, and until when they are left alone if there are others. */
  const avoided = new Map<string, number>();
  const takes = ({ settings }: Relay) => (avoided.get(settings.name) ?? 0) <= performance.now();
  const renderer = rememberLetters(context.renderer);
  /** Letters with this process: one that was judged lost is not claimed anew while its answer may still come. */
  const atWork = new Set<string>();
  const openClaims = new Set<string>();
  const counts = openAnswerCounts(db, timings.beatMs, log, (answer, group) =>
    metrics?.message('letter', answer, group),
  );
  const places = openPlaces(2 * relays.length);
  let claims = 0;

  /** Writes a letter before it is claimed: what is claimed and not settled must be little, and writing takes longest. */
  function written({ email, ...letter }: DueLetter): Written | undefined {
    if (email === null) return undefined;
    const message = compose({ ...letter, email });
    // what went wrong is told where it is sent
    message.catch(() => undefined);
    return { email, message };
  }

  const compose = async (letter: ClaimedLetter) =>
    letterMessage(context, renderer, signing, letter, readAddress(letter.email).email);

  async function send(
    letter: ClaimedLetter,
    term: LeaseTerm,
    before: Written | undefined,
  ): Promise<LetterOutcome | 'withdrawn'> {
    const relay = freest(relays, takes);
    if (!relay) return 'withdrawn';
    try {
      const address = readAddress(letter.email);
      const built = await (before?.email === letter.email ? before.message : compose(letter));
      const answer = await relay.send({
        from: built.returnPath,
        to: address.mailbox,
        utf8: built.utf8,
        body: [dotStuff(built.message)],
        size: built.message.length,
        mayStart: () => term.mayStart(),
      });
      counts.count(answer, address.group);
      if (isTurnedAway(answer)) makeRoom(answer.relay);
      const outcome = outcomeOf(answer);
      if (outcome.relay === 'refuses')
        avoided.set(answer.relay, performance.now() + timings.avoidMs);
      const { reasonBefore } = letter;
      return letterOutcome(answer, outcome, { reasonBefore, othersLeft: relays.some(takes) });
    } catch (error) {
      if (error instanceof InvalidAddress || error instanceof Unaddressable)
        return { state: 'failed', reason: 'unaddressable', relay: null, answer: error.message };
      // a test of an edition that has lost its articles meanwhile
      if (error instanceof NothingNew)
        return { state: 'failed', reason: 'content', relay: null, answer: error.message };
      if (error instanceof RenderError)
        return { state: 'queued', relay: null, answer: error.message, counted: true };
      throw error;
    }
  }

  /** Waits for the letter's one permit, before every digest's; false when it took too long or the worker stops. */
  async function mayLeave(relay: Relay, email: string | null, signal: AbortSignal) {
    const wanted = { relay: relay.settings.name, groups: { [groupOf(email)]: 1 }, first: true };
    const end = performance.now() + PERMIT_PATIENCE_MS;
    while (!signal.aborted) {
      const { granted, retryAfterMs, problem } = await pace.take(wanted);
      if (granted > 0) return true;
      if (problem) log.warn({ problem }, 'a letter waits: no permits');
      if (performance.now() + retryAfterMs > end) return false;
      await scheduler.wait(retryAfterMs, { signal }).catch(() => undefined);
    }
    return false;
  }

  /** Writes down what happened to a claim, however long the database is away: nobody else can know it. */
  async function write(change: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await change();
      } catch (err) {
        log.warn({ err }, 'what became of a letter cannot be written down; trying again');
        await scheduler.wait(RETRY_MS);
      }
    }
  }

  /** Null where it is no address: then it fails as one when it is sent. */
  function hashOf(email: string): Buffer | null {
    try {
      return context.hashAddress(readAddress(email).key);
    } catch (error) {
      if (error instanceof InvalidAddress) return null;
      throw error;
    }
  }

  async function claimAndSend(
    { id, kind, email }: DueLetter,
    before: Written | undefined,
  ): Promise<void> {
    const target = email !== null && TO_GIVEN_ADDRESS.has(kind) ? hashOf(email) : null;
    const term = lease.term();
    if (!term.mayStart()) return;
    const claim = { worker: term.workerId, claim: String(++claims) };
    openClaims.add(claim.claim);
    try {
      const letter = await claimLetter(db, id, claim, target);
      if (!letter) return;
      const outcome = await send(letter, term, before).catch(async (error) => {
        await write(() => handBackLetter(db, id, claim));
        throw error;
      });
      await write(() =>
        outcome === 'withdrawn'
          ? handBackLetter(db, id, claim)
          : settleLetter(db, id, claim, outcome, context.config.uncertain),
      );
    } finally {
      openClaims.delete(claim.claim);
    }
  }

  return {
    async handle({ letter: id }, signal) {
      const relay = freest(relays, takes);
      if (!relay || atWork.has(id)) return;
      atWork.add(id);
      try {
        const due = await dueLetter(db, id);
        if (!due) return;
        const before = written(due);
        await before?.message.catch(() => undefined);
        await places.run(async () => {
          if (await mayLeave(relay, due.email, signal)) await claimAndSend(due, before);
        });
      } finally {
        atWork.delete(id);
      }
    },
    tasks: [
      {
        name: 'letters: issue the tickets of those that are due',
        everyMs: context.timings.housekeeping.lettersMs,
        run: async () => {
          await context.queues.enqueueLetters(await dueLetters(db, 500));
        },
      },
      {
        name: 'letters: judge those of dead workers',
        everyMs: context.timings.housekeeping.lettersMs,
        run: () => judgeLostLetters(db, context.config.uncertain),
      },
      {
        name: 'letters: hand back claims that this worker never heard of',
        everyMs: context.timings.housekeeping.lettersMs,
        run: () =>
          handBackUnknownClaims(db, {
            worker: lease.workerId,
            open: [...openClaims],
            last: String(claims),
          }),
      },
      {
        name: 'letters: remove old ones',
        everyMs: 3_600_000,
        run: () => removeOldLetters(db, KEEP_DAYS),
      },
    ],
    async stop() {
      await Promise.all(relays.map((relay) => relay.close()));
      await counts.stop();
    },
  };
}

/** Runs so many at a time, the others in the order they came: what a killed worker leaves uncertain is bounded. */
function openPlaces(places: number) {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    async run(work: () => Promise<void>): Promise<void> {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}

/** The least busy relay that is up and asks for no pause, of those that take what they are given if there are any. */
const freest = (relays: Relay[], takes: (relay: Relay) => boolean): Relay | undefined =>
  relays
    .filter((relay) => {
      const { up, slowed } = relay.state();
      return up && !(slowed && relay.free === 0);
    })
    .sort(
      (a, b) =>
        Number(takes(b)) - Number(takes(a)) ||
        a.busy / a.settings.weight - b.busy / b.settings.weight,
    )[0];

/** Whose limit a letter takes a permit of; of an address that cannot be read nobody's: it fails when it is written. */
function groupOf(email: string | null): string {
  try {
    return readAddress(email ?? '').group;
  } catch (error) {
    if (error instanceof InvalidAddress) return 'rest';
    throw error;
  }
}

/** The relay took no connection for it, or ended it before the message: others may have them all. */
const isTurnedAway = (answer: Answer): boolean =>
  (answer.kind === 'refused' || answer.kind === 'lost') &&
  (answer.at === 'connect' || answer.at === 'greeting');
