import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { type Cause, type Finding, newsroomWide } from './causes.ts';

/** What was found, and of which causes: those that could not be looked for stay as they are. */
export interface Found {
  findings: Finding[];
  lookedFor: readonly Cause[];
}

/** A row that began to need a person, or no longer does. */
export interface AttentionChange {
  id: string;
  cause: Cause;
  subject: string;
  state: 'raised' | 'over';
}

/**
 * Writes down what was found, in the caller's transaction: what is new, what lasts for long enough to need a person,
 * what is over. Answers each change to the one caller that made it, however many look.
 */
export async function recordFound(
  tx: DbOrTransaction,
  { findings, lookedFor }: Found,
  unseenMs: number,
): Promise<AttentionChange[]> {
  const rows = JSON.stringify(
    findings.map(({ graceMs, newsletterId, since, mark, ...rest }) => ({
      ...rest,
      newsletter_id: newsletterId,
      since: since ?? null,
      mark: mark ?? null,
      grace: graceMs,
    })),
  );
  const { rows: changed } = await sql<Pick<AttentionChange, 'id' | 'state'>>`
    with found as materialized (
      select * from jsonb_to_recordset(${rows}::jsonb) as f (cause text, subject text, newsletter_id bigint,
        detail text, facts jsonb, mark text, since timestamptz, grace bigint)
    ),
    written as (
      insert into attention as a (cause, subject, newsletter_id, detail, facts, mark, since)
      select cause, subject, newsletter_id, detail, facts, mark, coalesce(since, now()) from found
      on conflict (cause, subject) where over is null do update set
        seen = now(), detail = excluded.detail, facts = excluded.facts, mark = excluded.mark,
        found_at = case when a.mark is distinct from excluded.mark then now() else a.found_at end
      returning a.id, a.cause, a.subject, a.found_at, a.raised_at
    )
    select w.id, 'raised' as state from written w join found f using (cause, subject)
    where w.raised_at is null and w.found_at <= now() - f.grace * interval '1 millisecond'
    union all
    select a.id, 'over' from attention a
    where a.over is null and a.cause = any(${lookedFor}::text[])
      and (a.cause <> all(${[...newsroomWide]}::text[]) or a.seen < now() - ${unseenMs} * interval '1 millisecond')
      and not exists (select from found f where f.cause = a.cause and f.subject = a.subject)`.execute(
    tx,
  );
  const ids = (state: AttentionChange['state']) =>
    changed.filter((one) => one.state === state).map(({ id }) => id);
  const { rows: raised } = await sql<AttentionChange>`
    update attention set raised_at = now()
    where id = any(${ids('raised')}::bigint[]) and raised_at is null and over is null
    returning id, cause, subject, 'raised' as state`.execute(tx);
  // What never needed anybody is nothing to tell of.
  await sql`
    delete from attention where id = any(${ids('over')}::bigint[]) and raised_at is null`.execute(
    tx,
  );
  const { rows: over } = await sql<AttentionChange>`
    update attention set over = now() where id = any(${ids('over')}::bigint[]) and over is null
    returning id, cause, subject, 'over' as state`.execute(tx);
  return [...raised, ...over];
}

/** Forgets what is long over. */
export async function forgetOver(db: DbOrTransaction, days: number): Promise<void> {
  await sql`
    delete from attention where over < now() - ${days} * interval '1 day'`.execute(db);
}
