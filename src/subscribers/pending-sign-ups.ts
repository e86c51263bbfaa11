import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { forgetPending } from './subscriptions/forget.ts';

/** A sign-up that nobody confirms is forgotten after this. */
export const PENDING_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Forgets sign-ups that were not confirmed within 7 days, and subscribers of whom nothing else is known.
 * One who had unsubscribed before is again as they were. Short statements, a thousand at a time; returns how many.
 */
export async function removeStalePending(db: DbOrTransaction, now: Date): Promise<number> {
  const before = new Date(now.getTime() - PENDING_MS);
  let removed = 0;
  for (;;) {
    const subscribers = await forgetPending(db, before);
    if (subscribers.length === 0) return removed;
    removed += subscribers.length;
    await removeUnknown(db, [...new Set(subscribers)]);
  }
}

// A letter that is being sent needs its subscriber: that row stays, without a subscription, and is removed with the
// next sign-up that nobody confirms.
async function removeUnknown(db: DbOrTransaction, subscribers: string[]): Promise<void> {
  await sql`
    with unknown as (
      select s.id from subscribers s
      where s.id = any(${subscribers}::bigint[]) and s.erased_at is null
        and not exists (select from subscriptions t where t.subscriber_id = s.id)
        and not exists (
          select from editions e join deliveries d on d.edition_id = e.id and d.subscriber_id = s.id
          where e.frozen_at >= s.created_at offset 0) -- for each by itself, by the ledger's one index
        and not exists (select from letters l where l.subscriber_id = s.id
          and l.state in ('queued', 'sending', 'uncertain'))
      for update of s
    ), gone_letters as (
      delete from letters using unknown where letters.subscriber_id = unknown.id
    ), gone_consents as (
      delete from consents using unknown where consents.subscriber_id = unknown.id
    ), gone_bounces as (
      delete from bounces using unknown where bounces.subscriber_id = unknown.id
    )
    delete from subscribers using unknown where subscribers.id = unknown.id`.execute(db);
}
