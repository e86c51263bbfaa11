import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { DeliveryState } from '../database/tables.ts';

/** How many readers of an edition are in each state. */
export type Ledger = Record<DeliveryState, number>;

const STATES = ['queued', 'sending', 'sent', 'failed', 'skipped', 'uncertain'] as const;

/** The counts of one edition: the sum of its ranges' own counts, so that a million rows need not be read. */
export async function ledger(db: DbOrTransaction, edition: string): Promise<Ledger> {
  return (await ledgers(db, [edition])).get(edition) ?? emptyLedger();
}

/** The counts of several editions by one query; an edition without ranges has none. */
export async function ledgers(
  db: DbOrTransaction,
  editions: string[],
): Promise<Map<string, Ledger>> {
  const { rows } = await sql<{ editionId: string } & Record<DeliveryState, string>>`
    select edition_id, sum(queued) as queued, sum(sending) as sending, sum(sent) as sent,
      sum(failed) as failed, sum(skipped) as skipped, sum(uncertain) as uncertain
    from ranges where edition_id = any(${editions}::bigint[]) group by edition_id`.execute(db);
  const counts = (row: Record<DeliveryState, string>) => {
    const made = emptyLedger();
    for (const state of STATES) made[state] = Number(row[state]);
    return made;
  };
  return new Map(rows.map((row) => [row.editionId, counts(row)]));
}

/** The same counts from the rows themselves: what `ledger` must equal. Reads every row of the edition. */
export async function recount(db: DbOrTransaction, edition: string): Promise<Ledger> {
  const { rows } = await sql<{ state: DeliveryState; rows: string }>`
    select state, count(*) as rows from deliveries where edition_id = ${edition}
    group by state`.execute(db);
  const made = emptyLedger();
  for (const row of rows) made[row.state] = Number(row.rows);
  return made;
}

/** All counts zero. */
export function emptyLedger(): Ledger {
  return { queued: 0, sending: 0, sent: 0, failed: 0, skipped: 0, uncertain: 0 };
}
