import { type Kysely, sql } from 'kysely';
import type { Database } from './tables.ts';

/** How many editions share a partition: what is old enough is dropped by the partition. */
export const EDITIONS_PER_PARTITION = 64n;

/**
 * Makes the partitions of the ledger that hold the newest edition and the 128 after it. Any process may
 * call it at any time; an edition whose partition is missing cannot be planned.
 */
export async function ensurePartitions(db: Kysely<Database>): Promise<void> {
  const newest = await db
    .selectFrom('editions')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  const first = BigInt(newest?.id ?? '0') / EDITIONS_PER_PARTITION;
  for (let n = first; n <= first + 2n; n++) {
    const name = `deliveries_${n}`;
    const { rows } = await sql`select 1 from pg_class where relname = ${name}`.execute(db);
    if (rows.length > 0) continue;
    // `if not exists` alone may still collide when two processes make it at the same moment.
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('gaceta-partitions'))`.execute(tx);
      await sql.raw(partitionStatement(n)).execute(tx);
    });
  }
}

/**
 * The table with the rows of these editions: their partition, or the whole ledger where they have not the same one.
 * A statement that names the whole ledger opens and locks every partition each time it runs, also with a plan that
 * leaves them out; from twenty on these are more locks than PostgreSQL keeps at hand, and it takes several times as
 * long.
 */
export function ledgerOf(editions: Iterable<string>): string {
  const numbers = new Set<bigint>();
  for (const edition of editions) numbers.add(BigInt(edition) / EDITIONS_PER_PARTITION);
  const [n] = numbers;
  return n !== undefined && numbers.size === 1 ? `deliveries_${n}` : 'deliveries';
}

/** Makes the n-th partition, unless it is there. */
export function partitionStatement(n: bigint): string {
  // fillfactor leaves room on the page for the claim and the settle of each row (HOT updates)
  return `create table if not exists deliveries_${n} partition of deliveries
    for values from (${n * EDITIONS_PER_PARTITION}) to (${(n + 1n) * EDITIONS_PER_PARTITION})
    with (fillfactor = 70)`;
}
