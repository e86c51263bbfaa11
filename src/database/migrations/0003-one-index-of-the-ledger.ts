import { type Kysely, sql } from 'kysely';

/**
 * The ledger keeps one index, by edition. One by subscriber was written to at every leaf by each edition's planning:
 * with forty editions in a partition that took four times as long. Who looks for one person's rows goes edition by
 * edition.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index deliveries_of_subscriber`.execute(db);
}
