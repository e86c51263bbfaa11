import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { ledgerOf } from '../database/partitions.ts';
import type { DeliveryState } from '../database/tables.ts';
import { keepCounts } from './kept-counts.ts';
import type { Ledger } from './ledger.ts';

/** Rows `d` that `resend-missed` queues again: expired, skipped by a cancel, or held as uncertain. */
export const canBeResent: RawBuilder<boolean> = sql<boolean>`(
  d.state = 'failed' and d.reason = 'expired' or d.state = 'skipped' and d.reason = 'cancelled'
  or d.state = 'uncertain')`;

/** How many readers did not get an edition, for one reason. */
export interface MissedReason {
  state: DeliveryState;
  reason: string | null;
  readers: number;
  /** `resend-missed` sends to them. */
  resent: boolean;
}

/**
 * Why readers did not get an edition, most first. Reads the rows of every range that missed somebody: for a million
 * readers up to some hundred ms.
 */
export async function missedReasons(db: DbOrTransaction, edition: string): Promise<MissedReason[]> {
  const { rows } = await sql<MissedReason>`
    select d.state, d.reason, count(*)::int as readers, bool_and(${canBeResent}) as resent
    from ranges r
    join ${sql.table(ledgerOf([edition]))} d on d.edition_id = ${edition} and d.range_id = r.id
      and d.subscriber_id between r.first_subscriber and r.last_subscriber
    where r.edition_id = ${edition} and r.failed + r.skipped + r.uncertain > 0
      and d.state in ('failed', 'skipped', 'uncertain')
    group by d.state, d.reason order by readers desc, d.state, d.reason`.execute(db);
  return rows;
}

const keep = keepCounts<{ reasons: MissedReason[] }>();

/** The same reasons, kept for a while where they took long to count, and how many readers `resend-missed` sends to. */
export async function missedOf(
  db: DbOrTransaction,
  edition: string,
  ledger: Ledger,
): Promise<{ reasons: MissedReason[]; again: number }> {
  const { failed, skipped, uncertain } = ledger;
  if (failed + skipped + uncertain === 0) return { reasons: [], again: 0 };
  const name = [edition, failed, skipped, uncertain].join(' ');
  const { reasons } = await keep(db, name, async () => ({
    reasons: await missedReasons(db, edition),
  }));
  const again = reasons
    .filter(({ resent }) => resent)
    .reduce((sum, { readers }) => sum + readers, 0);
  return { reasons, again };
}
