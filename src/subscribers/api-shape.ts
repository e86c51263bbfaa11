import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Format, Frequency, SubscriptionState } from '../database/tables.ts';

/** A subscriber as the API shows one. */
export interface Subscriber {
  id: string;
  /** Null once erased. */
  email: string | null;
  name: string | null;
  language: string | null;
  timezone: string | null;
  /** Why nothing is sent to them for now, though they stay subscribed: null, if it is. */
  rests: 'domain-gone' | 'asleep' | null;
  createdAt: Date;
  subscriptions: Subscription[];
}

export interface Subscription {
  newsletter: string;
  state: SubscriptionState;
  frequency: Frequency;
  /** Null: the newsletter's. */
  hour: string | null;
  /** Null: all, also later ones. */
  sections: string[] | null;
  /** All of an edition, its headlines alone, or all of it without pictures. */
  format: Format;
  /** Times as ISO 8601. */
  pausedUntil: string | null;
  confirmedAt: string | null;
  unsubscribedAt: string | null;
}

const iso = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** Subscribers within the scope, with their subscriptions there, in the API's shape: to be narrowed and ordered by the caller. */
export const subscriberRows = (db: DbOrTransaction, scope: Scope = null) =>
  db
    .selectFrom('subscribers as s')
    .select(['s.id', 's.email', 's.name', 's.language', 's.timezone', 's.rests', 's.createdAt'])
    .select(
      sql<Subscription[]>`(
        select coalesce(jsonb_agg(jsonb_build_object(
          'newsletter', n.slug, 'state', t.state, 'frequency', t.frequency, 'hour', t.hour,
          'sections', t.sections, 'format', t.format, 'pausedUntil', ${iso('t.paused_until')},
          'confirmedAt', ${iso('t.confirmed_at')},
          'unsubscribedAt', case when t.state = 'unsubscribed' then ${iso('t.left_at')} end)
          order by n.id), '[]')
        from subscriptions t join newsletters n on n.id = t.newsletter_id
        where t.subscriber_id = s.id and ${within(scope, 't.newsletter_id')})`.as('subscriptions'),
    )
    .$if(scope !== null, (query) =>
      query.where(
        sql<boolean>`exists (select from subscriptions t
          where t.subscriber_id = s.id and ${within(scope, 't.newsletter_id')})`,
      ),
    );
