import type { Outcome } from '../relays/outcome.ts';
import type { Answer } from '../relays/smtp/outgoing.ts';

/** What became of a claimed letter. */
export type LetterOutcome =
  | { state: 'sent'; relay: string; answer: string }
  /**
   * Tried again after a while; `counted` where the receiver, not the way there, was the reason. `soon`: as soon as the
   * relay that rests is tried again. `reason`: `content` where what is sent was refused.
   */
  | {
      state: 'queued';
      relay: string | null;
      answer: string;
      counted: boolean;
      soon?: boolean;
      reason?: string;
    }
  | { state: 'failed'; reason: string; relay: string | null; answer: string }
  | { state: 'uncertain'; relay: string; answer: string };

/**
 * Turns an answer and what it means into what becomes of the letter; `withdrawn` when it never started. A letter that
 * bounces suppresses nobody: of one answer nobody can say whether it is the relay's mistake. `othersLeft`: there are
 * relays that do not refuse whatever they are given.
 */
export function letterOutcome(
  answer: Answer,
  outcome: Outcome,
  { reasonBefore, othersLeft }: { reasonBefore: string | null; othersLeft: boolean },
): LetterOutcome | 'withdrawn' {
  if (answer.kind === 'withdrawn') return 'withdrawn';
  const told = { relay: answer.relay, answer: wordsOf(answer) };
  switch (outcome.message) {
    case 'sent':
    case 'uncertain':
      return { state: outcome.message, ...told };
    case 'again': {
      const soon = outcome.relay !== 'refuses' || othersLeft;
      return { state: 'queued', counted: false, soon, ...told };
    }
    case 'later':
      return { state: 'queued', counted: true, ...told };
    case 'waits':
      return reasonBefore === 'content'
        ? { state: 'failed', reason: 'content', ...told }
        : { state: 'queued', counted: true, reason: 'content', ...told };
    case 'failed':
      return { state: 'failed', reason: outcome.reason ?? 'refused', ...told };
  }
}

function wordsOf(answer: Exclude<Answer, { kind: 'withdrawn' }>): string {
  switch (answer.kind) {
    case 'lost':
      return answer.error;
    case 'impossible':
      return answer.detail;
    default:
      return answer.reply;
  }
}
