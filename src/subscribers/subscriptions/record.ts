import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Format, Frequency, SubscriptionState } from '../../database/tables.ts';
import type { Evidence } from '../consent-evidence.ts';
import { agreedBefore, leftSince, takeOver } from './told-by-others.ts';

/** A consent or its withdrawal, as it is stored. */
export interface ConsentRow extends Omit<Evidence, 'form'> {
  action: 'request' | 'confirm' | 'withdraw' | 'undo' | 'import' | 'operator';
  at: Date;
  form: string | null;
  detail: Record<string, unknown> | null;
}

/** A subscription that came about elsewhere and is recorded here: by an operator, a program or an import. */
export interface RecordedSubscription {
  subscriberId: string;
  newsletterId: string;
  state: SubscriptionState;
  /** Never null where the state is `active`. */
  consentAt: Date | null;
  /** Never null where the state is `unsubscribed`. */
  unsubscribedAt: Date | null;
  consents: ConsentRow[];
  /** Null, like the others: as the reader chose it before, else daily, the newsletter's hour, all sections, all of an edition, no pause. */
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  format: Format | null;
  pausedUntil: Date | null;
}

/** What a recorded subscription changed; `unsubscribed`: nothing, the reader has unsubscribed since its consent. */
export type Recorded = 'added' | 'changed' | 'same' | 'unsubscribed';

/**
 * Records subscriptions with their consents, and no letter. An active one is active from now on, and of one that was
 * active before only the choices change; a reader who unsubscribed after the consent stays so. A pending
 * one changes nothing where there is any; an unsubscribed one ends what was confirmed before. No two may be of
 * the same subscriber and newsletter. Returns what each changed, in the order given.
 */
export async function recordSubscriptions(
  db: DbOrTransaction,
  subscriptions: RecordedSubscription[],
  now: Date,
): Promise<Recorded[]> {
  const given = JSON.stringify(subscriptions.map((subscription, n) => ({ ...subscription, n })));
  const { rows } = await sql<{ n: number; outcome: Recorded }>`
    with given as materialized (
      select * from jsonb_to_recordset(${given}::jsonb) as g(n int, "subscriberId" bigint,
        "newsletterId" bigint, state text, "consentAt" timestamptz, "unsubscribedAt" timestamptz,
        consents jsonb, frequency text, hour text, sections text[], format text,
        "pausedUntil" timestamptz)
    ), judged as (
      select g.n, g."subscriberId", g."newsletterId", g.state, g."consentAt", g."unsubscribedAt", g.consents,
        coalesce(g.frequency, t.frequency, 'daily') as frequency,
        coalesce(g.hour, t.hour) as hour, coalesce(g.sections, t.sections) as sections,
        coalesce(g.format, t.format, 'full') as format,
        coalesce(g."pausedUntil", t.paused_until) as paused_until,
        case
          when t.state is null then 'added'
          when g.state = 'pending' then 'same'
          when g.state = 'unsubscribed' then case when t.state <> 'unsubscribed'
            and ${sql.raw(agreedBefore('g."unsubscribedAt"'))} then 'changed' else 'same' end
          when ${sql.raw(leftSince('g."consentAt"'))} then 'unsubscribed'
          when t.state <> 'active' then 'added'
          when (coalesce(g.frequency, t.frequency), coalesce(g.hour, t.hour),
              coalesce(g.sections, t.sections), coalesce(g.format, t.format),
              coalesce(g."pausedUntil", t.paused_until))
            is distinct from (t.frequency, t.hour, t.sections, t.format, t.paused_until) then 'changed'
          else 'same' end as outcome
      from given g left join subscriptions t on t.subscriber_id = g."subscriberId"
        and t.newsletter_id = g."newsletterId"
    ), placed as (
      insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, hour, sections,
        format, paused_until, created_at, confirmed_at, active_from, left_at)
      select j."newsletterId", j."subscriberId", j.state, j.frequency, j.hour, j.sections, j.format, j.paused_until,
        ${now}::timestamptz, j."consentAt", case when j.state = 'active' then ${now}::timestamptz end,
        j."unsubscribedAt"
      from judged j where j.outcome in ('added', 'changed') order by j."subscriberId", j."newsletterId"
      ${sql.raw(takeOver('excluded.confirmed_at'))}
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, origin_address, user_agent, form,
        wording, wording_version, detail)
      select j."subscriberId", j."newsletterId", c->>'action', (c->>'at')::timestamptz,
        c->>'originAddress', c->>'userAgent', c->>'form', c->>'wording', c->>'wordingVersion',
        nullif(c->'detail', 'null')
      from judged j, jsonb_array_elements(j.consents) with ordinality as entry (c, nth)
      where j.outcome <> 'unsubscribed' and not exists (
        select from consents k where k.subscriber_id = j."subscriberId" and k.newsletter_id = j."newsletterId"
          and k.action = c->>'action' and k.at = (c->>'at')::timestamptz)
      order by j.n, nth
    )
    select n, outcome from judged order by n`.execute(db);
  return rows.map((row) => row.outcome);
}
