import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { EditionState, Kind } from '../database/tables.ts';
import type { Ledger } from './ledger.ts';

/** An edition with the counts of its ledger. */
export interface EditionFigures {
  id: string;
  newsletter: string;
  number: number;
  kind: Kind;
  state: EditionState;
  /** The date in the newsletter's time zone, YYYY-MM-DD. */
  localDate: string;
  ledger: Ledger;
}

/**
 * The newest editions that were begun to be sent, by their date, newest first. Each sums its ranges, a thousand for a
 * million readers: ask for as many as a page shows.
 */
export async function editionFigures(
  db: DbOrTransaction,
  {
    newsletter,
    from,
    to,
    scope,
    limit,
  }: { newsletter?: string | undefined; from: string; to: string; scope: Scope; limit: number },
): Promise<EditionFigures[]> {
  type Row = Omit<EditionFigures, 'ledger'> & Record<keyof Ledger, string>;
  const { rows } = await sql<Row>`
    with newest as (
      select e.id, n.slug as newsletter, e.number, e.kind, e.state, e.local_date
      from editions e join newsletters n on n.id = e.newsletter_id
      where e.local_date between ${from} and ${to} and e.frozen_at is not null
        and ${within(scope, 'e.newsletter_id')}
        and (${newsletter ?? null}::text is null or n.slug = ${newsletter ?? null})
      order by e.local_date desc, e.id desc limit ${limit}
    )
    select newest.id, newsletter, number, kind, newest.state, local_date::text as local_date,
      counts.queued, counts.sending, counts.sent, counts.failed, counts.skipped, counts.uncertain
    from newest cross join lateral (
      select coalesce(sum(queued), 0) as queued, coalesce(sum(r.sending), 0) as sending,
        coalesce(sum(r.sent), 0) as sent, coalesce(sum(failed), 0) as failed,
        coalesce(sum(skipped), 0) as skipped, coalesce(sum(uncertain), 0) as uncertain
      from ranges r where r.edition_id = newest.id) counts
    order by local_date desc, newest.id desc`.execute(db);
  return rows.map(({ queued, sending, sent, failed, skipped, uncertain, ...edition }) => ({
    ...edition,
    ledger: {
      queued: Number(queued),
      sending: Number(sending),
      sent: Number(sent),
      failed: Number(failed),
      skipped: Number(skipped),
      uncertain: Number(uncertain),
    },
  }));
}
