import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Frequency } from '../database/tables.ts';

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

/** Active readers by newsletter id, then by frequency. */
export type ActiveByFrequency = Map<string, Partial<Record<Frequency, number>>>;

/** The active subscriptions that are not paused, by newsletter and frequency. Reads them all, as `countActive` does. */
export async function countByFrequency(db: DbOrTransaction): Promise<ActiveByFrequency> {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['newsletterId', 'frequency', (eb) => eb.fn.countAll<string>().as('readers')])
    .where('state', '=', 'active')
    .where((eb) =>
      eb.or([eb('pausedUntil', 'is', null), eb('pausedUntil', '<=', sql<Date>`now()`)]),
    )
    .groupBy(['newsletterId', 'frequency'])
    .execute();
  const counts: ActiveByFrequency = new Map();
  for (const { newsletterId, frequency, readers } of rows)
    counts.set(newsletterId, { ...counts.get(newsletterId), [frequency]: Number(readers) });
  return counts;
}
