import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';

/** How often it is looked whether anything is being sent. */
const LOOK_MS = 500;
/** What an import takes of the time while something is: one connection stores, and then rests twice as long. */
const SHARE = 1 / 3;
const LONGEST_REST_MS = 5_000;

/** How an import gives way to the sending of editions, which needs the same processors and the same disk. */
export class GivingWay {
  private readonly db: Db;
  private readonly signal: AbortSignal | undefined;
  private looked = Number.NEGATIVE_INFINITY;
  private sending = false;

  constructor(db: Db, signal: AbortSignal | undefined) {
    this.db = db;
    this.signal = signal;
  }

  /** Whether a worker sends, as it was half a second ago at the latest. */
  async isSending(): Promise<boolean> {
    if (performance.now() - this.looked < LOOK_MS) return this.sending;
    const { rows } = await sql<{ sending: boolean }>`
      select exists (select from ranges where worker is not null) as sending`.execute(this.db);
    this.looked = performance.now();
    this.sending = rows[0]?.sending ?? false;
    return this.sending;
  }

  /** Rests after so many milliseconds of storing, for as long as the import's share asks for. */
  async rest(storedMs: number): Promise<void> {
    const restMs = Math.min(storedMs * (1 / SHARE - 1), LONGEST_REST_MS);
    await delay(restMs, undefined, { signal: this.signal }).catch(() => undefined);
  }
}
