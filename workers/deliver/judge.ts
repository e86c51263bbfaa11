import { refusedReader } from '../../src/bounces/refused-reader.ts';
import type { Claimed } from '../../src/deliveries/claim.ts';
import type { HeldRange } from '../../src/deliveries/ranges.ts';
import { type Settlement, settlementOf } from '../../src/deliveries/settlement.ts';
import { adviceOnAnswer, said } from '../../src/relays/advice.ts';
import { type Outcome, outcomeOf } from '../../src/relays/outcome.ts';
import type { Answer, Impossibility, Refusal } from '../../src/relays/smtp/outgoing.ts';
import type { AnswerCounts } from '../answer-counts.ts';
import type { EditionWatch } from './edition-watch.ts';
import type { ReceiverPaces } from './receiver-paces.ts';
import type { RelaySet } from './relay-set.ts';

export interface JudgeParts {
  relays: RelaySet;
  receivers: ReceiverPaces;
  watch: EditionWatch;
  counts: Pick<AnswerCounts, 'count'>;
  uncertain: 'resend' | 'hold';
}

/** What a relay says of us at one reader alone, while it takes what others get: after two such rounds it is that reader's. */
const ONCE_MORE: Outcome = { message: 'later' };
const ALONE: Outcome = { message: 'failed', reason: 'refused' };
const AFTER_OTHERS_MS = 15_000;

/** Turns an answer into the row's next state, and tells those whom it concerns: relay, receiver group, edition. */
export function openJudge({ relays, receivers, watch, counts, uncertain }: JudgeParts) {
  return (held: HeldRange, row: Claimed, answer: Answer, startedAt: number): Settlement => {
    const { edition, receiverGroup } = held;
    counts.count(answer, receiverGroup);
    const meant = outcomeOf(answer);
    const refusal = answer.kind === 'refused' || answer.kind === 'impossible' ? answer : undefined;
    const atReader = answer.kind === 'refused' && answer.at === 'rcpt' && meant.relay === 'refuses';
    const contradicted = atReader
      ? watch.contradicted(edition, row.subscriber, answer.relay)
      : undefined;
    const outcome = contradicted ? (contradicted === 1 ? ONCE_MORE : ALONE) : meant;
    // A relay that refuses whatever it is given; when all do, the edition waits for the operator.
    if (refusal && outcome.relay === 'refuses') {
      const words = wordsOf(refusal);
      relays.avoid(refusal.relay, words);
      if (relays.allRefuse()) watch.pause(edition, words);
    }
    if (outcome.message === 'sent') {
      receivers.took(answer.relay, receiverGroup);
      watch.sent(edition, answer.relay, startedAt);
    } else if (outcome.recipient === 'slower')
      receivers.refused(answer.relay, receiverGroup, startedAt);
    if (watch.trips(edition, row.subscriber, outcome, row.reasonBefore) && refusal)
      watch.pause(edition, wordsOf(refusal));
    const refused = refusedReader(answer, outcome);
    const settled = settlementOf(answer, outcome, {
      attempts: row.attempts,
      reasonBefore: row.reasonBefore,
      pausing: watch.pausing(edition),
      uncertain,
      random: Math.random,
    });
    const settlement = refused ? { ...settled, bounce: refused } : settled;
    // Whoever was refused so before comes after the others, who show whether it is said of them as well.
    return contradicted === 0 ? { ...settlement, delayMs: AFTER_OTHERS_MS } : settlement;
  };
}

const wordsOf = (answer: Refusal | Impossibility) =>
  said(
    answer.relay,
    answer.kind === 'impossible' ? answer.detail : answer.reply,
    adviceOnAnswer(answer),
  );
