import type { DbOrTransaction } from '../database/connection.ts';

/** Saves why a reader unsubscribed, in their words, with the subscriptions that ended at that moment. */
export async function saveUnsubscribeReason(
  db: DbOrTransaction,
  subscriberId: string,
  endedAt: Date,
  reason: string,
): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set({ leaveReason: reason })
    .where('subscriberId', '=', subscriberId)
    .where('state', '=', 'unsubscribed')
    .where('leftAt', '=', endedAt)
    .execute();
}
