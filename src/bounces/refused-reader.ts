import type { Refused } from '../deliveries/settlement.ts';
import type { Outcome } from '../relays/outcome.ts';
import type { Answer } from '../relays/smtp/outgoing.ts';
import { onList } from './on-list.ts';
import { verdictOn } from './verdict.ts';

/**
 * What a relay's 5xx says of one reader, in the words that reports are read by; undefined where it says nothing of them.
 * Whether it is hard is the outcome's to say: at send time the relay's refusals of others are known, too.
 */
export function refusedReader(answer: Answer, outcome: Outcome): Refused | undefined {
  if (answer.kind !== 'refused' || outcome.message !== 'failed') return undefined;
  const { code, enhanced, reply, at } = answer;
  const status = enhanced ?? null;
  if (outcome.recipient === 'suppressed')
    return { kind: 'suppressed', hard: true, reason: onList(reply), status };
  if (at !== 'rcpt') return undefined;
  const { reason } = verdictOn({ status: enhanced, code, phase: 'rcpt', words: reply });
  return { kind: 'bounce', hard: outcome.recipient === 'gone', reason, status };
}
