import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { DeliveryState } from '../database/tables.ts';
import { messageIdOf, type Origin } from '../mail/message-id.ts';

/** How many readers of an edition are in each state. */
export type Ledger = Record<DeliveryState, number>;

/** One row of the ledger as the API shows it. */
export interface Delivery {
  subscriber: string;
  state: DeliveryState;
  reason: string | null;
  revision: number | null;
  relay: string | null;
  /** The relay's last words. */
  answer: string | null;
  attempts: number;
  dueAt: Date;
  sentAt: Date | null;
  uncertainAt: Date | null;
  messageId: string;
}

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

/** Rows of an edition by subscriber id, after `after`; `origin` is that of their Message-IDs. */
export async function listDeliveries(
  db: DbOrTransaction,
  edition: string,
  {
    state,
    limit,
    after = '0',
    origin,
  }: {
    state?: DeliveryState;
    limit: number;
    after?: string;
    origin: Origin;
  },
): Promise<Delivery[]> {
  let query = db
    .selectFrom('deliveries')
    .select([
      'subscriberId as subscriber',
      'state',
      'reason',
      'revision',
      'relay',
      'answer',
      'attempts',
      'dueAt',
      'sentAt',
      'uncertainAt',
    ])
    .where('editionId', '=', edition)
    .where('subscriberId', '>', after)
    .orderBy('subscriberId')
    .limit(limit);
  if (state) query = query.where('state', '=', state);
  const rows = await query.execute();
  return rows.map((row) => ({
    ...row,
    messageId: messageIdOf(edition, row.subscriber, origin),
  }));
}

/** All counts zero. */
export function emptyLedger(): Ledger {
  return { queued: 0, sending: 0, sent: 0, failed: 0, skipped: 0, uncertain: 0 };
}
