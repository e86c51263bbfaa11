import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** A worker process whose lease holds. */
export interface LivingWorker {
  host: string;
  pid: number;
  startedAt: Date;
  /** Of all relays together, those for messages to one person included. */
  connections: number;
}

/** The worker processes that are alive, the oldest first: a process has a lease for editions and one for letters. */
export async function livingWorkers(db: DbOrTransaction): Promise<LivingWorker[]> {
  const { rows } = await sql<LivingWorker>`
    select host, pid, min(started_at) as started_at, sum(connections)::int as connections
    from workers where stopped_at is null and lease_until > clock_timestamp()
    group by host, pid order by min(started_at) limit 100`.execute(db);
  return rows;
}
