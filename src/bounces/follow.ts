import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { getSendingRules } from '../newsletters/sending-rules.ts';
import { withoutRequest } from '../subscribers/consent-evidence.ts';
import { endSubscriptions } from '../subscribers/subscriptions/end.ts';
import { findSuppression, suppress } from '../subscribers/suppression.ts';
import type { Reason } from './reasons.ts';

/** What was written down of a reader, and is to be followed. */
export interface Followed {
  id: string;
  kind: 'bounce' | 'complaint' | 'suppressed';
  hard: boolean;
  reason: string;
  words: string;
  subscriber: string;
  addressHash: Buffer;
  newsletter?: string | undefined;
  edition?: string | undefined;
}

/** Soft bounces that are no reason to doubt the mailbox: they are said of the newsroom, or of what it sent. */
export const ABOUT_US: readonly string[] = [
  'reputation',
  'authentication',
  'content',
  'policy',
  'too-large',
  'over-rate',
] satisfies Reason[];

/** Complaints that are none of a reader about what they were sent (RFC 5965, RFC 6591). */
export const NO_COMPLAINT: ReadonlySet<string> = new Set([
  'not-spam',
  'auth-failure',
  'dmarc',
  'opt-out',
  'opt-out-list',
]);
export const MOST_WORDS = 500;

/**
 * Does what follows from one bounce, complaint or provider's list that was written down; whether the address is
 * suppressed because of it. Call it in a transaction that holds the reader's row.
 */
export async function follow(tx: DbOrTransaction, came: Followed, now: Date): Promise<boolean> {
  const { id, kind, reason, subscriber, newsletter, edition } = came;
  if (kind === 'complaint' && reason.startsWith('opt-out')) {
    const evidence = withoutRequest('complaint');
    await endSubscriptions(tx, [{ subscriber, newsletter, edition, evidence }], now);
    return false;
  }
  if (!(await isFinal(tx, came, now))) return false;
  // who complained to their provider before: never again, and no new complaint of this edition
  const listed = reason === 'complaint' ? 'complaint' : 'provider';
  await suppress(tx, came.addressHash, {
    reason: kind === 'suppressed' ? listed : kind,
    editionId: kind === 'suppressed' ? null : (edition ?? null),
    detail: came.words.slice(0, MOST_WORDS),
  });
  await tx.updateTable('bounces').set({ suppressed: true }).where('id', '=', id).execute();
  const evidence = withoutRequest(kind === 'suppressed' ? 'provider' : kind);
  await endSubscriptions(tx, [{ subscriber, newsletter: undefined, evidence }], now);
  return true;
}

/** Whether a report of that type is a reader's about what they were sent. */
export const isComplaint = (type: string): boolean => !NO_COMPLAINT.has(type);

const isFinal = (
  tx: DbOrTransaction,
  { kind, hard, reason, subscriber }: Followed,
  now: Date,
): boolean | Promise<boolean> =>
  kind === 'complaint' ? isComplaint(reason) : hard || tooOften(tx, subscriber, reason, now);

/**
 * Whether messages to a reader came back for now on too many days, by the newsroom's rules. Those before their address was
 * suppressed last do not count again once that was lifted.
 */
async function tooOften(
  tx: DbOrTransaction,
  subscriber: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  if (ABOUT_US.includes(reason)) return false;
  const rules = await getSendingRules(tx);
  const full = reason === 'mailbox-full';
  const [days, within] = full
    ? [rules.fullDays, rules.fullWithin]
    : [rules.softDays, rules.softWithin];
  const { rows } = await sql<{ days: number }>`
    select count(distinct (at at time zone 'UTC')::date)::integer as days from bounces b
    where subscriber_id = ${subscriber} and kind = 'bounce' and reason <> all(${[...ABOUT_US]}::text[])
      and at > ${new Date(now.getTime() - within * 86_400_000)}
      and (${full} or reason <> 'mailbox-full')
      and not exists (select from bounces later where later.subscriber_id = b.subscriber_id
        and later.suppressed and later.at >= b.at)`.execute(tx);
  return (rows[0]?.days ?? 0) >= days;
}

/**
 * Follows what relays refused while editions were sent. Their addresses are suppressed already; the subscriptions end once
 * the edition cannot be paused for its refusals any more, which would take them all back, or after an hour.
 */
export async function followRefused(db: Db, now: Date): Promise<void> {
  const { rows } = await sql<{ id: string; subscriberId: string }>`
    select b.id, b.subscriber_id from bounces b left join editions e on e.id = b.edition_id
    where not b.followed and (e.id is null or e.state not in ('sending', 'paused')
      or b.at < ${now}::timestamptz - interval '1 hour' and e.held_by is distinct from 'refusals')
    order by b.id limit 1000`.execute(db);
  for (const { id, subscriberId } of rows)
    await db.transaction().execute((tx) => followOne(tx, id, subscriberId, now));
}

async function followOne(
  tx: DbOrTransaction,
  id: string,
  subscriber: string,
  now: Date,
): Promise<void> {
  const reader = await tx
    .selectFrom('subscribers')
    .select('addressHash')
    .where('id', '=', subscriber)
    .forUpdate()
    .executeTakeFirst();
  const bounce = await tx
    .updateTable('bounces')
    .set({ followed: true })
    .where('id', '=', id)
    .where('followed', '=', false)
    .returning(['id', 'kind', 'hard', 'reason', 'words', 'editionId'])
    .executeTakeFirst();
  if (!bounce || !reader?.addressHash) return;
  const suppression = await findSuppression(tx, reader.addressHash);
  // lifted meanwhile, left to an operator, or the reader has another address
  if (bounce.hard && (!suppression || suppression.held)) return;
  const { editionId, ...came } = bounce;
  const edition = editionId ?? undefined;
  await follow(tx, { ...came, subscriber, edition, addressHash: reader.addressHash }, now);
}
