import { causeOf, isAboutUs, whyNotNow } from './refusal-cause.ts';
import type { Cause } from './refusal-rules.ts';
import type { Answer, Phase } from './smtp/outgoing.ts';

/** What an answer means, for whatever was sent: an edition's message or a letter. */
export interface Outcome {
  /**
   * `again`: as if it had never been tried, no attempt is counted. `later`: after a back-off, an attempt is counted.
   * `waits`: it may be what is sent that is refused: later once more, and `failed` if it stays alone with that.
   */
  message: 'sent' | 'again' | 'later' | 'waits' | 'failed' | 'uncertain';
  /** Of a message that failed, or waits. */
  reason?: 'refused' | 'content' | 'unaddressable';
  /**
   * `gone`: a bounce, the address is suppressed. `suppressed`: the provider had it on its own list, and so the address is
   * suppressed here, too. `slower`: its receivers ask for fewer messages.
   */
  recipient?: 'gone' | 'suppressed' | 'slower';
  /**
   * `refuses`: whatever it is given, until somebody mends it. `slower`: it asks for fewer messages. `rests`: it is not
   * to be had for a while. `reconnect`: this connection has carried enough.
   */
  relay?: 'refuses' | 'slower' | 'rests' | 'reconnect';
  /** What a relay that refuses says of us. */
  cause?: Cause;
}

type Why = Cause | 'slower' | 'receiver' | 'reconnect' | undefined;

/** A row of a table: where it fits and why, and what that means. */
interface Row {
  at: readonly Phase[];
  /** Left out: whatever the cause. `us` stands for all causes that are about us. */
  why?: readonly (Why | 'us')[];
  means: Outcome;
}

const BEFORE_RCPT: readonly Phase[] = ['connect', 'greeting', 'auth', 'mail'];
const ABOUT_US: readonly Cause[] = ['sender', 'relaying', 'authentication', 'blocked'];

/** No answer came. After the dot the message may have been taken. */
export const LOST: readonly Row[] = [
  { at: BEFORE_RCPT, means: { message: 'again', relay: 'rests' } },
  { at: ['rcpt', 'data'], means: { message: 'again' } },
  { at: ['dot'], means: { message: 'uncertain' } },
];

/** A 4xx: not now. */
export const NOT_NOW: readonly Row[] = [
  {
    at: ['mail', 'rcpt', 'data'],
    why: ['reconnect'],
    means: { message: 'again', relay: 'reconnect' },
  },
  {
    at: ['mail', 'rcpt', 'data', 'dot'],
    why: ['slower'],
    means: { message: 'again', relay: 'slower' },
  },
  { at: BEFORE_RCPT, means: { message: 'again', relay: 'rests' } },
  {
    at: ['rcpt', 'data', 'dot'],
    why: ['receiver'],
    means: { message: 'later', recipient: 'slower' },
  },
  { at: ['rcpt'], why: ABOUT_US, means: { message: 'again', relay: 'rests' } },
  { at: ['rcpt'], means: { message: 'later', recipient: 'slower' } },
  { at: ['data', 'dot'], means: { message: 'later' } },
];

/** A 5xx: never. What is about us fails nobody; nobody is suppressed but for a word about the mailbox at RCPT. */
export const NEVER: readonly Row[] = [
  { at: BEFORE_RCPT, means: { message: 'again', relay: 'refuses' } },
  { at: ['rcpt', 'data', 'dot'], why: ['us'], means: { message: 'again', relay: 'refuses' } },
  {
    at: ['rcpt'],
    why: ['mailbox'],
    means: { message: 'failed', reason: 'refused', recipient: 'gone' },
  },
  {
    at: ['rcpt', 'data', 'dot'],
    why: ['suppressed'],
    means: { message: 'failed', reason: 'refused', recipient: 'suppressed' },
  },
  { at: ['rcpt'], why: ['policy'], means: { message: 'waits', reason: 'content' } },
  { at: ['rcpt'], means: { message: 'failed', reason: 'refused' } },
  { at: ['data'], means: { message: 'failed', reason: 'content' } },
  { at: ['dot'], means: { message: 'waits', reason: 'content' } },
];

/** What an answer means, by the tables above: the first row that fits. */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'sent':
      return { message: 'sent' };
    case 'withdrawn':
      return { message: 'again' };
    case 'impossible':
      return answer.reason === 'size'
        ? { message: 'again', relay: 'refuses', cause: 'size' }
        : { message: 'failed', reason: 'unaddressable' };
    case 'lost':
      return rowFor(LOST, answer.at, undefined);
    case 'refused': {
      if (answer.code < 500)
        return rowFor(NOT_NOW, answer.at, whyNotNow(answer, answer.at === 'dot'));
      const cause = causeOf(answer);
      const means = rowFor(NEVER, answer.at, cause);
      return means.relay === 'refuses' && cause !== undefined ? { ...means, cause } : means;
    }
  }
}

function rowFor(table: readonly Row[], at: Phase, why: Why): Outcome {
  const row = table.find(
    (each) =>
      each.at.includes(at) &&
      (each.why === undefined ||
        each.why.some((one) => one === why || (one === 'us' && isAboutUs(why as Cause)))),
  );
  if (!row) throw new Error(`no row for an answer at ${at}`);
  return row.means;
}
