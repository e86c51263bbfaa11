import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Attention } from './list.ts';
import type { AttentionChange } from './record.ts';

/** A mail about something that needs a person, or no longer does. */
export interface Alert extends Pick<Attention, 'cause' | 'subject' | 'detail' | 'facts' | 'since'> {
  id: string;
  event: AttentionChange['state'];
  email: string;
  language: string;
  /** Whether an operator asked for it; else the address stands in ALERT_TO. */
  chosen: boolean;
  attempts: number;
  createdAt: Date;
  over: Date | null;
}

/**
 * Queues the mails about changes, in the transaction that made them: to the addresses of ALERT_TO and to the operators
 * who chose the cause, one each. That it is over is told to those who were told of it.
 */
export async function queueAlerts(
  tx: DbOrTransaction,
  changes: AttentionChange[],
  alertTo: string[],
): Promise<void> {
  const ids = (state: AttentionChange['state']) =>
    changes.filter((one) => one.state === state).map(({ id }) => id);
  await sql`
    insert into alerts (attention_id, event, email, language, operator_id)
    select a.id, 'raised', o.email, o.language, o.id
    from attention a join operators o on a.cause = any(o.alerts) and o.disabled_at is null
      and (o.bound_to is null or a.newsletter_id = any(o.bound_to))
    where a.id = any(${ids('raised')}::bigint[])
    union all
    select a.id, 'raised', t.email, coalesce(o.language,
        (select n.language from newsletters n where n.active order by n.id limit 1), 'en'), null
    from attention a cross join unnest(${alertTo}::text[]) as t (email)
      left join operators o on lower(o.email) = lower(t.email)
    where a.id = any(${ids('raised')}::bigint[])
    on conflict do nothing`.execute(tx);
  await sql`
    insert into alerts (attention_id, event, email, language, operator_id)
    select attention_id, 'over', email, language, operator_id from alerts
    where attention_id = any(${ids('over')}::bigint[]) and event = 'raised'
    on conflict do nothing`.execute(tx);
}

/**
 * Takes the mails that are due, for `leaseMs`: nobody else takes them meanwhile, and who dies over them leaves them to
 * others. That something is over waits until it was told that it began.
 */
export async function claimAlerts(db: DbOrTransaction, leaseMs: number): Promise<Alert[]> {
  const { rows } = await sql<Alert>`
    with due as (
      select id from alerts m
      where state = 'queued' and next_at <= now() and not exists (
        select from alerts before where before.attention_id = m.attention_id
          and before.email = m.email and before.event = 'raised' and before.state = 'queued'
          and m.event = 'over')
      order by id limit 200 for update skip locked
    )
    update alerts m set attempts = attempts + 1, next_at = now() + ${leaseMs} * interval '1 millisecond'
    from due, attention a
    where m.id = due.id and a.id = m.attention_id
    returning m.id, m.event, m.email, m.language, m.operator_id is not null as chosen, m.attempts,
      m.created_at, a.cause, a.subject, a.detail, a.facts, a.since, a.over`.execute(db);
  return rows.toSorted((one, other) => Number(one.id) - Number(other.id));
}

/** What became of the mails that were tried together. */
export type AlertOutcome =
  | { state: 'sent' | 'failed'; relay: string; answer: string }
  /** Tried again in so many milliseconds, and given up a day after it was queued. */
  | { state: 'queued'; relay: string; answer: string; againMs: number };

/** Writes down what became of mails. */
export async function settleAlerts(
  db: DbOrTransaction,
  ids: string[],
  outcome: AlertOutcome,
): Promise<void> {
  const { state, relay, answer } = outcome;
  const againMs = outcome.state === 'queued' ? outcome.againMs : 0;
  await sql`
    update alerts set relay = ${relay}, answer = ${answer},
      state = case when ${state} = 'queued' and created_at < now() - interval '1 day' then 'failed'
        else ${state} end,
      sent_at = case when ${state} = 'sent' then now() end,
      next_at = now() + ${againMs} * interval '1 millisecond'
    where id = any(${ids}::bigint[]) and state = 'queued'`.execute(db);
}

/** A mail as the page of alerts shows it. */
export interface SentAlert {
  cause: Attention['cause'];
  subject: string;
  event: AttentionChange['state'];
  email: string;
  state: 'queued' | 'sent' | 'failed';
  attempts: number;
  relay: string | null;
  answer: string | null;
  createdAt: Date;
  sentAt: Date | null;
}

/** The newest mails. */
export async function newestAlerts(db: DbOrTransaction, limit: number): Promise<SentAlert[]> {
  const { rows } = await sql<SentAlert>`
    select a.cause, a.subject, m.event, m.email, m.state, m.attempts, m.relay, m.answer, m.created_at, m.sent_at
    from alerts m join attention a on a.id = m.attention_id
    order by m.id desc limit ${limit}`.execute(db);
  return rows;
}
