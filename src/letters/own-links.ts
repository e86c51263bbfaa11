import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Address } from '../mail/address.ts';

/** One of these letters to a subscriber in so many minutes: their links are pages that others may open too. */
const PAUSE_MINUTES = 10;

/**
 * Queues the letter with a fresh link to a person's own data, to their present address. A second request
 * within ten minutes sends nothing more: the first letter's link still works. Answers letters to enqueue.
 */
export async function requestAccess(
  db: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<string[]> {
  const content = JSON.stringify({ requestedAt: now.toISOString() });
  return queueOnce(db, subscriberId, 'privacy', { to: null, content, now });
}

/**
 * Queues the letter that asks at a new address whether it is one. Nothing is changed before it is answered.
 */
export async function requestAddressChange(
  db: DbOrTransaction,
  subscriber: { id: string; email: string },
  address: Address,
  now: Date,
): Promise<string[]> {
  const content = JSON.stringify({ oldAddress: subscriber.email, requestedAt: now.toISOString() });
  return queueOnce(db, subscriber.id, 'address', { to: address.email, content, now });
}

// The subscriber's row is locked first, so that of two requests at once the second sees the first's letter.
async function queueOnce(
  db: DbOrTransaction,
  subscriberId: string,
  kind: 'privacy' | 'address',
  { to, content, now }: { to: string | null; content: string; now: Date },
): Promise<string[]> {
  const write = async (tx: DbOrTransaction) => {
    await tx
      .selectFrom('subscribers')
      .select('id')
      .where('id', '=', subscriberId)
      .forUpdate()
      .execute();
    const { rows } = await sql<{ id: string }>`
      insert into letters (kind, subscriber_id, email, language, content, created_at, next_at, expires_at)
      select ${kind}::text, s.id, ${to}::text, coalesce(s.language, 'en'), ${content}::jsonb,
        ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz + interval '1 day'
      from subscribers s
      where s.id = ${subscriberId} and s.erased_at is null and not exists (
        select from letters l where l.subscriber_id = s.id and l.kind = ${kind}
          and l.email is not distinct from ${to}::text
          and l.created_at > ${now}::timestamptz - ${PAUSE_MINUTES} * interval '1 minute')
      returning id`.execute(tx);
    return rows.map((row) => row.id);
  };
  return db.isTransaction ? write(db) : db.transaction().execute(write);
}

/** The new address that a letter asked about; undefined when there is no such letter of this subscriber. */
export async function addressAsked(
  db: DbOrTransaction,
  subscriberId: string,
  letterId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('letters')
    .select('email')
    .where('id', '=', letterId)
    .where('subscriberId', '=', subscriberId)
    .where('kind', '=', 'address')
    .executeTakeFirst();
  return row?.email ?? undefined;
}
