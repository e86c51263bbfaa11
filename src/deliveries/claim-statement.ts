// The one statement of the sending path: settles the answers that came in and claims the next rows of one range.
//
// Ranges are locked first, in order of their ids. Every change of what a range
// holds (claim, settle, reaper, cancel) takes that lock before the rows, so that a claim never meets a range that was
// taken from its worker, and two such transactions never wait for each other in a circle.
//
// $1 worker  $2 claim  $3 edition  $4 range  $5 after this subscriber  $6 last subscriber  $7 how many
// $8 answers as JSON  $9 ids of all ranges concerned

const HELD = `
  held as materialized (
    select id, worker from ranges where id = any($9::bigint[]) order by id for update
  ),
  answered as materialized (
    select * from json_to_recordset($8::json) as a(
      edition bigint, subscriber bigint, claim bigint, state text, reason text, delay integer, counted integer,
      relay text, answer text, uncertain boolean, variant bigint, event json, bounce json)
  )`;

// The gate only orders the work: no row is written before its range is locked.
const settled = (ledger: string) => `
  settled as (
    update ${ledger} d set
      state = a.state,
      -- why it was refused before stays with a row that is still to be sent
      reason = case when a.state = 'queued' then coalesce(a.reason, d.reason) else a.reason end,
      next_at = case when a.state = 'queued'
        then now() + a.delay * interval '1 millisecond' else d.next_at end,
      worker = null,
      claim = case when a.state = 'uncertain' or a.uncertain then d.claim end,
      attempts = d.attempts + a.counted,
      relay = coalesce(a.relay, d.relay),
      answer = coalesce(a.answer, d.answer),
      variant_id = coalesce(a.variant, d.variant_id),
      sent_at = case when a.state = 'sent' then now() end,
      uncertain_at = case when a.uncertain then now() else d.uncertain_at end
    from answered a, (select count(*) from held) gate
    where d.edition_id = a.edition and d.subscriber_id = a.subscriber and d.claim = a.claim
      and d.state = 'sending'
    returning d.edition_id, d.subscriber_id, d.range_id, d.state
  )`;

// A range that was taken is due. So are its rows that never waited for anything else, whatever the clock says: it may
// have been put back.
const claimed = (ledger: string) => `
  judged as materialized (
    select c.subscriber_id, c.reason as reason_before, e.revision, u.email, u.address_changes, u.name, u.language,
      s.sections, s.format, s.frequency,
      case
        when u.erased_at is not null or u.email is null then 'erased'
        when s.state is distinct from 'active' then 'unsubscribed'
        when exists (select 1 from suppressions x where x.address_hash = u.address_hash and not x.held)
          then 'suppressed'
        when s.paused_until > now() then 'paused'
        when u.rests is not null then u.rests
        when c.due_at + interval '24 hours' <= now() then 'expired'
      end as verdict
    from held h
      join editions e on e.id = $3::bigint and e.state = 'sending'
      cross join lateral (
        select d.subscriber_id, d.due_at, d.reason
        from ${ledger} d
        where d.edition_id = $3::bigint and d.subscriber_id > $5::bigint and d.subscriber_id <= $6::bigint
          and d.range_id = $4::bigint and d.state = 'queued' and (d.next_at <= now() or d.next_at = d.due_at)
        order by d.subscriber_id limit $7::integer
      ) c
      left join subscribers u on u.id = c.subscriber_id
      left join subscriptions s on s.newsletter_id = e.newsletter_id and s.subscriber_id = c.subscriber_id
    where h.id = $4::bigint and h.worker = $1::integer
  ),
  claimed as (
    update ${ledger} d set
      state = case when j.verdict is null then 'sending'
        when j.verdict = 'expired' then 'failed' else 'skipped' end,
      reason = coalesce(j.verdict, d.reason),
      worker = case when j.verdict is null then $1::integer end,
      claim = case when j.verdict is null then $2::bigint end,
      revision = case when j.verdict is null then j.revision else d.revision end
    from judged j
    where d.edition_id = $3::bigint and d.subscriber_id = j.subscriber_id and d.state = 'queued'
    returning d.subscriber_id, d.state, d.attempts, j.reason_before, j.revision, j.email, j.address_changes, j.name,
      j.language, j.sections, j.format, j.frequency
  )`;

const COUNTED = `
  counted as (
    update ranges r set
      queued = r.queued + c.queued, sending = r.sending + c.sending, sent = r.sent + c.sent,
      failed = r.failed + c.failed, skipped = r.skipped + c.skipped, uncertain = r.uncertain + c.uncertain
    from (
      select id, sum(queued) as queued, sum(sending) as sending, sum(sent) as sent, sum(failed) as failed,
        sum(skipped) as skipped, sum(uncertain) as uncertain
      from (
        select range_id as id, (state = 'queued')::integer as queued, -1 as sending,
          (state = 'sent')::integer as sent, (state = 'failed')::integer as failed,
          (state = 'skipped')::integer as skipped, (state = 'uncertain')::integer as uncertain
        from settled
        union all
        select $4::bigint, -1, (state = 'sending')::integer, 0, (state = 'failed')::integer,
          (state = 'skipped')::integer, 0
        from claimed
      ) each
      group by id
    ) c
    where r.id = c.id
  )`;

const WRITTEN_DOWN = `
  events as (
    insert into delivery_events (edition_id, subscriber_id, relay, phase, code, enhanced, reply)
    select a.edition, a.subscriber, a.relay, e.phase, e.code, e.enhanced, e.reply
    from answered a
      join settled s on s.edition_id = a.edition and s.subscriber_id = a.subscriber
      cross join lateral json_to_record(a.event) as e(phase text, code integer, enhanced text, reply text)
    where a.event is not null
  ),
  refusals as materialized (
    select a.edition, a.subscriber, a.answer, b.kind, b.hard, b.reason, b.status, u.address_hash, u.receiver_group,
      e.newsletter_id, e.state = 'paused' and e.held_by = 'refusals' as held
    from answered a
      join settled s on s.edition_id = a.edition and s.subscriber_id = a.subscriber
      join editions e on e.id = a.edition
      join subscribers u on u.id = a.subscriber
      cross join lateral json_to_record(a.bounce) as b(kind text, hard boolean, reason text, status text)
    where a.bounce is not null and u.address_hash is not null
  ),
  came_back as (
    insert into bounces (kind, source, subscriber_id, edition_id, newsletter_id, receiver_group, hard, reason, status,
      words, followed)
    select kind, 'relay', subscriber, edition, newsletter_id, receiver_group, hard, reason, status, left(answer, 500),
      false
    from refusals
    on conflict do nothing
  ),
  bounced as (
    insert into suppressions (address_hash, reason, edition_id, held, detail)
    select address_hash,
      case when kind = 'bounce' then 'bounce' when reason = 'complaint' then 'complaint' else 'provider' end,
      case when kind = 'bounce' then edition end, held and kind = 'bounce', answer
    from refusals where hard
    on conflict (address_hash) do nothing
  )`;

// At least one row: what was settled and looked at, and beside it each that is ours to send.
const REPORTED = `
  select s.settled, l.looked, l.last, c.subscriber_id, c.email, c.address_changes, c.name, c.language, c.sections, c.format, c.frequency,
    c.revision, c.attempts, c.reason_before
  from (select count(*) as settled from settled) s,
    (select count(*) as looked, max(subscriber_id) as last from judged) l
    left join claimed c on c.state = 'sending'`;

/** The statements of the sending path for one table of rows: a partition of the ledger, or all of it. */
export interface ClaimStatements {
  /** As it nearly always is: every answer a 250. */
  settleAndClaim: string;
  /** The same where an answer's words are to be written down, or an address bounced. */
  settleAndClaimWithEvents: string;
  /**
   * Settles answers that came too late: their rows were judged uncertain, and they were not claimed since. What
   * never started is queued as if it had never been claimed. $1 answers as JSON  $2 ids of all ranges concerned
   */
  settleLate: string;
}

/** `ledger` is the name of the table, and comes from `ledgerOf`. */
export function claimStatements(ledger: string): ClaimStatements {
  const parts = [HELD, settled(ledger), claimed(ledger), COUNTED];
  return {
    settleAndClaim: `with ${parts.join(',')} ${REPORTED}`,
    settleAndClaimWithEvents: `with ${[...parts, WRITTEN_DOWN].join(',')} ${REPORTED}`,
    settleLate: settleLate(ledger),
  };
}

const settleLate = (ledger: string) => `
  with held as materialized (
    select id from ranges where id = any($2::bigint[]) order by id for update
  ),
  answered as materialized (
    select * from json_to_recordset($1::json) as a(
      edition bigint, subscriber bigint, claim bigint, state text, reason text, delay integer, counted integer,
      relay text, answer text, uncertain boolean, variant bigint)
  ),
  judged as materialized (
    select d.edition_id, d.subscriber_id, d.state as state_before
    from answered a, (select count(*) from held) gate, ${ledger} d
    where d.edition_id = a.edition and d.subscriber_id = a.subscriber and d.claim = a.claim
      and (d.state = 'uncertain' or d.state = 'queued' and d.uncertain_at is not null)
      and not a.uncertain
    for update of d
  ),
  settled as (
    update ${ledger} d set
      state = a.state, worker = null, claim = null,
      reason = case when a.state = 'queued' then coalesce(a.reason, d.reason) else a.reason end,
      next_at = case when a.state = 'queued' then now() + a.delay * interval '1 millisecond' else d.next_at end,
      attempts = d.attempts + a.counted,
      relay = coalesce(a.relay, d.relay), answer = coalesce(a.answer, d.answer),
      variant_id = coalesce(a.variant, d.variant_id),
      sent_at = case when a.state = 'sent' then now() end,
      uncertain_at = case when a.state = 'queued' then null else d.uncertain_at end
    from answered a join judged j on j.edition_id = a.edition and j.subscriber_id = a.subscriber
    where d.edition_id = a.edition and d.subscriber_id = a.subscriber and d.claim = a.claim
    returning d.range_id, j.state_before, d.state
  )
  update ranges r set
    queued = r.queued + c.queued, sent = r.sent + c.sent, failed = r.failed + c.failed,
    skipped = r.skipped + c.skipped, uncertain = r.uncertain + c.uncertain,
    state = case when c.queued > 0 then 'planned' else r.state end,
    next_at = case when c.queued > 0 then now() else r.next_at end
  from (
    select range_id,
      sum((state = 'queued')::integer - (state_before = 'queued')::integer) as queued,
      sum((state = 'sent')::integer) as sent, sum((state = 'failed')::integer) as failed,
      sum((state = 'skipped')::integer) as skipped,
      sum((state = 'uncertain')::integer - (state_before = 'uncertain')::integer) as uncertain
    from settled group by range_id
  ) c
  where r.id = c.range_id`;
