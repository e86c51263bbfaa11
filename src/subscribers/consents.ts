import type { Selectable } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';

export type Consent = Omit<
  Selectable<Database['consents']>,
  'id' | 'subscriberId' | 'newsletterId'
> & { newsletter: string };

/** Everything a subscriber ever agreed to or took back, oldest first. */
export async function consentsOf(db: DbOrTransaction, subscriberId: string): Promise<Consent[]> {
  return db
    .selectFrom('consents as c')
    .innerJoin('newsletters as n', 'n.id', 'c.newsletterId')
    .select([
      'n.slug as newsletter',
      'c.action',
      'c.at',
      'c.originAddress',
      'c.userAgent',
      'c.form',
      'c.wording',
      'c.wordingVersion',
      'c.editionId',
      'c.detail',
    ])
    .where('c.subscriberId', '=', subscriberId)
    .orderBy('c.id')
    .execute();
}

/** How long the network address and the browser of a consent are stored. */
const ORIGIN_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Cuts network addresses and browsers from consents older than 30 days: by then they prove nothing that the
 * confirmation does not. Answers how many rows that were.
 */
export async function cutOldOrigins(db: DbOrTransaction, now: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('consents')
    .set({ originAddress: null, userAgent: null })
    .where('at', '<', new Date(now.getTime() - ORIGIN_KEPT_MS))
    .where((eb) => eb.or([eb('originAddress', 'is not', null), eb('userAgent', 'is not', null)]))
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
