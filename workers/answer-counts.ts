import type { Db } from '../src/database/connection.ts';
import { addCauses, type CountedCause } from '../src/deliveries/answer-causes.ts';
import { addAnswers, type CountedAnswers } from '../src/deliveries/answer-counts.ts';
import type { Logger } from '../src/process/log.ts';
import { causeOf, whyNotNow } from '../src/relays/refusal-cause.ts';
import type { Answer, Refusal } from '../src/relays/smtp/outgoing.ts';
import { withoutAddresses } from '../src/relays/smtp/reply.ts';

/** Counts what relays answer, for those who watch. */
export interface AnswerCounts {
  /** An answer about a reader of this group of receivers. */
  count(answer: Answer, receiverGroup: string): void;
  /** Writes down what is counted and not written yet. */
  stop(): Promise<void>;
}

/**
 * Opens the counts of one sender of this process; every few milliseconds they are added to the database's. `note` hears
 * of each answer at once.
 */
export function openAnswerCounts(
  db: Db,
  everyMs: number,
  log: Logger,
  note: (answer: Answer, receiverGroup: string) => void,
): AnswerCounts {
  let counted = new Map<string, CountedAnswers>();
  let causes = new Map<string, CountedCause>();
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const rows = [...counted.values()];
    const why = [...causes.values()];
    counted = new Map();
    causes = new Map();
    if (rows.length === 0) return;
    // figures to look at: what cannot be written is lost, and sending goes on
    await addAnswers(db, rows)
      .then(() => addCauses(db, why))
      .catch((err) => log.debug({ err }, 'what relays answered is not counted'));
  }

  function countCause(answer: Refusal, receiverGroup: string): void {
    const row: CountedCause = {
      receiverGroup,
      answer: answer.code < 500 ? 'deferred' : 'refused',
      cause: causeIn(answer),
      messages: 0,
    };
    const key = `${row.answer} ${row.cause} ${receiverGroup}`;
    const known = causes.get(key) ?? row;
    known.messages += 1;
    causes.set(key, known);
  }
  const next = () => {
    writing = writing.then(write);
    return writing;
  };
  const timer = setInterval(next, everyMs);
  timer.unref();
  return {
    count(answer, receiverGroup) {
      note(answer, receiverGroup);
      const column = columnOf(answer);
      if (!column) return;
      const { relay } = answer;
      const key = `${relay} ${receiverGroup}`;
      const row = counted.get(key) ?? {
        relay,
        receiverGroup,
        sent: 0,
        deferred: 0,
        refused: 0,
        lost: 0,
        words: null,
      };
      row[column] += 1;
      if (answer.kind === 'refused') {
        row.words = withoutAddresses(answer.reply).slice(0, 500);
        countCause(answer, receiverGroup);
      }
      counted.set(key, row);
    },
    async stop() {
      clearInterval(timer);
      await next();
    },
  };
}

const causeIn = (answer: Refusal): string =>
  (answer.code < 500 ? whyNotNow(answer, answer.at === 'dot') : causeOf(answer)) ?? 'other';

function columnOf(answer: Answer): 'sent' | 'deferred' | 'refused' | 'lost' | undefined {
  switch (answer.kind) {
    case 'sent':
      return 'sent';
    case 'lost':
      return 'lost';
    case 'refused':
      return answer.code < 500 ? 'deferred' : 'refused';
    default:
      // it was never asked
      return undefined;
  }
}
