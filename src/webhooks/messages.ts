import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { readId } from '../text/id.ts';
import { AttemptNotFound } from './errors.ts';

/** How long messages and their log are kept. */
const KEPT_DAYS = 30;

/** Writes down that something needs a person, or no longer does: call it in the transaction that says so. */
export async function tellOfAttention(
  tx: DbOrTransaction,
  changes: readonly { id: string; state: 'raised' | 'over' }[],
): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into webhook_messages (webhook_id, type, data)
    select w.id, 'attention', jsonb_build_object('cause', a.cause, 'subject', a.subject,
      'newsletter', n.slug, 'state', c.state, 'since', a.since)
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c (id bigint, state text)
    join attention a on a.id = c.id left join newsletters n on n.id = a.newsletter_id
    join webhooks w on w.disabled_at is null and 'attention' = any(w.events)
      and (w.bound_to is null or a.newsletter_id = any(w.bound_to))
    order by a.id, w.id`.execute(tx);
}

/** Queues a message that only says that the webhook works; answers its id. */
export async function queueTest(tx: DbOrTransaction, webhookId: string): Promise<string> {
  const { id } = await tx
    .insertInto('webhookMessages')
    .values({ webhookId, type: 'test', data: JSON.stringify({ webhook: webhookId }) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** One try to tell a webhook something. */
export interface Attempt {
  id: string;
  /** The message, as `webhook-id` names it. */
  message: string;
  type: string;
  at: Date;
  /** Null: no answer came. */
  status: number | null;
  /** The beginning of the answer. */
  answer: string | null;
  /** Why no answer came. */
  error: string | null;
  milliseconds: number;
  /** What became of the message: `queued`, it is tried again at `nextAt`. */
  state: 'queued' | 'sent' | 'failed';
  nextAt: Date | null;
}

/** The log of a webhook, newest first. `after` is the `next` of the page before. */
export async function listAttempts(
  db: DbOrTransaction,
  webhookId: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ data: Attempt[]; next: string | null }> {
  const { rows } = await sql<Attempt>`
    select a.id, 'msg_' || m.id as message, m.type, a.at, a.status, a.answer, a.error, a.milliseconds,
      m.state, case when m.state = 'queued' then m.next_at end as next_at
    from webhook_attempts a join webhook_messages m on m.id = a.message_id
    where a.webhook_id = ${webhookId} and (${after ?? null}::bigint is null or a.id < ${after ?? null})
    order by a.id desc limit ${limit + 1}`.execute(db);
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/**
 * Has a message told again that an attempt was about, under the same `webhook-id`, whatever became of it. Answers the
 * message's id. Throws AttemptNotFound.
 */
export async function resend(
  tx: DbOrTransaction,
  webhookId: string,
  attemptId: string,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    update webhook_messages m set state = 'queued', attempts = 0, next_at = now()
    from webhook_attempts a
    where a.id = ${readId(attemptId) ?? '0'} and a.webhook_id = ${webhookId} and m.id = a.message_id
    returning m.id`.execute(tx);
  const [message] = rows;
  if (!message) throw new AttemptNotFound(attemptId);
  return message.id;
}

/** Forgets what is older than a month. */
export async function forgetMessages(db: DbOrTransaction): Promise<void> {
  await sql`
    delete from webhook_messages where id in (
      select id from webhook_messages where at < now() - ${KEPT_DAYS} * interval '1 day' limit 10000)`.execute(
    db,
  );
}
