import type { Logger } from 'pino';
import { advice } from './advice.ts';
import { Backoff } from './backoff.ts';
import { Congestion } from './congestion.ts';
import { type Failure, lastError, logged, type RelayState } from './health.ts';
import { outcomeOf } from './outcome.ts';
import { Throttle } from './pace/throttle.ts';
import { isReceivers } from './refusal-cause.ts';
import { Waiting } from './send-queue.ts';
import type { RelaySettings } from './settings.ts';
import { Openings } from './smtp/dialer.ts';
import type { Proven } from './smtp/expected-replies.ts';
import type { Capabilities, HandshakeError, Opened } from './smtp/handshake.ts';
import type { Ending, Job, Outcome } from './smtp/message.ts';
import type { Answer, Outgoing, Refusal } from './smtp/outgoing.ts';
import { Session, type SessionHost } from './smtp/session.ts';
import { TIMEOUTS, type Timeouts } from './smtp/timeouts.ts';

/** A relay that is handed messages. */
export interface Relay {
  readonly settings: RelaySettings;
  /** Messages handed over and not answered yet. */
  readonly busy: number;
  /** How many more can start right now. */
  readonly free: number;
  /** Hands a message over. Always resolves, once, with what became of it. */
  send(outgoing: Outgoing): Promise<Answer>;
  state(): RelayState;
  /** Gives up one of its connections for a while: another pool of ours wants one and the relay takes no more. */
  makeRoom(): void;
  /** Destroys every connection whose final dot is not written, and gives back what waits. */
  destroyUnfinished(): void;
  /** Gives back what has not started, lets the rest finish, says QUIT; resolves when all is closed. */
  close(): Promise<void>;
}

export interface RelayOptions {
  log: Logger;
  /** Called when the relay goes to rest or comes back, and when what `free` rests on has changed. */
  onState?: (state: RelayState) => void;
  timeouts?: Partial<Timeouts>;
}

/** Makes a relay; its connections open when there is something to send. */
export function openRelay(settings: RelaySettings, options: RelayOptions): Relay {
  return new SmtpRelay(settings, options);
}

/** So many connections lost over commands sent together are no accident. */
const UNPIPELINED = 2;
const FEWER = { code: 'advice.fewer' };
/** Long enough for another pool to come by. */
const ROOM_MADE_MS = 10_000;

class SmtpRelay implements Relay, SessionHost {
  readonly settings: RelaySettings;
  readonly #log: Logger;
  readonly #onState: ((state: RelayState) => void) | undefined;
  readonly #timeouts: Timeouts;
  readonly #waiting = new Waiting((job, outcome) => this.answer(job, outcome));
  readonly #sessions = new Set<Session>();
  readonly #openings: Openings;
  readonly #backoff: Backoff;
  readonly #throttle = new Throttle();
  readonly #congestion = new Congestion();
  readonly proven: Proven = new Set();
  /** As its newest connection said. */
  #pipelining = false;
  /** Connections that were lost over commands sent together, while no such thing was ever answered. */
  #unpipelined = 0;
  #slowed: string | undefined;
  #resting = false;
  #failure: Failure | undefined;
  #busy = 0;
  #roomUntil = 0;
  /** Messages for each connection: two, so that the next is ready when one is answered; one when answers are slow. */
  #depth = 2;
  #ticking: NodeJS.Timeout | undefined;
  #closing: PromiseWithResolvers<void> | undefined;

  constructor(settings: RelaySettings, { log, onState, timeouts }: RelayOptions) {
    this.settings = settings;
    this.#log = log.child({ relay: settings.name });
    this.#onState = onState;
    this.#timeouts = { ...TIMEOUTS, ...timeouts };
    this.#backoff = new Backoff(this.#timeouts);
    this.#openings = new Openings(settings, this.#timeouts);
  }

  get busy(): number {
    return this.#busy;
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  get free(): number {
    if (this.#closing || this.#backoff.left > 0) return 0;
    let connections = this.#openings.prompt + this.#openable();
    for (const session of this.#sessions) if (session.open) connections += 1;
    const free = this.#depth * connections - this.#busy;
    return Math.max(0, Math.min(free, this.#throttle.allowance(performance.now())));
  }

  send(outgoing: Outgoing): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const since = performance.now();
    const job: Job = {
      outgoing,
      at: 'connect',
      answered: false,
      refused: false,
      since,
      dotAt: 0,
      resolve,
    };
    this.#busy += 1;
    this.#throttle.started();
    if (this.#closing) this.answer(job, { kind: 'withdrawn' });
    else if (this.#backoff.left > 0) this.answer(job, this.#whileResting());
    else {
      this.#waiting.add(job);
      this.#dispatch();
    }
    return promise;
  }

  state(): RelayState {
    const left = this.#backoff.left;
    const failure = this.#failure;
    return {
      up: left === 0,
      ...(left > 0 && { restingUntil: new Date(Date.now() + left) }),
      ...(failure && { lastError: lastError(failure) }),
      ...(this.#throttle.active &&
        this.#slowed !== undefined && { slowed: { reply: this.#slowed, fix: FEWER } }),
      connections: this.#sessions.size,
    };
  }

  makeRoom(): void {
    if (performance.now() < this.#roomUntil || this.#sessions.size === 0) return;
    this.#roomUntil = performance.now() + ROOM_MADE_MS;
    const sessions = [...this.#sessions].filter((session) => session.open);
    (sessions.find((session) => session.idle) ?? sessions[0])?.retire();
  }

  destroyUnfinished(): void {
    this.#waiting.giveBack({ kind: 'withdrawn' });
    for (const session of this.#sessions) session.destroyUnfinished();
  }

  close(): Promise<void> {
    if (this.#closing) return this.#closing.promise;
    this.#closing = Promise.withResolvers<void>();
    this.#waiting.giveBack({ kind: 'withdrawn' });
    this.#openings.abandon();
    for (const session of this.#sessions) session.quit();
    this.#settleClose();
    return this.#closing.promise;
  }

  next(capabilities: Capabilities, following: boolean): Job | undefined {
    if (this.#closing || this.#backoff.left > 0) return undefined;
    // What a connection that is just opening will take need not wait behind another's answer.
    const reserved = following ? this.#openings.prompt : this.#kept;
    return this.#waiting.next(capabilities, reserved);
  }

  answer(job: Job, outcome: Outcome, fresh = true): void {
    this.#busy -= 1;
    const told = this.#named(outcome);
    job.resolve(told);
    if (outcome.kind === 'sent') {
      this.#failure = undefined;
      this.#backoff.succeed();
      const now = performance.now();
      this.#congestion.note(now - job.dotAt);
      this.#throttle.took(now);
      if (now - job.since < this.#timeouts.start) this.#depth = 2;
    } else if (told.kind === 'refused') this.#heed(told, job, fresh);
    else if (outcome.kind === 'withdrawn') this.#throttle.withdrawn();
  }

  /** An outcome with who it is of: this relay, or a receiver that speaks through it. */
  #named(outcome: Outcome): Answer {
    const { name, host } = this.settings;
    const receivers = outcome.kind === 'refused' && isReceivers(outcome.reply, host);
    return { ...outcome, relay: name, ...(receivers && { receivers }) };
  }

  ended(session: Session, ending: Ending): void {
    const { cause, at = 'greeting', reply, error = '' } = ending;
    this.#sessions.delete(session);
    this.#notePipelining(ending);
    if (cause !== 'quiet') {
      const failure: Failure = reply
        ? { kind: 'refused', at, code: reply.code, reply: reply.text }
        : { kind: 'lost', at, error };
      // A connection that has served and then goes is replaced at once; one that never did means trouble.
      if (session.delivered === 0) {
        this.#goToRest(failure, { kind: 'withdrawn' });
      } else this.#log.info({ at, error }, 'connection to the relay lost, opening another');
    }
    if (!this.#settleClose()) this.#dispatch();
  }

  /** Does what a refusal asks of the sender, beside what becomes of its message. */
  #heed(refusal: Refusal, job: Job, fresh: boolean): void {
    // Of a relay that was not even reached all messages are told so at once.
    if (refusal.at === 'connect' || refusal.at === 'greeting' || refusal.at === 'auth') return;
    const { relay } = outcomeOf(refusal);
    if (relay === 'slower') {
      this.#throttle.slower(performance.now(), job.since);
      this.#slowed = refusal.reply;
      this.#log.info(logged(refusal), 'the relay asks for fewer messages');
    } else if (relay === 'rests' || (relay === 'reconnect' && fresh))
      this.#goToRest(refusal, { kind: 'withdrawn' });
  }

  /** PIPELINING that is offered and does not work: what was sent together is lost, each time. */
  #notePipelining({ late, unproven }: Ending): void {
    if (!unproven || this.#unpipelined >= UNPIPELINED) return;
    // A connection may be lost for many reasons; a relay that goes on and does not answer has not read it.
    this.#unpipelined += late ? UNPIPELINED : 1;
    if (this.#unpipelined < UNPIPELINED) return;
    this.#log.warn(
      'the relay offers PIPELINING and does not answer what is sent so; used without it',
    );
    for (const session of this.#sessions) session.retire();
  }

  /** Gives waiting messages, but those kept for a dot, to connections without work, to new ones, then behind awaited answers. */
  #dispatch(): void {
    this.#startTicking();
    const kept = this.#kept;
    if (this.#waiting.size <= kept) return;
    for (const session of this.#sessions) {
      if (this.#waiting.size === 0) return;
      if (session.idle) session.proceed();
    }
    const wanted = Math.min(this.#waiting.size - this.#openings.prompt, this.#openable());
    for (let opening = 0; opening < wanted; opening += 1) {
      void this.#openings.open(
        (opened) => this.#onOpened(opened),
        (error, since) => this.#onRefused(error, since),
      );
    }
    if (kept > 0) return;
    for (const session of this.#sessions) {
      if (this.#waiting.size === 0) return;
      session.proceed();
    }
  }

  /** How many of those that wait are kept to travel with another's dot. */
  get #kept(): number {
    const { size, since } = this.#waiting;
    if (since === undefined || !this.#pipelining) return 0;
    const { connections } = this.settings;
    return this.#congestion.keeps({ connections, atRelay: this.#busy - size, waitsSince: since });
  }

  /** Connections that may be opened now and would come soon. */
  #openable(): number {
    if (this.#closing || this.#backoff.left > 0 || !this.#openings.allowed) return 0;
    // After a failure one connection finds out whether it is over: ten wrong log-ins would lock the account.
    const { size, stuck } = this.#openings;
    if (this.#failure && this.#sessions.size === 0) return size === 0 || stuck ? 1 : 0;
    // One more than there should be, beside those that are late.
    if (stuck) return 1;
    const given = performance.now() < this.#roomUntil ? 1 : 0;
    return this.settings.connections - given - this.#sessions.size - this.#openings.size;
  }

  #onOpened(opened: Opened): void {
    const works = this.settings.pipelining !== false && this.#unpipelined < UNPIPELINED;
    const pipelining = works && opened.capabilities.pipelining;
    const capabilities = { ...opened.capabilities, pipelining };
    const session = new Session({ ...opened, capabilities }, this.#timeouts, this);
    this.#pipelining = pipelining;
    this.#sessions.add(session);
    if (this.#closing) return session.quit();
    session.proceed();
    this.#onState?.(this.state());
  }

  #onRefused(error: HandshakeError, since: number): void {
    if (this.#settleClose() || this.#closing) return;
    const { at, code, enhanced, message } = error;
    const fix = advice(error, this.settings);
    const failure: Failure = code
      ? { kind: 'refused', at, code, ...(enhanced && { enhanced }), reply: message, fix }
      : { kind: 'lost', at, error: message, fix };
    if (this.#sessions.size === 0 && this.#openings.size === 0)
      this.#goToRest(failure, failure, since);
    else {
      this.#failure = failure;
      // Of ten that fail together the last one is told, by the rest it begins.
      const level = this.#sessions.size > 0 ? 'warn' : 'debug';
      this.#log[level](logged(failure), 'the relay takes no further connection');
    }
  }

  #goToRest(failure: Failure, waiting: Outcome, since = performance.now()): void {
    this.#failure = failure;
    this.#backoff.begin(since);
    this.#resting = true;
    this.#log.warn({ ...logged(failure), restMs: this.#backoff.left }, 'the relay rests');
    this.#waiting.giveBack(waiting);
    this.#startTicking();
    this.#onState?.(this.state());
  }

  /** Why nothing is sent, where that is true of every message; what befell another one is not this one's fate. */
  #whileResting(): Outcome {
    const at = this.#failure?.at;
    const general = at === 'connect' || at === 'greeting' || at === 'auth';
    return this.#failure && general ? this.#failure : { kind: 'withdrawn' };
  }

  #startTicking(): void {
    if (this.#ticking) return;
    const shortest = Math.min(...Object.values(this.#timeouts));
    this.#ticking = setInterval(() => this.#tick(), Math.max(5, Math.min(200, shortest / 4)));
    this.#ticking.unref();
  }

  #tick(): void {
    const now = performance.now();
    for (const session of this.#sessions) session.tick(now);
    const late = this.#waiting.giveBack({ kind: 'withdrawn' }, now - this.#timeouts.start);
    if (late > 0 && this.#sessions.size > 0) this.#depth = 1;
    if (this.#waiting.size > 0) this.#dispatch();
    if (this.#resting && this.#backoff.left === 0) {
      this.#resting = false;
      this.#onState?.(this.state());
    }
    const quiet = this.#busy === 0 && this.#sessions.size === 0 && this.#openings.size === 0;
    if (quiet && !this.#resting) {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }

  /** Whether all is closed. */
  #settleClose(): boolean {
    if (!this.#closing || this.#sessions.size > 0 || this.#openings.size > 0) return false;
    clearInterval(this.#ticking);
    this.#closing.resolve();
    return true;
  }
}
