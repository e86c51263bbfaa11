import { isPolicy, type Refused, type RelayAnswer } from './answers.ts';

/** The next state of a claimed row, and what is written down beside it. */
export interface Settlement {
  state: 'queued' | 'sent' | 'failed' | 'skipped' | 'uncertain';
  reason?: string;
  /** How long a queued row waits before it may be claimed again, in milliseconds. */
  delayMs?: number;
  /** Whether it counts as an attempt. */
  counted?: boolean;
  relay?: string;
  answer?: string;
  /** It was handed over and nobody can say how the relay answered. */
  uncertain?: boolean;
  event?: { phase: string; code?: number; enhanced?: string; reply: string };
  /** The address is at fault: it is suppressed. */
  bounce?: boolean;
}

/** What is known of the row beside the answer. */
export interface Attempt {
  /** Attempts that counted, before this one. */
  attempts: number;
  /** The row's reason when it was claimed: `content` for one whose message was refused before. */
  reasonBefore: string | null;
  /** The edition pauses because of answers like this: its row waits for the operator. */
  inDoubt: boolean;
  uncertain: 'resend' | 'hold';
  /** 0 ≤ n < 1, for the jitter. */
  random: () => number;
}

const FIRST_BACK_OFF_MS = 30_000;
const LONGEST_BACK_OFF_MS = 3_600_000;

/** Exponential from 30 s to an hour, between half and one and a half of it. */
export function backOffMs(attempts: number, random: () => number): number {
  const whole = Math.min(FIRST_BACK_OFF_MS * 2 ** Math.min(attempts, 10), LONGEST_BACK_OFF_MS);
  return Math.round(whole * (0.5 + random()));
}

/**
 * Turns an answer into the row's next state. A 5xx before RCPT is no judgement of the reader: the row waits while
 * other relays are tried or the edition pauses. A refused content waits once; `content` then means it was alone.
 */
export function settlementOf(answer: RelayAnswer, attempt: Attempt): Settlement {
  switch (answer.kind) {
    case 'sent':
      return { state: 'sent', relay: answer.relay, answer: answer.reply, counted: true };
    case 'withdrawn':
      return { state: 'queued', delayMs: 0 };
    case 'impossible':
      return impossible(answer.reason, answer.relay, answer.detail);
    case 'lost':
      return lost(answer, attempt);
    case 'refused':
      return refused(answer, attempt);
  }
}

function impossible(
  reason: 'size' | 'utf8' | 'address',
  relay: string,
  detail: string,
): Settlement {
  const event = { phase: reason === 'size' ? 'mail' : 'rcpt', reply: detail };
  if (reason === 'size') return { state: 'queued', delayMs: 0, relay, answer: detail, event };
  return { state: 'failed', reason: 'unaddressable', relay, answer: detail, event };
}

function lost(answer: Extract<RelayAnswer, { kind: 'lost' }>, attempt: Attempt): Settlement {
  const { at, relay, error } = answer;
  const event = { phase: at, reply: error };
  const told = { relay, answer: error, event };
  if (at === 'dot') {
    // Under `resend` the same Message-ID goes out again, a moment later: the relay may be restarting.
    return attempt.uncertain === 'hold'
      ? { state: 'uncertain', counted: true, uncertain: true, ...told }
      : { state: 'queued', delayMs: 1_000, counted: true, uncertain: true, ...told };
  }
  if (at === 'rcpt' || at === 'data') return { state: 'queued', delayMs: 1_000, ...told };
  return { state: 'queued', delayMs: 0, ...told };
}

function refused(answer: Refused, attempt: Attempt): Settlement {
  const { relay, reply, at, code, enhanced } = answer;
  const event = { phase: at, code, reply, ...(enhanced !== undefined && { enhanced }) };
  const told = { relay, answer: reply, event };
  const later = { delayMs: backOffMs(attempt.attempts, attempt.random), counted: true };
  const early = at === 'connect' || at === 'greeting' || at === 'auth' || at === 'mail';
  if (early || (code === 421 && at !== 'dot')) return { state: 'queued', delayMs: 0, ...told };
  if (code < 500) return { state: 'queued', ...later, ...told };
  if (isPolicy(answer)) {
    return attempt.reasonBefore === 'content' && !attempt.inDoubt
      ? { state: 'failed', reason: 'content', counted: true, ...told }
      : { state: 'queued', reason: 'content', ...later, ...told };
  }
  if (at === 'data') return { state: 'failed', reason: 'content', counted: true, ...told };
  return { state: 'failed', reason: 'refused', counted: true, bounce: isHard(answer), ...told };
}

/** A full mailbox (x.2.2, 552) is refused but not gone: its reader is not suppressed. */
function isHard({ code, enhanced }: Refused): boolean {
  return enhanced ? !enhanced.endsWith('.2.2') : code !== 552;
}
