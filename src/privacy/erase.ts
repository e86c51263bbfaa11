import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { queueLetter } from '../letters/letters.ts';
import { withoutRequest } from '../subscribers/consent-evidence.ts';
import { SubscriberNotFound } from '../subscribers/errors.ts';
import { endSubscriptions } from '../subscribers/subscriptions/end.ts';
import { suppress } from '../subscribers/suppression.ts';

/**
 * Erases a person: what is left is an id, so that old ledgers still balance, and a hash of the address, so
 * that nobody signs it up again. Relays quote addresses, so their words about this reader go too. Returns
 * the last letter to them, to be enqueued. Throws SubscriberNotFound, also for one erased before.
 */
export async function eraseSubscriber(
  tx: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<{ letters: string[] }> {
  const person = await tx
    .selectFrom('subscribers')
    .select(['email', 'addressHash', 'language'])
    .where('id', '=', subscriberId)
    .where('erasedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!person) throw new SubscriberNotFound(subscriberId);

  const evidence = withoutRequest('erasure');
  await endSubscriptions(tx, [{ subscriber: subscriberId, newsletter: undefined, evidence }], now);
  await tx
    .updateTable('subscriptions')
    .set({ leaveReason: null, hour: null, sections: null, pausedUntil: null, requested: null })
    .where('subscriberId', '=', subscriberId)
    .execute();
  await tx
    .updateTable('consents')
    .set({ originAddress: null, userAgent: null })
    .where('subscriberId', '=', subscriberId)
    .execute();
  await clearMessages(tx, subscriberId);
  await tx
    .updateTable('subscribers')
    .set({
      email: null,
      emailKey: null,
      addressHash: null,
      receiverGroup: 'rest',
      name: null,
      language: null,
      timezone: null,
      confirmationAt: null,
      noticeAt: null,
      letterMark: null,
      erasedAt: now,
    })
    .where('id', '=', subscriberId)
    .execute();
  if (person.addressHash) await suppress(tx, person.addressHash, { reason: 'erasure' });
  if (person.email === null) return { letters: [] };
  const letter = await queueLetter(tx, {
    kind: 'erased',
    email: person.email,
    language: person.language ?? 'en',
    content: { requestedAt: now.toISOString() },
  });
  return { letters: [letter] };
}

async function clearMessages(tx: DbOrTransaction, subscriberId: string) {
  await tx.deleteFrom('bounces').where('subscriberId', '=', subscriberId).execute();
  await tx.deleteFrom('replies').where('subscriberId', '=', subscriberId).execute();
  await tx.deleteFrom('signsOfLife').where('subscriberId', '=', subscriberId).execute();
  // By way of the editions: the ledger has no index by subscriber.
  await tx
    .updateTable('deliveries as d')
    .from('editions as e')
    .set({ answer: null })
    .whereRef('d.editionId', '=', 'e.id')
    .where('d.subscriberId', '=', subscriberId)
    .where('d.answer', 'is not', null)
    .execute();
  await tx
    .updateTable('deliveryEvents')
    .set({ reply: null })
    .where('subscriberId', '=', subscriberId)
    .execute();
  // webhooks are told by the id alone who is gone
  await sql`update webhook_messages set data = data - array['email', 'name', 'language', 'timezone']
    where subscriber_id = ${subscriberId}`.execute(tx);
  // The row of one that a worker holds at this moment stays, with nothing of the person in it.
  await tx
    .deleteFrom('letters')
    .where('subscriberId', '=', subscriberId)
    .where('state', '<>', 'sending')
    .execute();
  await tx
    .updateTable('letters')
    .set({ email: null, mailbox: null, content: '{}', answer: null })
    .where('subscriberId', '=', subscriberId)
    .execute();
}
