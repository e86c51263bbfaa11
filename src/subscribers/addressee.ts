import type { DbOrTransaction } from '../database/connection.ts';

/** What a letter to a subscriber needs to know of them; undefined where there is no such subscriber. */
export function addressee(db: DbOrTransaction, id: string) {
  return db
    .selectFrom('subscribers')
    .select(['timezone', 'addressChanges'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** How often and when a subscriber gets a newsletter; undefined where they have no place on it. */
export function deliveryChoice(db: DbOrTransaction, subscriberId: string, newsletterId: string) {
  return db
    .selectFrom('subscriptions as t')
    .innerJoin('subscribers as s', 's.id', 't.subscriberId')
    .select(['t.frequency', 't.hour', 's.timezone'])
    .where('t.subscriberId', '=', subscriberId)
    .where('t.newsletterId', '=', newsletterId)
    .executeTakeFirst();
}
