/*
 * What somebody else tells of a reader's subscription `t` (a file, an operator, a program) against what the reader did
 * here, as SQL: one place for single readers and for files of millions.
 */

/** Whether the reader has unsubscribed since `at`; who asked anew after that, and did not confirm, has too. */
export const leftSince = (at: string): string =>
  `(t.state <> 'active' and t.left_at is not null and t.left_at >= ${at})`;

/** Whether what the reader agreed to is older than `at`, when they are said to have unsubscribed elsewhere. */
export const agreedBefore = (at: string): string =>
  `coalesce(t.confirmed_at, t.created_at) < ${at}`;

/**
 * The end of `insert into subscriptions as t`: what is told becomes of the subscription there is. An active one is not
 * taken for one whose reader has unsubscribed since `consentAt`, whatever happened while the statement ran; an
 * unsubscribed one ends what was agreed to before; a pending one changes nothing.
 */
export const takeOver = (consentAt: string): string => `
  on conflict (newsletter_id, subscriber_id) do update set state = excluded.state,
    frequency = excluded.frequency, hour = excluded.hour, sections = excluded.sections, format = excluded.format,
    paused_until = excluded.paused_until,
    left_at = case when excluded.state = 'unsubscribed' then excluded.left_at end,
    leave_reason = case when excluded.state = 'unsubscribed' then excluded.leave_reason end,
    requested = null,
    confirmed_at = case when t.state = 'active' or excluded.state <> 'active' then t.confirmed_at
      else excluded.confirmed_at end,
    active_from = case when t.state = 'active' or excluded.state <> 'active' then t.active_from
      else excluded.active_from end
  where case excluded.state
    when 'active' then not ${leftSince(consentAt)}
    when 'unsubscribed' then t.state in ('active', 'pending') and ${agreedBefore('excluded.left_at')}
    else false end`;
