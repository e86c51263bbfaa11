import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';

/** Judges the workers whose lease has ended. */
export interface Reaper {
  /** Answers how many ranges were taken from the dead; judges nothing before it may. */
  reap(): Promise<number>;
}

/** A worker's last heartbeat as this reaper saw it. */
interface Heartbeat {
  /** As the database writes it: every heartbeat changes it. */
  leaseUntil: string;
  /** When this value was first seen, `performance.now()`. */
  since: number;
}

/**
 * Opens a reaper. A lease has ended when no heartbeat changed it for its whole length by this process' monotonic clock:
 * the database's clock may be stepped, by an hour for all at once. It judges no lease until the database has been up,
 * and seen up by it, for one whole lease: while it was away no worker could renew its lease.
 */
export function openReaper(db: Db, uncertain: 'resend' | 'hold', leaseMs: number): Reaper {
  let seen = new Map<number, Heartbeat>();
  let seenAt = Number.NEGATIVE_INFINITY;

  async function stopDead(): Promise<void> {
    // This process may have been frozen itself, and the others with it.
    if (performance.now() - seenAt > leaseMs) seen = new Map();
    const { rows } = await sql<{ id: number; leaseUntil: string }>`
      select id, lease_until::text as lease_until from workers where stopped_at is null`.execute(
      db,
    );
    const now = performance.now();
    const before = seen;
    seen = new Map();
    for (const { id, leaseUntil } of rows) {
      const known = before.get(id);
      const since = known?.leaseUntil === leaseUntil ? known.since : now;
      seen.set(id, { leaseUntil, since });
      if (now - since >= leaseMs) await stop(db, id, { leaseUntil, leaseMs });
    }
  }

  return {
    async reap() {
      try {
        await stopDead();
        const ranges = await freeRangesOfDead(db, uncertain);
        seenAt = performance.now();
        return ranges;
      } catch (error) {
        seenAt = Number.NEGATIVE_INFINITY;
        throw error;
      }
    },
  };
}

/** Ends a lease, unless a heartbeat came meanwhile: warming and ending lock the same row, so only one succeeds. */
async function stop(
  db: Db,
  worker: number,
  { leaseUntil, leaseMs }: { leaseUntil: string; leaseMs: number },
): Promise<void> {
  // A start that lies ahead tells of a clock that was put back, not of a database that was away.
  await sql`
    update workers set stopped_at = clock_timestamp()
    where id = ${worker} and stopped_at is null and lease_until::text = ${leaseUntil}
      and pg_postmaster_start_time() not between
        clock_timestamp() - ${leaseMs} * interval '1 millisecond' and clock_timestamp()`.execute(
    db,
  );
}

interface DeadRange {
  range: string;
  edition: string;
  first: string;
  last: string;
  worker: number;
}

/** Gives back what stopped workers still hold. Found through the ranges: nothing scans the ledger. */
async function freeRangesOfDead(db: Db, uncertain: 'resend' | 'hold'): Promise<number> {
  const { rows } = await sql<DeadRange>`
    select r.id as range, r.edition_id as edition, r.first_subscriber as first, r.last_subscriber as last, r.worker
    from ranges r join workers w on w.id = r.worker
    where r.worker is not null and w.stopped_at is not null`.execute(db);
  for (const dead of rows) {
    await db.transaction().execute(async (tx) => {
      const { rows: locked } = await sql`
        select 1 from ranges where id = ${dead.range} and worker = ${dead.worker} for update`.execute(
        tx,
      );
      if (locked.length === 0) return;
      await judgeSending(tx, dead, uncertain);
      await sql`update ranges set worker = null, issued = issued + 1, next_at = now(), ticket_at = '-infinity'
        where id = ${dead.range}`.execute(tx);
    });
  }
  return rows.length;
}

/**
 * Judges rows of a range that are `sending` though no worker sends them: uncertain, or under `resend` queued again,
 * with the time of that. They keep their claim, by which a late answer finds them. Call it with the range locked.
 */
export async function judgeSending(
  tx: DbOrTransaction,
  { range, edition, first, last }: { range: string; edition: string; first: string; last: string },
  uncertain: 'resend' | 'hold',
): Promise<void> {
  const state = uncertain === 'resend' ? 'queued' : 'uncertain';
  const { numAffectedRows: judged = 0n } = await sql`
    update deliveries set state = ${state}, worker = null, uncertain_at = now(), next_at = now()
    where edition_id = ${edition} and range_id = ${range} and subscriber_id between ${first} and ${last}
      and state = 'sending'`.execute(tx);
  if (judged === 0n) return;
  const count = sql.ref(state);
  await sql`update ranges set sending = sending - ${judged}, ${count} = ${count} + ${judged}
    where id = ${range}`.execute(tx);
}
