import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import type { ImportLine, LeftOut } from './lines.ts';

/**
 * Stores a batch of lines, each with its consent, as active subscriptions, in one statement and so in one
 * short transaction. What a reader took back after that consent, and whoever is suppressed, is left out.
 * The lines must be of different addresses.
 */
export async function storeBatch(
  db: DbOrTransaction,
  batch: ImportLine[],
  {
    newsletterId,
    importId,
    hashAddress,
    now,
  }: { newsletterId: string; importId: string; hashAddress: HashAddress; now: Date },
): Promise<{ added: number; updated: number; leftOut: LeftOut[] }> {
  const rows = JSON.stringify(
    batch.map(({ address, consentSource, consentAt, ...line }) => ({
      ...line,
      email: address.email,
      key: address.key,
      hash: hashAddress(address.key).toString('hex'),
      grp: address.group,
      source: consentSource,
      consented: consentAt,
    })),
  );
  const { rows: outcomes } = await sql<{ line: number; outcome: string }>`
    with given as (
      select *, decode(hash, 'hex') as address_hash from jsonb_to_recordset(${rows}::jsonb) as g(
        line int, email text, key text, hash text, grp text, name text, language text, timezone text,
        sections text[], frequency text, source text, consented timestamptz)
    ), judged as (
      select g.*, case
        when exists (select from suppressions x where x.address_hash = g.address_hash and not x.held)
          then 'suppressed'
        when t.state = 'unsubscribed' and t.left_at > g.consented then 'left'
        when t.state = 'active' then 'updated' else 'added' end as outcome
      from given g
        left join subscribers s on s.email_key = g.key
        left join subscriptions t on t.subscriber_id = s.id and t.newsletter_id = ${newsletterId}
    ), people as (
      insert into subscribers as s (email, email_key, address_hash, receiver_group, name, language,
        timezone, created_at)
      select email, key, address_hash, grp, name, language, timezone, ${now}::timestamptz
      from judged where outcome in ('added', 'updated')
      on conflict (email_key) do update set name = coalesce(excluded.name, s.name),
        language = coalesce(excluded.language, s.language),
        timezone = coalesce(excluded.timezone, s.timezone)
      returning s.id, s.email_key
    ), placed as (
      insert into subscriptions as t (newsletter_id, subscriber_id, state, frequency, sections,
        created_at, confirmed_at, active_from)
      select ${newsletterId}::bigint, p.id, 'active', j.frequency, j.sections, ${now}::timestamptz,
        j.consented, ${now}::timestamptz
      from judged j join people p on p.email_key = j.key
      on conflict (newsletter_id, subscriber_id) do update set state = 'active',
        frequency = excluded.frequency, sections = excluded.sections,
        confirmed_at = case when t.state = 'active' then t.confirmed_at else excluded.confirmed_at end,
        active_from = case when t.state = 'active' then t.active_from else excluded.active_from end,
        left_at = null, leave_reason = null
      where not (t.state = 'unsubscribed' and t.left_at > excluded.confirmed_at)
      returning t.subscriber_id
    ), consented as (
      insert into consents (subscriber_id, newsletter_id, action, at, form, detail)
      select p.id, ${newsletterId}::bigint, 'import', j.consented, 'import',
        jsonb_build_object('source', j.source, 'import', ${importId}::text, 'line', j.line)
      from judged j join people p on p.email_key = j.key join placed on placed.subscriber_id = p.id
    )
    select line, outcome from judged order by line`.execute(db);

  const reasons: Record<string, string> = {
    suppressed: 'The address is suppressed.',
    left: 'The reader has left since that consent.',
  };
  return {
    added: outcomes.filter((row) => row.outcome === 'added').length,
    updated: outcomes.filter((row) => row.outcome === 'updated').length,
    leftOut: outcomes.flatMap(({ line, outcome }) => {
      const reason = reasons[outcome];
      return reason ? [{ line, reason, error: true }] : [];
    }),
  };
}
