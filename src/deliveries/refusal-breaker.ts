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
  /** By relay and reader, where it said what is about us: when last, and how often others contradicted it. */
  readonly #aboutUs = new Map<string, { at: number; contradicted: number }>();
  /** By relay, when the last of the messages that it took had begun. */
  readonly #takenSince = new Map<string, number>();
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

  /** A relay took a message that began at `startedAt`, `performance.now()`. */
  took(relay: string, startedAt: number): void {
    this.#takenSince.set(relay, Math.max(this.#takenSince.get(relay) ?? 0, startedAt));
  }

  /**
   * Notes that a relay refused this reader for what it says of us, and counts how often it contradicted itself: took a
   * message to somebody else that began after it had said so of this reader. Undefined the first time.
   */
  noteAboutUs(subscriber: string, relay: string, now: number): number | undefined {
    const key = `${subscriber} ${relay}`;
    const last = this.#aboutUs.get(key);
    const taken = this.#takenSince.get(relay) ?? 0;
    const contradicted = last && taken > last.at ? last.contradicted + 1 : 0;
    this.#aboutUs.set(key, { at: now, contradicted });
    return last && contradicted;
  }

  #noteRecipient(refused: boolean): void {
    const place = this.#noted++ % WINDOW;
    const oldest = this.#recipients[place] ?? 0;
    this.#recipients[place] = refused ? 1 : 0;
    this.#refused += (refused ? 1 : 0) - oldest;
  }
}
