import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Due, Outcome } from './send.ts';

const MINUTE = 60;
const HOUR = 3600;
/** How long after each failure it is tried again, in seconds: together a little more than a day. */
const WAITS = [
  5,
  30,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  5 * HOUR,
  6 * HOUR,
  7 * HOUR,
];
/** When a try whose worker is gone is judged lost. */
const LEASE_SECONDS = 60;

/** How many messages of one webhook are told at the same time; of one that fails, one. */
export const AT_ONCE = 4;

const due = sql`m.state = 'queued' and m.next_at <= now()`;
const returned = sql`m.id, m.webhook_id, m.type, m.at, m.data, m.attempts, w.url,
  array_remove(array[w.secret, case when w.previous_until > now() then w.previous_secret end], null) as secrets`;

export interface Claimed extends Due {
  isFailing: boolean;
}

/**
 * Takes messages that are due, a few of each webhook, so that one that hangs holds up no other; none of the webhooks
 * that are `busy`. What is taken is due again in a minute, should its worker be lost.
 */
export async function claimMessages(
  db: DbOrTransaction,
  busy: readonly string[],
): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with taken as materialized (
      select waiting.id from webhooks w cross join lateral (
        select m.id from webhook_messages m where m.webhook_id = w.id and ${due}
        order by m.next_at, m.id
        limit case when w.failing_since is null then ${AT_ONCE}::int else 1 end
        for update skip locked) waiting
      where w.disabled_at is null and w.id <> all(${[...busy]}::bigint[])
    )
    update webhook_messages m set attempts = attempts + 1,
      next_at = now() + ${LEASE_SECONDS} * interval '1 second'
    from taken, webhooks w where m.id = taken.id and w.id = m.webhook_id
    returning ${returned}, w.failing_since is not null as is_failing`.execute(db);
  return rows;
}

/** Takes one message, due or not. Undefined where there is none, or its webhook is off. */
export async function claimMessage(db: DbOrTransaction, id: string): Promise<Due | undefined> {
  const { rows } = await sql<Due>`
    update webhook_messages m set attempts = attempts + 1,
      next_at = now() + ${LEASE_SECONDS} * interval '1 second'
    from webhooks w
    where m.id = ${id} and m.state = 'queued' and w.id = m.webhook_id and w.disabled_at is null
    returning ${returned}`.execute(db);
  return rows[0];
}

/**
 * Writes down what came of a try: told (2xx), to be tried again, or given up. A receiver that says 410 is never told
 * again, and one that has failed for a day is left alone: the answer says which, if this switched the webhook off.
 */
export async function settleMessage(
  tx: DbOrTransaction,
  { id, webhookId, attempts }: Pick<Due, 'id' | 'webhookId' | 'attempts'>,
  { status, answer, error, milliseconds, retryAfterSeconds }: Outcome,
): Promise<'gone' | 'failing' | null> {
  await tx
    .insertInto('webhookAttempts')
    .values({ messageId: id, webhookId, status, answer, error, milliseconds })
    .execute();
  if (status !== null && status >= 200 && status < 300) {
    await sql`update webhook_messages set state = 'sent' where id = ${id}`.execute(tx);
    await sql`update webhooks set failing_since = null
      where id = ${webhookId} and failing_since is not null`.execute(tx);
    return null;
  }
  const wait = Math.max(WAITS[attempts - 1] ?? 0, Math.min(retryAfterSeconds ?? 0, HOUR));
  const gone = status === 410;
  const over = gone || attempts > WAITS.length;
  await sql`
    update webhook_messages set
      state = case when ${over} or at < now() - interval '2 days' then 'failed' else 'queued' end,
      next_at = now() + ${wait} * interval '1 second'
    where id = ${id} and state = 'queued'`.execute(tx);
  const dayLong = sql`coalesce(failing_since, now()) < now() - interval '24 hours'`;
  const { rows } = await sql<{ disabledBy: 'gone' | 'failing' | null }>`
    update webhooks set failing_since = coalesce(failing_since, now()),
      disabled_at = case when ${gone} or ${dayLong} then now() end,
      disabled_by = case when ${gone} then 'gone' when ${dayLong} then 'failing' end
    where id = ${webhookId} and disabled_at is null
    returning disabled_by`.execute(tx);
  return rows[0]?.disabledBy ?? null;
}
