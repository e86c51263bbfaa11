import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { SubscriberNotFound, SubscriberShared } from './errors.ts';

/** Whether a person has subscriptions to newsletters within the scope, and to others. */
export async function subscribedWithin(
  db: DbOrTransaction,
  scope: Scope,
  person: { id: string } | { emailKey: string },
): Promise<{ inside: boolean; outside: boolean }> {
  const [column, value] = 'id' in person ? ['s.id', person.id] : ['s.email_key', person.emailKey];
  const inside = within(scope, 't.newsletter_id');
  const { rows } = await sql<{ inside: boolean; outside: boolean }>`
    select coalesce(bool_or(${inside}), false) as inside,
      coalesce(bool_or(not ${inside}), false) as outside
    from subscribers s join subscriptions t on t.subscriber_id = s.id
    where ${sql.ref(column)} = ${value}`.execute(db);
  return rows[0] ?? { inside: false, outside: false };
}

/**
 * Throws SubscriberNotFound where a person has no subscription within the scope; with `whole`, for what is of the person
 * and not of one subscription, SubscriberShared where they have one outside of it.
 */
export async function requireSubscriber(
  db: DbOrTransaction,
  scope: Scope,
  id: string,
  { whole }: { whole: boolean },
): Promise<void> {
  if (scope === null) return;
  const { inside, outside } = await subscribedWithin(db, scope, { id });
  if (!inside) throw new SubscriberNotFound(id);
  if (whole && outside) throw new SubscriberShared(id);
}
