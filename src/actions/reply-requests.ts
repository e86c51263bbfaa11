import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Actor } from '../operators/audit.ts';
import type { Done } from './commit.ts';
import { changeSubscriber, type SubscriberWork } from './subscribers.ts';

/** A reader's email that asks to be unsubscribed, which nobody has dealt with. */
export interface ReplyRequest {
  id: string;
  at: Date;
  email: string;
  /** Null: no reader has the address that it is from. */
  subscriber: string | null;
  newsletter: string;
  title: string;
}

/** The newest of them. */
export async function listReplyRequests(
  db: DbOrTransaction,
  scope: Scope,
  limit: number,
): Promise<ReplyRequest[]> {
  const { rows } = await sql<ReplyRequest>`
    select r.id, r.at, r.email, r.subscriber_id as subscriber, n.slug as newsletter, n.title
    from replies r join newsletters n on n.id = r.newsletter_id
    where r.wants_out and r.handled_at is null and ${within(scope, 'r.newsletter_id')}
    order by r.id desc limit ${limit}`.execute(db);
  return rows;
}

/** Takes one off the list, once; undefined where somebody else was quicker, or it is outside of the scope. */
export async function handleReplyRequest(
  tx: DbOrTransaction,
  scope: Scope,
  id: string,
): Promise<{ subscriber: string | null; newsletter: string } | undefined> {
  const { rows } = await sql<{ subscriber: string | null; newsletter: string }>`
    update replies r set handled_at = now() from newsletters n
    where r.id = ${id} and r.handled_at is null and n.id = r.newsletter_id
      and ${within(scope, 'r.newsletter_id')}
    returning r.subscriber_id as subscriber, n.slug as newsletter`.execute(tx);
  return rows[0];
}

/** Does what the email asks for, with the audit row of any other change; false where there was nothing to do. */
export async function unsubscribeAsAsked(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  by: SubscriberWork,
): Promise<Done<boolean>> {
  const asked = await handleReplyRequest(tx, by.scope ?? null, id);
  if (!asked?.subscriber) return { value: false };
  const { subscriber, newsletter } = asked;
  const { rows } = await sql`
    select from subscriptions t join newsletters n on n.id = t.newsletter_id
    where t.subscriber_id = ${subscriber} and n.slug = ${newsletter} and t.state <> 'unsubscribed'`.execute(
    tx,
  );
  if (rows.length === 0) return { value: false };
  const changes = { subscriptions: [{ newsletter, state: 'unsubscribed' }] };
  const { enqueue } = await changeSubscriber(tx, actor, subscriber, changes, by);
  return { value: true, ...(enqueue && { enqueue }) };
}
