import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Address, maskAddress, readAddress } from '../mail/address.ts';
import { SubscriberNotFound } from '../subscribers/errors.ts';
import { readerOf } from '../subscribers/own-page.ts';
import { addressHashOf } from '../subscribers/suppression.ts';
import { askAddress, type NotAsked } from './ask-address.ts';

/** One such letter to a subscriber in so many minutes: its link is on a page that others may open too. */
const PAUSE_MINUTES = 10;

/**
 * Queues the letter with a fresh link to a person's own data, to their present address. A second request
 * within ten minutes sends nothing more: the first letter's link still works. Returns letters to enqueue.
 */
export async function requestAccess(
  db: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<string[]> {
  return inTransaction(db, async (tx) => {
    // Locked first, so that of two requests at once the second sees the first's letter.
    await sql`select from subscribers where id = ${subscriberId} for update`.execute(tx);
    const { rows } = await sql<{ id: string }>`
      insert into letters (kind, subscriber_id, language, content, created_at, next_at, expires_at)
      select 'privacy', s.id, coalesce(s.language, 'en'),
        ${JSON.stringify({ requestedAt: now.toISOString() })}::jsonb,
        ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz + interval '1 day'
      from subscribers s
      where s.id = ${subscriberId} and s.erased_at is null and not exists (
        select from letters l where l.subscriber_id = s.id and l.kind = 'privacy'
          and l.state not in ('failed', 'skipped')
          and l.created_at > ${now}::timestamptz - ${PAUSE_MINUTES} * interval '1 minute')
      returning id`.execute(tx);
    return rows.map((row) => row.id);
  });
}

/**
 * Queues the letter that asks at a new address whether it is the subscriber's; it names the present one masked.
 * Nothing is changed before it is answered. Judged by the gate of `askAddress`, which says what may be told.
 */
export async function requestAddressChange(
  db: DbOrTransaction,
  subscriber: { id: string; email: string; language: string | null },
  { address, addressHash }: { address: Address; addressHash: Buffer },
  now: Date,
): Promise<{ letters: string[]; refused: NotAsked | null }> {
  const question = {
    kind: 'address' as const,
    subscriberId: subscriber.id,
    address,
    addressHash,
    language: subscriber.language ?? 'en',
    content: { oldAddress: maskAddress(subscriber.email), requestedAt: now.toISOString() },
  };
  return inTransaction(db, (tx) => askAddress(tx, question, now));
}

/**
 * Queues the letter with a reader's links to their preferences and out of what they receive, to their present address: for
 * an operator whom they asked. Judged by the gate of `askAddress`. Call it in a transaction. Throws
 * SubscriberNotFound.
 */
export async function sendLinks(
  tx: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<{ letters: string[]; refused: NotAsked | null }> {
  const reader = await readerOf(tx, subscriberId);
  const addressHash = reader && (await addressHashOf(tx, subscriberId));
  if (!reader || !addressHash) throw new SubscriberNotFound(subscriberId);
  const active = reader.subscriptions.filter((one) => one.state === 'active');
  const question = {
    kind: 'links' as const,
    subscriberId,
    address: readAddress(reader.email),
    addressHash,
    language: reader.language ?? active[0]?.language ?? 'en',
    content: {
      newsletters: active.map(({ slug, title, description }) => ({ slug, title, description })),
      requestedAt: now.toISOString(),
    },
  };
  return askAddress(tx, question, now);
}

const inTransaction = <T>(db: DbOrTransaction, work: (tx: DbOrTransaction) => Promise<T>) =>
  db.isTransaction ? work(db) : db.transaction().execute(work);
