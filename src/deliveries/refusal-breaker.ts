import { isPolicy, type RelayAnswer } from './answers.ts';

const IN_A_ROW = 10;
const WINDOW = 100;
const LEAST = 10;

/**
 * Whether an edition's refusals say something about the edition and not about its readers: ten readers in a row
 * refused for content or policy (or all there are), or more than half of the last hundred recipients refused.
 */
export class Doubt {
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

  /** Notes an answer and says whether the edition must pause. `again`: this reader's content was refused before. */
  note(subscriber: string, answer: RelayAnswer, again: boolean): boolean {
    if (answer.kind === 'sent') {
      this.#anySent = true;
      this.#inARow.clear();
      this.#noteRecipient(false);
      return false;
    }
    if (answer.kind !== 'refused' || answer.code < 500) return false;
    if (isPolicy(answer) || answer.at === 'data') {
      this.#inARow.add(subscriber);
      if (this.#inARow.size >= Math.min(IN_A_ROW, this.#audience)) return true;
      return again && !this.#anySent;
    }
    if (answer.at !== 'rcpt') return false;
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
