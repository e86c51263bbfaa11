import { sql } from 'kysely';
import type { DbOrTransaction } from './connection.ts';

/** The database's clock was put back. */
export interface ClockStep {
  /** By how much, in milliseconds. */
  byMs: number;
}

/** Less is left to the clock's own daemon, which slews it. */
const LEAST_MS = 2_000;

/**
 * Compares the database's clock with this process' monotonic one, from call to call. Returns the step where the
 * database's went back: what was to wait for a moment then waits longer by that much.
 */
export function openClockWatch(): (db: DbOrTransaction) => Promise<ClockStep | undefined> {
  let before: { database: number; answeredAt: number } | undefined;
  return async (db) => {
    const askedAt = performance.now();
    const { rows } = await sql<{ now: string }>`
      select extract(epoch from clock_timestamp()) * 1000 as now`.execute(db);
    const known = before;
    const database = Number(rows[0]?.now);
    before = { database, answeredAt: performance.now() };
    if (!known) return undefined;
    // From answer to question: the least that can have passed, even where this process was frozen between them.
    const byMs = Math.round(askedAt - known.answeredAt - (database - known.database));
    return byMs >= LEAST_MS ? { byMs } : undefined;
  };
}
