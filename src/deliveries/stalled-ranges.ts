import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';

interface Held {
  range: string;
  edition: string;
  worker: number;
  counts: string;
}

/** Looks for ranges that do not move though a living worker holds them. */
export interface StallWatch {
  /** Gives such ranges back, for others to take, and answers what they were. Call it every few seconds. */
  look(): Promise<{ range: string; edition: string }[]>;
}

/**
 * The last resort: a worker that holds ranges, renews its lease and claims nothing, for whatever reason. A range of
 * which nothing is under way, which has readers due and has not changed for `afterMs` is taken from its worker: a claim
 * that it makes later finds another's name. Seen by this process' monotonic clock.
 */
export function openStallWatch(db: Db, afterMs: number): StallWatch {
  let seen = new Map<string, { state: string; since: number }>();
  return {
    async look() {
      const { rows } = await sql<Held>`
        select r.id as range, r.edition_id as edition, r.worker,
          concat_ws(' ', r.queued, r.sent, r.failed, r.skipped, r.uncertain) as counts
        from ranges r join editions e on e.id = r.edition_id
        where r.worker is not null and r.state = 'planned' and r.sending = 0 and r.queued > 0
          and e.state = 'sending'`.execute(db);
      const now = performance.now();
      const before = seen;
      seen = new Map();
      const given: { range: string; edition: string }[] = [];
      for (const { range, edition, worker, counts } of rows) {
        const state = `${worker} ${counts}`;
        const known = before.get(range);
        const since = known?.state === state ? known.since : now;
        seen.set(range, { state, since });
        if (now - since >= afterMs && (await giveBack(db, range, worker)))
          given.push({ range, edition });
      }
      return given;
    },
  };
}

async function giveBack(db: Db, range: string, worker: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update ranges set worker = null, issued = issued + 1, ticket_at = '-infinity'
    where id = ${range} and worker = ${worker} and sending = 0`.execute(db);
  return numAffectedRows === 1n;
}
