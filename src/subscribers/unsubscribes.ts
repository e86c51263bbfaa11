import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type LeavingReason, readReason } from './leaving-reasons.ts';

/** Readers who unsubscribed by a link in an edition, or on a page that one leads to, and what they said. */
export interface EditionUnsubscribes {
  /** Those who undid it, or signed up again, are not counted. */
  count: number;
  /** The newest reasons. */
  reasons: Pick<LeavingReason, 'at' | 'reason' | 'words'>[];
}

const MOST_REASONS = 100;

/** Who unsubscribed by the links of an edition. */
export async function unsubscribesOf(
  db: DbOrTransaction,
  edition: string,
): Promise<EditionUnsubscribes> {
  const { rows } = await sql<{ count: number; reasons: { at: string; reason: string }[] }>`
    with gone as materialized (
      select c.subscriber_id, c.at, t.leave_reason as reason from consents c
      join subscriptions t on t.newsletter_id = c.newsletter_id
        and t.subscriber_id = c.subscriber_id and t.left_at = c.at
      where c.edition_id = ${edition} and c.action = 'withdraw'
    )
    select (select count(distinct subscriber_id)::int from gone) as count, coalesce((
      select jsonb_agg(said order by said.at desc) from (
        select distinct subscriber_id, at, reason from gone where reason is not null order by at desc limit ${MOST_REASONS}
      ) said), '[]') as reasons`.execute(db);
  const { count = 0, reasons = [] } = rows[0] ?? {};
  return {
    count,
    reasons: reasons.map(({ at, reason }) => ({ at: new Date(at), ...readReason(reason) })),
  };
}
