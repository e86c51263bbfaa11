import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { DmarcReport } from './dmarc.ts';
import type { TlsReport } from './tls.ts';
import { UnusableReport } from './unpack.ts';

/** What shows who made a report: anybody may send one. */
export interface Origin {
  /** The domain of a good DKIM signature of the mail that it came in. */
  signedBy: string | null;
  /** Why nothing shows that the reporter made it; null: their own signature does. */
  doubt: 'unsigned' | 'other-signer' | null;
}

const MOST_A_DAY = 2_000;
/** A report is about a day; one of a year ago or of next week is none. */
const OLDEST_MS = 60 * 86_400_000;
const LONGEST_MS = 8 * 86_400_000;

/**
 * Keeps a report, once however often it comes. False where it is there already, or enough came within a day. Call it in a
 * transaction. Throws UnusableReport for one that is of no day.
 */
export async function keepReport(
  tx: DbOrTransaction,
  report: DmarcReport | TlsReport,
  { signedBy, doubt }: Origin,
  now: Date,
): Promise<boolean> {
  const { kind, reporter, reportId, domain, begins, ends, policy } = report;
  const span = ends.getTime() - begins.getTime();
  const age = now.getTime() - begins.getTime();
  if (!(span >= 0 && span <= LONGEST_MS && age >= -86_400_000 && age <= OLDEST_MS))
    throw new UnusableReport('It is of no day that can be.');
  if (!reporter || !reportId) throw new UnusableReport('It says neither who reports nor what.');
  const { rows } = await sql<{ id: string }>`
    insert into machine_reports (kind, reporter, report_id, domain, begins_at, ends_at, policy, signed_by, doubt)
    select ${kind}, ${clean(reporter)}, ${clean(reportId)}, ${domain}, ${begins}, ${ends}, ${clean(policy)}, ${signedBy}, ${doubt}
    where (select count(*) from machine_reports where received_at > now() - interval '1 day') < ${MOST_A_DAY}
    on conflict do nothing
    returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return false;
  if (report.kind === 'dmarc') {
    const json = JSON.stringify(report.rows);
    await sql`
      insert into dmarc_rows (report_id, source, messages, disposition, dkim_aligned, spf_aligned)
      select ${id}, source, messages, disposition, "dkimAligned", "spfAligned"
      from jsonb_to_recordset(${json}::jsonb) as each (source inet, messages bigint, disposition text,
        "dkimAligned" boolean, "spfAligned" boolean)`.execute(tx);
    await sql`insert into source_names (source) select distinct source from dmarc_rows
      where report_id = ${id} on conflict do nothing`.execute(tx);
  } else {
    const json = clean(JSON.stringify(report.rows));
    await sql`
      insert into tls_rows (report_id, policy_type, sessions, failed, failures)
      select ${id}, "policyType", sessions, failed, failures
      from jsonb_to_recordset(${json}::jsonb) as each ("policyType" text, sessions bigint, failed bigint,
        failures jsonb)`.execute(tx);
  }
  return true;
}

/** What PostgreSQL cannot keep: U+0000, as it is and as JSON writes it. */
const clean = (text: string) => text.replaceAll('\0', '').replaceAll('\\u0000', '').toWellFormed();

/** Forgets what was reported more than 400 days ago. */
export async function forgetReports(db: DbOrTransaction): Promise<void> {
  await sql`delete from machine_reports where received_at < now() - interval '400 days'`.execute(
    db,
  );
}

/** Addresses whose names nobody has looked up yet, the first few. */
export async function unnamedSources(db: DbOrTransaction, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('sourceNames')
    .select(sql<string>`host(source)`.as('source'))
    .where('lookedUpAt', 'is', null)
    .limit(limit)
    .execute();
  return rows.map(({ source }) => source);
}

/** Writes down the name of an address; null: it has none. */
export async function nameSource(
  db: DbOrTransaction,
  source: string,
  name: string | null,
): Promise<void> {
  await sql`update source_names set name = ${name}, looked_up_at = now()
    where source = ${source}::inet`.execute(db);
}
