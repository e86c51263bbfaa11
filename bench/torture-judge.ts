import { sql } from 'kysely';
import type { Db } from '../src/database/connection.ts';
import { countAudience } from '../src/deliveries/audience.ts';
import { ledger, recount } from '../src/deliveries/ledger.ts';
import { readRecord } from './sink-record.ts';

/** What the sink's own record says of the ledger. */
export interface Verdict {
  /** Readers whom the ledger calls done and who have nothing, though nobody refused them. */
  missed: number;
  /** Copies too many that no sender can avoid: the ledger says so, and the Message-ID is the same. */
  doubledUncertain: number;
  doubledOtherwise: number;
  ledgerBalanced: boolean;
  /** Readers who got it at least once, and those refused by the sink. */
  taken: number;
  refused: number;
  uncertain: number;
}

/** Holds the two against each other, reader by reader. */
export async function judge(
  db: Db,
  edition: string,
  record: string,
  readers: number,
): Promise<Verdict> {
  const { taken, refused } = readRecord(record);
  const { rows } = await sql<{
    email: string;
    state: string;
    reason: string | null;
    uncertain: boolean;
  }>`
    select u.email, d.state, d.reason, d.uncertain_at is not null as uncertain
    from deliveries d join subscribers u on u.id = d.subscriber_id where d.edition_id = ${edition}`.execute(
    db,
  );
  const verdict = { missed: 0, doubledUncertain: 0, doubledOtherwise: 0, uncertain: 0 };
  for (const { email, state, reason, uncertain } of rows) {
    const copies = taken.get(email) ?? [];
    if (uncertain) verdict.uncertain += 1;
    const refusedWell = state === 'failed' && reason === 'refused' && refused.has(email);
    const heldWell = state === 'uncertain';
    if (copies.length === 0 && !refusedWell && !heldWell) verdict.missed += 1;
    if (copies.length <= 1) continue;
    if (uncertain && new Set(copies).size === 1) verdict.doubledUncertain += copies.length - 1;
    else verdict.doubledOtherwise += copies.length - 1;
  }
  verdict.missed += readers - rows.length;
  return {
    ...verdict,
    taken: taken.size,
    refused: refused.size,
    ledgerBalanced: await balances(db, edition, readers),
  };
}

async function balances(db: Db, edition: string, readers: number): Promise<boolean> {
  const counted = await ledger(db, edition);
  const again = await recount(db, edition);
  const sum = Object.values(counted).reduce((total, count) => total + count, 0);
  const audience = await countAudience(db, edition);
  const done = counted.queued === 0 && counted.sending === 0;
  return (
    done &&
    sum === readers &&
    audience === readers &&
    JSON.stringify(counted) === JSON.stringify(again)
  );
}
