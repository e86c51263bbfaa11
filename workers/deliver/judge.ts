import type { Claimed } from '../../src/deliveries/claim.ts';
import type { HeldRange } from '../../src/deliveries/ranges.ts';
import { type Settlement, settlementOf } from '../../src/deliveries/settlement.ts';
import { adviceOnAnswer, said } from '../../src/relays/advice.ts';
import { outcomeOf } from '../../src/relays/outcome.ts';
import type { Answer, Impossibility, Refusal } from '../../src/relays/smtp/outgoing.ts';
import type { EditionWatch } from './edition-watch.ts';
import type { ReceiverRates } from './receiver-rates.ts';
import type { RelaySet } from './relay-set.ts';

export interface JudgeParts {
  relays: RelaySet;
  receivers: ReceiverRates;
  watch: EditionWatch;
  uncertain: 'resend' | 'hold';
}

/** Turns an answer into the row's next state, and tells those whom it concerns: relay, receiver group, edition. */
export function openJudge({ relays, receivers, watch, uncertain }: JudgeParts) {
  return (held: HeldRange, row: Claimed, answer: Answer, startedAt: number): Settlement => {
    const { edition, receiverGroup } = held;
    const outcome = outcomeOf(answer);
    const refusal = answer.kind === 'refused' || answer.kind === 'impossible' ? answer : undefined;
    // A relay that refuses whatever it is given; when all do, the edition waits for the operator.
    if (refusal && outcome.relay === 'refuses') {
      const words = wordsOf(refusal);
      relays.avoid(refusal.relay, words);
      if (relays.allRefuse()) watch.pause(edition, words);
    }
    if (outcome.message === 'sent') {
      receivers.took(receiverGroup);
      watch.sent(edition);
    } else if (outcome.recipient === 'slower') receivers.refused(receiverGroup, startedAt);
    if (watch.trips(edition, row.subscriber, outcome, row.reasonBefore) && refusal)
      watch.pause(edition, wordsOf(refusal));
    return settlementOf(answer, outcome, {
      attempts: row.attempts,
      reasonBefore: row.reasonBefore,
      pausing: watch.pausing(edition),
      uncertain,
      random: Math.random,
    });
  };
}

const wordsOf = (answer: Refusal | Impossibility) =>
  said(
    answer.relay,
    answer.kind === 'impossible' ? answer.detail : answer.reply,
    adviceOnAnswer(answer),
  );
