import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { organizationalDomain } from '../mail/organizational-domain.ts';

/** A week, by the Monday that it begins with (UTC, YYYY-MM-DD), and what was reported of it. */
export interface ReportedWeek {
  week: string;
  messages: number;
  /** Neither SPF nor DKIM spoke for From. */
  unaligned: number;
}

/** A server that sent in our name within a week. */
export interface Sender {
  domain: string;
  source: string;
  /** Its reverse name; null: none, or not looked up yet. */
  name: string | null;
  organization: string | null;
  messages: number;
  dkimAligned: number;
  spfAligned: number;
  unaligned: number;
  quarantined: number;
  rejected: number;
  /** How many receivers say so. */
  reporters: number;
  /** Of the messages, those that only reports speak of which nobody is known to have made. */
  doubtful: number;
}

/** What senders met on their way to a domain of ours within a week. */
export interface TlsWeek {
  domain: string;
  reporter: string;
  policyType: string;
  sessions: number;
  failed: number;
  failures: { type: string; host: string | null; sessions: number }[];
  doubtful: boolean;
}

const MOST_WEEKS = 26;
const MOST_SENDERS = 500;
const weekOf = sql`date_trunc('week', begins_at at time zone 'UTC')::date`;
const inWeek = (week: string) => sql`begins_at >= (${week}::date)::timestamp at time zone 'UTC'
  and begins_at < (${week}::date + 7)::timestamp at time zone 'UTC'`;

/** The weeks of which DMARC reports came, newest first. */
export async function reportedWeeks(db: DbOrTransaction): Promise<ReportedWeek[]> {
  const { rows } = await sql<Record<'week' | 'messages' | 'unaligned', string>>`
    select ${weekOf} as week, sum(messages) as messages,
      coalesce(sum(messages) filter (where not dkim_aligned and not spf_aligned), 0) as unaligned
    from machine_reports r join dmarc_rows d on d.report_id = r.id
    where kind = 'dmarc' and begins_at > now() - interval '200 days'
    group by 1 order by 1 desc limit ${MOST_WEEKS}`.execute(db);
  return rows.map(({ week, messages, unaligned }) => ({
    week,
    messages: Number(messages),
    unaligned: Number(unaligned),
  }));
}

/** Who sent in the name of some domains, or of all, within a week: most first. */
export async function sendersOf(
  db: DbOrTransaction,
  week: string,
  domains?: string[],
): Promise<Sender[]> {
  const { rows } = await sql<Record<keyof Sender, string> & { name: string | null }>`
    select domain, host(d.source) as source, n.name, sum(messages) as messages,
      coalesce(sum(messages) filter (where dkim_aligned), 0) as dkim_aligned,
      coalesce(sum(messages) filter (where spf_aligned), 0) as spf_aligned,
      coalesce(sum(messages) filter (where not dkim_aligned and not spf_aligned), 0) as unaligned,
      coalesce(sum(messages) filter (where disposition = 'quarantine'), 0) as quarantined,
      coalesce(sum(messages) filter (where disposition = 'reject'), 0) as rejected,
      count(distinct reporter) as reporters,
      coalesce(sum(messages) filter (where doubt is not null), 0) as doubtful
    from machine_reports r join dmarc_rows d on d.report_id = r.id
    left join source_names n on n.source = d.source
    where kind = 'dmarc' and ${inWeek(week)} and (${domains ?? null}::text[] is null or domain = any(${domains ?? null}))
    group by domain, d.source, n.name
    order by sum(messages) desc, d.source, domain limit ${MOST_SENDERS}`.execute(db);
  return rows.map(({ domain, source, name, ...counts }) => ({
    domain,
    source,
    name,
    organization: name === null ? null : organizationalDomain(name),
    messages: Number(counts.messages),
    dkimAligned: Number(counts.dkimAligned),
    spfAligned: Number(counts.spfAligned),
    unaligned: Number(counts.unaligned),
    quarantined: Number(counts.quarantined),
    rejected: Number(counts.rejected),
    reporters: Number(counts.reporters),
    doubtful: Number(counts.doubtful),
  }));
}

/** What was reported of TLS within a week: what failed first. */
export async function tlsOf(db: DbOrTransaction, week: string): Promise<TlsWeek[]> {
  const { rows } = await sql<
    Omit<TlsWeek, 'sessions' | 'failed'> & Record<'sessions' | 'failed', string>
  >`
    select domain, reporter, policy_type, sum(sessions) as sessions, sum(failed) as failed,
      (jsonb_agg(failures)) as failures, bool_or(doubt is not null) as doubtful
    from machine_reports r join tls_rows t on t.report_id = r.id
    where kind = 'tls' and ${inWeek(week)}
    group by domain, reporter, policy_type
    order by sum(failed) desc, sum(sessions) desc, reporter, domain limit ${MOST_SENDERS}`.execute(
    db,
  );
  return rows.map((row) => ({
    ...row,
    sessions: Number(row.sessions),
    failed: Number(row.failed),
    failures: row.failures.flat(),
  }));
}

/** The Monday of a day's week (UTC), YYYY-MM-DD. */
export function mondayOf(day: Date): string {
  const monday = new Date(day);
  monday.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}
