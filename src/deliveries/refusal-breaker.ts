import type { Outcome } from '../relays/outcome.ts';

const IN_A_ROW = 10;
const WINDOW = 100;
const LEAST = 10;

/**
 * Whether an edition's refusals say something about the edition and not about its readers: ten readers in a row
 * refused for content or policy (or all there are), or more than half of the last hundred recipients refused.
 */
export class RefusalBreaker {
  /** Readers refused for content or policy since the last message that was taken. */
  readonly #inARow = new Set<string>();
  /** Of each of the last hundred recipients 1 if it was refused; the next one takes the oldest one's place. */
  readonly #recipients = new Uint8Array(WINDOW);
  #noted = 0;
  #refused = 0;
  #anySent: boolean;
  #audience: number;

  /** `anySent`: some reader of the edition has it already. `audience`: how many it was planned for so far. */
  constructor({ anySent, audience }: { anySent: boolean; audience: number }) {
    this.#anySent = anySent;
    this.#audience = audience;
  }

  /** What the ledger knows by now, other workers' answers included. */
  learn({ anySent, audience }: { anySent: boolean; audience: number }): void {
    this.#anySent ||= anySent;
    this.#audience = audience;
  }

  /** The operator looked at it: counts from the beginning. */
  forget(): void {
    this.#inARow.clear();
    this.#recipients.fill(0);
    this.#refused = 0;
  }

  /**
   * Notes what an answer means and says whether the edition must pause. `before`: the reason for which this reader was
   * refused before; who is refused once more after an operator looked at it is no news.
   */
  note(subscriber: string, outcome: Outcome, before: string | null): boolean {
    if (outcome.message === 'sent') {
      this.#anySent = true;
      this.#inARow.clear();
      this.#noteRecipient(false);
      return false;
    }
    if (outcome.reason === 'content') {
      this.#inARow.add(subscriber);
      if (this.#inARow.size >= Math.min(IN_A_ROW, this.#audience)) return true;
      return before === 'content' && !this.#anySent;
    }
    if (outcome.reason !== 'refused' || before === 'refused') return false;
    this.#noteRecipient(true);
    return this.#refused >= LEAST && this.#refused > Math.min(WINDOW, this.#audience) / 2;
  }

  #noteRecipient(refused: boolean): void {
    const place = this.#noted++ % WINDOW;
    const oldest = this.#recipients[place] ?? 0;
    this.#recipients[place] = refused ? 1 : 0;
    this.#refused += (refused ? 1 : 0) - oldest;
  }
}
