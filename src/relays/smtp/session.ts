import { outcomeOf } from '../outcome.ts';
import { mailCommand, rcptCommand } from './envelope.ts';
import { AwaitedReplies, type Proven } from './expected-replies.ts';
import type { Capabilities, Opened } from './handshake.ts';
import type { Ending, Job, Outcome } from './message.ts';
import type { Phase } from './outgoing.ts';
import { type Reply, replyReader } from './reply.ts';
import type { Timeouts } from './timeouts.ts';

/** What a session needs from its relay. */
export interface SessionHost {
  /** It takes no more messages: sessions say QUIT when they are done. */
  readonly closing: boolean;
  /**
   * The next message for this session, already asked whether it may start; undefined when there is
   * none. `following`: it would wait behind another's answer.
   */
  next(capabilities: Capabilities, following: boolean): Job | undefined;
  /** `fresh`: of a connection that has brought no message to a 2xx. */
  answer(job: Job, outcome: Outcome, fresh: boolean): void;
  /** What is known of the relay's PIPELINING, from all its connections. */
  readonly proven: Proven;
  /** Once, when the socket is gone. */
  ended(session: Session, ending: Ending): void;
}

// Below exim's limit of 1,000 a connection, after which it answers 421.
const MOST_MESSAGES = 500;
// Postfix says 421 after twenty errors without a message taken, and a refused envelope is two of them.
const MOST_REFUSALS = 8;
const DATA = 'DATA\r\n';
const RSET = 'RSET\r\n';
const DOT = '.\r\n';

/**
 * One conversation after the log-in. Replies are matched in order. At most one message is past its
 * dot and unanswered, at most one more has its envelope out (RFC 2920: with the dot before it).
 */
export class Session {
  readonly #socket: Opened['socket'];
  readonly #capabilities: Capabilities;
  readonly #host: SessionHost;
  readonly #awaited: AwaitedReplies;
  readonly #keepIdle: number;
  #body: Job | undefined;
  #envelope: Job | undefined;
  #enveloped = 0;
  #delivered = 0;
  #refusals = 0;
  #idleSince = performance.now();
  #reset = false;
  #quitting = false;
  #retiring = false;
  #over = false;

  constructor(opened: Opened, timeouts: Timeouts, host: SessionHost) {
    this.#socket = opened.socket;
    this.#capabilities = opened.capabilities;
    this.#awaited = new AwaitedReplies(timeouts, host.proven);
    this.#keepIdle = timeouts.idle;
    this.#host = host;
    const read = replyReader((reply) => this.#onReply(reply));
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        if (!this.#over) read(chunk);
      } catch (error) {
        this.#end({ cause: 'lost', error: message(error) });
      }
    });
    this.#socket.on('error', (error) => this.#end({ cause: 'lost', error: message(error) }));
    this.#socket.on('end', () =>
      this.#end({ cause: 'lost', error: 'the relay closed the connection' }),
    );
    this.#socket.on('close', () =>
      this.#end({ cause: 'lost', error: 'the connection was closed' }),
    );
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#awaited.none && !this.#quitting && !this.#over;
  }

  /** It will take more messages. */
  get open(): boolean {
    if (this.#quitting || this.#retiring || this.#over) return false;
    return this.#enveloped < MOST_MESSAGES && this.#refusals < MOST_REFUSALS;
  }

  /** Messages it brought to a 2xx. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Starts the next message if there is one and it may be said now. */
  proceed(): void {
    if (this.#over || this.#quitting || this.#envelope) return;
    if (!this.idle && !this.#capabilities.pipelining) return;
    if (!this.open) return this.quit();
    const opening = this.#opening();
    if (opening) this.#socket.write(opening);
    else if (this.idle) this.#idleSince = performance.now();
    if (this.#host.closing) this.quit();
  }

  /** Starts nothing more, and says QUIT when its answers are in. */
  retire(): void {
    this.#retiring = true;
    this.quit();
  }

  /** Says QUIT as soon as nothing is under way; the socket is gone two seconds later at the latest. */
  quit(): void {
    if (this.#over || this.#quitting || !this.idle) return;
    this.#quitting = true;
    this.#awaited.add({ step: 'quit' });
    this.#socket.write('QUIT\r\n');
  }

  /** Gives up what has no final dot on the wire; a message past its dot keeps its answer. */
  destroyUnfinished(): void {
    if (this.#envelope) this.#answer(this.#envelope, { kind: 'withdrawn' });
    if (!this.#body && !this.#over) this.#end({ cause: 'quiet' });
  }

  /** To be called a few times a second: ends what has waited too long. */
  tick(now: number): void {
    if (this.#over) return;
    if (this.#awaited.late(now)) {
      const cause = this.#quitting ? 'quiet' : 'lost';
      this.#end({ cause, error: 'the relay did not answer in time', late: true });
    } else if (this.idle && now - this.#idleSince > this.#keepIdle) this.quit();
  }

  /** The next envelope as text, with RSET before it where the last one left a transaction open. */
  #opening(): string {
    const job = this.#host.next(this.#capabilities, !this.#awaited.none);
    if (!job) return '';
    this.#envelope = job;
    this.#enveloped += 1;
    const together = !this.#awaited.none;
    job.at = 'mail';
    let text = '';
    if (this.#reset) {
      this.#reset = false;
      text = RSET;
      this.#awaited.add({ step: 'rset' });
    }
    text += mailCommand(job.outgoing, this.#capabilities);
    this.#awaited.add({ step: 'mail', job, together });
    if (this.#capabilities.pipelining) {
      text += rcptCommand(job.outgoing) + DATA;
      this.#awaited.add({ step: 'rcpt', job, together: true });
      this.#awaited.add({ step: 'data', job, together: true });
    }
    return text;
  }

  #onReply(reply: Reply): void {
    if (this.#over) return;
    const awaited = this.#awaited.take();
    if (!awaited) {
      const cause = reply.code === 421 ? 'quiet' : 'lost';
      this.#end({ cause, error: `the relay spoke unasked: ${reply.text}`, reply });
      return;
    }
    const { step, job } = awaited;
    if (step === 'quit') return this.#end({ cause: 'quiet' });
    if (reply.code === 421) {
      const at = step === 'lone' || step === 'rset' ? 'mail' : step;
      if (job) this.#refuse(job, reply, at);
      return this.#end({ cause: 'closing', at, reply });
    }
    if (step === 'rset' || step === 'lone') return this.proceed();
    if (job) this.#onAnswerTo(step, job, reply);
  }

  #onAnswerTo(step: 'mail' | 'rcpt' | 'data' | 'dot', job: Job, reply: Reply): void {
    const { code } = reply;
    if (code >= 400) this.#refuse(job, reply, step);
    else if (step === 'data' ? code !== 354 : code >= 300) {
      return this.#end({ cause: 'lost', error: `unexpected answer to ${step}: ${reply.text}` });
    }
    const { pipelining } = this.#capabilities;
    switch (step) {
      case 'mail':
        if (code < 400) job.at = 'rcpt';
        if (pipelining) return;
        return code < 400
          ? this.#say('rcpt', job, rcptCommand(job.outgoing))
          : this.#dropEnvelope();
      case 'rcpt':
        if (code < 400 && !job.refused) job.at = 'data';
        if (pipelining) return;
        return code < 400 ? this.#say('data', job, DATA) : this.#dropEnvelope();
      case 'data':
        return code === 354 ? this.#sayBody(job) : this.#dropEnvelope();
      case 'dot':
        if (code < 300) {
          this.#delivered += 1;
          this.#refusals = 0;
          this.#answer(job, { kind: 'sent', reply: reply.text });
        }
        this.#body = undefined;
        return this.proceed();
    }
  }

  #say(step: 'rcpt' | 'data', job: Job, command: string): void {
    this.#awaited.add({ step, job });
    this.#socket.write(command);
  }

  /** The envelope came to nothing, and the relay may still hold its half. */
  #dropEnvelope(): void {
    this.#envelope = undefined;
    if (this.#capabilities.pipelining) {
      this.#reset = true;
      this.proceed();
    } else {
      this.#awaited.add({ step: 'rset' });
      this.#socket.write(RSET);
    }
  }

  /** Answers a 354: with the message and its dot, or with the dot alone when nobody is left to get it. */
  #sayBody(job: Job): void {
    const lone = job.refused && job.at === 'rcpt';
    if (!lone && (job.answered || this.#host.closing || !job.outgoing.mayStart())) {
      // Only the missing dot keeps the relay from taking the message: the connection has to go.
      this.#answer(job, { kind: 'withdrawn' });
      return this.#end({ cause: 'quiet' });
    }
    if (!this.#socket.writable) {
      return this.#end({ cause: 'lost', error: 'the connection was closed' });
    }
    this.#envelope = undefined;
    this.#socket.cork();
    if (!lone) {
      const { body } = job.outgoing;
      for (const part of body) this.#socket.write(part);
      // Without it the dot would not end the message, and the next envelope would become part of it.
      if (!endsLine(body)) this.#socket.write('\r\n');
      job.at = 'dot';
      job.dotAt = performance.now();
      this.#body = job;
    }
    this.#awaited.add({ step: lone ? 'lone' : 'dot', ...(!lone && { job }) });
    const follows = this.#capabilities.pipelining && this.open ? this.#opening() : '';
    this.#socket.write(DOT + follows);
    this.#socket.uncork();
  }

  #refuse(job: Job, { code, enhanced, text }: Reply, step: Phase): void {
    if (!job.refused) this.#refusals += 1;
    job.refused = true;
    const refusal = {
      kind: 'refused',
      at: step,
      code,
      ...(enhanced && { enhanced }),
      reply: text,
    } as const;
    // It has carried enough: what is left of the group is still read, then it says QUIT.
    if (outcomeOf({ ...refusal, relay: '' }).relay === 'reconnect') this.#retiring = true;
    this.#answer(job, refusal);
  }

  #answer(job: Job, outcome: Outcome): void {
    if (job.answered) return;
    job.answered = true;
    this.#host.answer(job, outcome, this.#delivered === 0);
  }

  #end(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    const unproven = ending.cause === 'lost' && this.#awaited.unproven;
    this.#socket.destroy();
    const error = ending.reply?.text ?? ending.error ?? 'the connection was given up';
    const unfinished = [this.#body, this.#envelope].filter((job) => job && !job.answered);
    for (const job of unfinished) if (job) this.#answer(job, { kind: 'lost', at: job.at, error });
    const at = ending.at ?? unfinished[0]?.at;
    const quiet = ending.cause === 'lost' && this.#awaited.none && !at;
    this.#host.ended(this, {
      ...ending,
      cause: quiet ? 'quiet' : ending.cause,
      ...(at && { at }),
      ...(unproven && { unproven }),
    });
  }
}

function endsLine(body: readonly Buffer[]): boolean {
  const last = body.at(-1);
  return last === undefined || (last.at(-2) === 13 && last.at(-1) === 10);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
