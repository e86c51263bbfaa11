import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';

/** What a reader may tick when they unsubscribe. */
export const leavingReasons = ['often', 'interest', 'never', 'other'] as const;
export type LeavingReasonKind = (typeof leavingReasons)[number];

/** Why somebody unsubscribed. It is gone once they subscribe again, undo it, or are erased. */
export interface LeavingReason {
  subscriber: string;
  newsletter: string;
  at: Date;
  /** Null: nothing was ticked. */
  reason: LeavingReasonKind | null;
  /** As the reader wrote them, on one line; empty: nothing was written. */
  words: string;
}

export interface LeavingFilter {
  newsletter?: string | undefined;
  /** From the one on, before the other. */
  after?: Date | undefined;
  before?: Date | undefined;
  scope?: Scope;
}

/** Puts what was ticked and what was written into the one text that is stored. */
export const joinReason = (reason: string, words: string): string =>
  [reason, words].filter(Boolean).join(': ');

const stored = new RegExp(`^(${leavingReasons.join('|')})(?:: (.*))?$`, 's');

/** Takes them apart again. */
export function readReason(text: string): Pick<LeavingReason, 'reason' | 'words'> {
  const [, reason, words = ''] = stored.exec(text) ?? [];
  return reason === undefined
    ? { reason: null, words: text }
    : { reason: reason as LeavingReasonKind, words };
}

/** Reasons, the newest first, a page at a time. Reads an index of those who gave one alone. */
export async function listLeavingReasons(
  db: DbOrTransaction,
  { limit, cursor, ...filter }: LeavingFilter & { limit: number; cursor?: string | undefined },
): Promise<{ data: LeavingReason[]; next: string | null }> {
  const position = cursor === undefined ? undefined : readCursor(cursor);
  const { rows } = await sql<{
    subscriberId: string;
    newsletterId: string;
    newsletter: string;
    leftAt: Date;
    leaveReason: string;
  }>`
    select t.subscriber_id, t.newsletter_id, n.slug as newsletter, t.left_at, t.leave_reason
    from subscriptions t join newsletters n on n.id = t.newsletter_id
    where ${await given(db, filter)} ${
      position
        ? sql`and (t.left_at, t.newsletter_id, t.subscriber_id)
            < (${position.at}::timestamptz, ${position.newsletter}::bigint, ${position.subscriber}::bigint)`
        : sql``
    }
    order by t.left_at desc, t.newsletter_id desc, t.subscriber_id desc limit ${limit + 1}`.execute(
    db,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(({ subscriberId, newsletter, leftAt, leaveReason }) => ({
      subscriber: subscriberId,
      newsletter,
      at: leftAt,
      ...readReason(leaveReason),
    })),
    next:
      rows.length > limit && last
        ? `${last.leftAt.getTime()}-${last.newsletterId}-${last.subscriberId}`
        : null,
  };
}

/** How many gave each reason; of the newest 2,000 where there are more. `none`: nothing was ticked. */
export async function countLeavingReasons(
  db: DbOrTransaction,
  filter: LeavingFilter,
): Promise<{ reason: LeavingReasonKind | 'none'; count: number }[]> {
  const { rows } = await sql<{ reason: LeavingReasonKind | 'none'; count: number }>`
    select coalesce(substring(leave_reason from ${`^(${leavingReasons.join('|')})(?:: |$)`}), 'none') as reason,
      count(*)::int as count
    from (
      select t.leave_reason from subscriptions t where ${await given(db, filter)}
      order by t.left_at desc limit 2000) newest
    group by 1 order by 2 desc, 1`.execute(db);
  return rows;
}

async function given(
  db: DbOrTransaction,
  { newsletter, after, before, scope = null }: LeavingFilter,
) {
  const named =
    newsletter === undefined
      ? undefined
      : (await listNewsletters(db)).find(({ slug }) => slug === newsletter);
  const conditions = [
    sql`t.leave_reason is not null and t.left_at is not null`,
    within(scope, 't.newsletter_id'),
    ...(newsletter === undefined ? [] : [sql`t.newsletter_id = ${named?.id ?? '0'}`]),
    ...(after ? [sql`t.left_at >= ${after}`] : []),
    ...(before ? [sql`t.left_at < ${before}`] : []),
  ];
  return sql.join(conditions, sql` and `);
}

/** The form of a page's cursor: time, newsletter and subscriber of its last row. */
export const LEAVING_CURSOR = /^\d{1,15}-\d{1,18}-\d{1,18}$/;

function readCursor(cursor: string) {
  const [time = '0', newsletter = '0', subscriber = '0'] = cursor.split('-');
  return { at: new Date(Number(time)), newsletter, subscriber };
}

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
