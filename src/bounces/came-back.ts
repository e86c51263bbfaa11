import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { withoutRequest } from '../subscribers/consent-evidence.ts';
import { isCurrent } from '../subscribers/links.ts';
import { endSubscriptions } from '../subscribers/subscriptions/end.ts';
import { suppress } from '../subscribers/suppression.ts';
import type { Subject } from '../subscribers/tokens.ts';
import type { ClassifiedRecipient } from './classify.ts';

/** A bounce or a complaint whose reader is known for certain: by a token of ours, or by a provider's signed event. */
export interface CameBack {
  kind: 'bounce' | 'complaint';
  /** The door it came by: `smtp`. */
  source: string;
  subject: Subject;
  verdict: Omit<ClassifiedRecipient, 'address'>;
  /** What the report says, for people. */
  words: string;
}

/** Soft bounces on so many days, within so many, count as a hard one. A full mailbox is given longer. */
export const SOFT = { days: 5, within: 15 } as const;
const FULL = { days: 10, within: 30 } as const;

/** Complaints that are none of a reader about what they were sent (RFC 5965, RFC 6591). */
const NO_COMPLAINT = new Set(['not-spam', 'auth-failure', 'dmarc', 'opt-out']);
const MOST_WORDS = 500;

/**
 * Writes down what came back, and does what follows: after a hard bounce or a complaint the address is suppressed and
 * every subscription ended; after soft ones on too many days, too. A report that comes again on a day changes nothing. One about
 * an address that the reader has changed since is written down, and that is all. Call it in a transaction.
 */
export async function takeCameBack(
  tx: DbOrTransaction,
  { kind, source, subject, verdict, words }: CameBack,
  now: Date,
): Promise<{ recorded: boolean; suppressed: boolean }> {
  const nothing = { recorded: false, suppressed: false };
  // two reports about one reader stand in line: both count days
  const reader = await tx
    .selectFrom('subscribers')
    .select(['id', 'addressHash', 'addressChanges', 'receiverGroup'])
    .where('id', '=', subject.subscriber)
    .forUpdate()
    .executeTakeFirst();
  if (!reader) return nothing;
  const { rows } = await sql<{ id: string }>`
    insert into bounces (at, kind, source, subscriber_id, edition_id, receiver_group, hard, reason, status, words)
    values (${now}, ${kind}, ${source}, ${reader.id},
      (select id from editions where id = ${subject.edition ?? null}), ${reader.receiverGroup},
      ${verdict.hard}, ${verdict.reason}, ${verdict.status}, ${words.slice(0, MOST_WORDS)})
    on conflict do nothing
    returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return nothing;
  const followed = { recorded: true, suppressed: false };
  if (!reader.addressHash || !isCurrent(subject, reader)) return followed;
  if (kind === 'complaint' && verdict.reason === 'opt-out') {
    await end(tx, subject, 'complaint', now);
    return followed;
  }
  const final =
    kind === 'complaint'
      ? !NO_COMPLAINT.has(verdict.reason)
      : verdict.hard || (await tooOften(tx, reader.id, verdict.reason, now));
  if (!final) return followed;
  await suppress(tx, reader.addressHash, {
    reason: kind,
    editionId: subject.edition ?? null,
    detail: words.slice(0, MOST_WORDS),
  });
  await tx.updateTable('bounces').set({ suppressed: true }).where('id', '=', id).execute();
  await end(tx, { subscriber: reader.id }, kind, now);
  return { recorded: true, suppressed: true };
}

const end = (
  tx: DbOrTransaction,
  { subscriber, newsletter, edition }: Subject,
  form: 'bounce' | 'complaint',
  now: Date,
) =>
  endSubscriptions(tx, [{ subscriber, newsletter, edition, evidence: withoutRequest(form) }], now);

/** Whether messages to a reader came back for now on too many days. One that was lifted since does not count. */
async function tooOften(
  tx: DbOrTransaction,
  subscriber: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  const { days, within } = reason === 'mailbox-full' ? FULL : SOFT;
  const { rows } = await sql<{ days: number }>`
    select count(distinct (at at time zone 'UTC')::date)::integer as days from bounces
    where subscriber_id = ${subscriber} and kind = 'bounce'
      and at > ${new Date(now.getTime() - within * 86_400_000)}
      and (${reason === 'mailbox-full'} or reason <> 'mailbox-full')`.execute(tx);
  return (rows[0]?.days ?? 0) >= days;
}
