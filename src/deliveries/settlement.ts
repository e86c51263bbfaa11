import { backOffMs } from '../backoff.ts';
import type { Outcome } from '../relays/outcome.ts';
import type { Answer } from '../relays/smtp/outgoing.ts';

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
  /** It was handed over, and the relay's answer is not known. */
  uncertain?: boolean;
  event?: { phase: string; code?: number; enhanced?: string; reply: string };
  /** What is written down as come back, and followed: see src/bounces. */
  bounce?: Refused;
}

/** A relay's word about one reader. A hard bounce, and what is `suppressed` already, suppresses at once. */
export interface Refused {
  kind: 'bounce' | 'suppressed';
  hard: boolean;
  reason: string;
  status: string | null;
}

/** What is known of the row beside the answer. */
export interface Attempt {
  /** Attempts that counted, before this one. */
  attempts: number;
  /** The row's reason when it was claimed: `content` or `refused` for one that was refused so before. */
  reasonBefore: string | null;
  /** The edition pauses because of answers like this: its row waits for the operator. */
  pausing: boolean;
  uncertain: 'resend' | 'hold';
  /** 0 ≤ n < 1, for the jitter. */
  random: () => number;
}

const BACK_OFF = { firstMs: 30_000, longestMs: 3_600_000 };
const SOON_MS = 1_000;

/**
 * Turns an answer and what it means into the row's next state. A message that waits for its content is tried once more
 * later; `content` then means that it stayed alone with that.
 */
export function settlementOf(answer: Answer, outcome: Outcome, attempt: Attempt): Settlement {
  const told = toldBy(answer);
  switch (outcome.message) {
    case 'sent':
      return { state: 'sent', counted: true, ...told };
    case 'again':
      return { state: 'queued', delayMs: againMs(answer, outcome), ...told };
    case 'later':
      return { state: 'queued', ...later(attempt), ...told };
    case 'waits':
      return attempt.reasonBefore === 'content' && !attempt.pausing
        ? { state: 'failed', reason: 'content', counted: true, ...told }
        : { state: 'queued', reason: 'content', ...later(attempt), ...told };
    case 'failed':
      return {
        state: 'failed',
        ...(outcome.reason && { reason: outcome.reason }),
        ...(answer.kind === 'refused' && { counted: true }),
        ...told,
      };
    case 'uncertain':
      // Under `resend` the same Message-ID goes out again, a moment later: the relay may be restarting.
      return attempt.uncertain === 'hold'
        ? { state: 'uncertain', counted: true, uncertain: true, ...told }
        : { state: 'queued', delayMs: SOON_MS, counted: true, uncertain: true, ...told };
  }
}

function later({ attempts, random }: Attempt): Pick<Settlement, 'delayMs' | 'counted'> {
  return { delayMs: backOffMs(attempts + 1, { ...BACK_OFF, random }), counted: true };
}

/** A relay that rests or refuses is asked no sooner for it; one that wants fewer has its pace. */
function againMs(answer: Answer, { relay }: Outcome): number {
  const lostWithin = answer.kind === 'lost' && (answer.at === 'rcpt' || answer.at === 'data');
  return lostWithin || relay === 'slower' ? SOON_MS : 0;
}

/** What is written down of an answer: any but a 250 in the relay's own words. */
function toldBy(answer: Answer): Pick<Settlement, 'relay' | 'answer' | 'event'> {
  const { relay } = answer;
  switch (answer.kind) {
    case 'sent':
      return { relay, answer: answer.reply };
    case 'withdrawn':
      return {};
    case 'impossible': {
      const phase = answer.reason === 'size' ? 'mail' : 'rcpt';
      return { relay, answer: answer.detail, event: { phase, reply: answer.detail } };
    }
    case 'lost':
      return { relay, answer: answer.error, event: { phase: answer.at, reply: answer.error } };
    case 'refused': {
      const { at: phase, code, enhanced, reply } = answer;
      const event = { phase, code, reply, ...(enhanced !== undefined && { enhanced }) };
      return { relay, answer: reply, event };
    }
  }
}
