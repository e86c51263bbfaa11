import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { ledgerOf } from '../database/partitions.ts';
import type { DeliveryState } from '../database/tables.ts';
import { messageIdOf, type Origin } from '../mail/message-id.ts';

/** One row of the ledger as the API shows it. */
export interface Delivery {
  subscriber: string;
  /** The reader's address now; null once erased. */
  email: string | null;
  state: DeliveryState;
  reason: string | null;
  revision: number | null;
  relay: string | null;
  /** The relay's last words. */
  answer: string | null;
  attempts: number;
  dueAt: Date;
  /** When a queued message is tried next. */
  nextAt: Date | null;
  sentAt: Date | null;
  uncertainAt: Date | null;
  messageId: string;
}

/** The states of those who did not get an edition. */
export const missedStates = ['failed', 'skipped', 'uncertain'] as const;

/** Which rows of a ledger: all that is given must hold. */
export interface DeliveryFilter {
  states?: readonly DeliveryState[] | undefined;
  reason?: string | undefined;
  /** Part of the relay's words, or of an address with `byAddress`, whatever the case. */
  search?: string | undefined;
  byAddress?: boolean;
  /** Only those that some relay answered anything but 250, so that they were tried again or given up. */
  retried?: boolean | undefined;
}

/** Where a page ends: `range-subscriber`. */
export const CURSOR_FORM = /^\d{1,18}-\d{1,18}$/;

/**
 * Rows of an edition, range by range and by subscriber id; `next` is the `after` of the next page. Of the ranges only
 * those are read whose counts say that such rows are in them: a page of a million readers takes some ms. `origin` is that
 * of their Message-IDs.
 */
export async function listDeliveries(
  db: DbOrTransaction,
  edition: string,
  { limit, after = '0-0', origin, ...filter }: DeliveryFilter & Page,
): Promise<{ data: Delivery[]; next: string | null }> {
  const [range = '0', subscriber = '0'] = after.split('-');
  const { rows } = await sql<Omit<Delivery, 'messageId'> & { range: string }>`
    select r.id as range, d.subscriber_id as subscriber, u.email, d.state, d.reason, d.revision,
      d.relay, d.answer, d.attempts, d.due_at,
      case when d.state = 'queued' then d.next_at end as next_at, d.sent_at, d.uncertain_at
    from ranges r
    join ${sql.table(ledgerOf([edition]))} d on d.edition_id = ${edition} and d.range_id = r.id
      and d.subscriber_id between r.first_subscriber and r.last_subscriber
    left join subscribers u on u.id = d.subscriber_id
    where r.edition_id = ${edition} and r.id >= ${range}
      and (r.id > ${range} or d.subscriber_id > ${subscriber}) and ${matches(edition, filter)}
    order by r.id, d.subscriber_id limit ${limit + 1}`.execute(db);
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return {
    data: data.map(({ range: _range, ...row }) => ({
      ...row,
      messageId: messageIdOf(edition, row.subscriber, origin),
    })),
    next: last && rows.length > limit ? `${last.range}-${last.subscriber}` : null,
  };
}

interface Page {
  limit: number;
  after?: string | undefined;
  origin: Origin;
}

function matches(edition: string, { states, reason, search, byAddress, retried }: DeliveryFilter) {
  const conditions = [sql`true`];
  if (states)
    conditions.push(
      sql`d.state = any(${[...states]})`,
      sql`(${sql.join(
        states.map((state) => sql`${sql.ref(`r.${state}`)} > 0`),
        sql` or `,
      )})`,
    );
  if (reason) conditions.push(sql`d.reason = ${reason}`);
  if (search) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    const words = sql`d.answer ilike ${pattern}`;
    conditions.push(byAddress ? sql`(u.email ilike ${pattern} or ${words})` : words);
  }
  if (retried)
    conditions.push(sql`exists (
      select from delivery_events e
      where e.edition_id = ${edition} and e.subscriber_id = d.subscriber_id)`);
  return sql.join(conditions, sql` and `);
}
/** One answer of a relay that was not 250, in its words. */
export interface DeliveryEvent {
  subscriber: string;
  at: Date;
  relay: string | null;
  phase: string;
  code: number | null;
  reply: string | null;
}

/** What relays said before, oldest first, to some readers of an edition. */
export function eventsOf(
  db: DbOrTransaction,
  edition: string,
  subscribers: string[],
): Promise<DeliveryEvent[]> {
  if (subscribers.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('deliveryEvents')
    .select(['subscriberId as subscriber', 'at', 'relay', 'phase', 'code', 'reply'])
    .where('editionId', '=', edition)
    .where('subscriberId', 'in', subscribers)
    .orderBy('id')
    .execute();
}
