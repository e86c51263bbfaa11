import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** How an edition stands while it is being sent. */
export interface Standing {
  revision: number;
  /** Some reader has it already. */
  anySent: boolean;
  /** How many could get it, as far as it is planned: those skipped are not counted. */
  audience: number;
}

/** Reads an edition's standing from its ranges. */
export async function standingOf(db: DbOrTransaction, edition: string): Promise<Standing> {
  const { rows } = await sql<{ revision: number; sent: string; readers: string }>`
    select e.revision, coalesce(sum(r.sent), 0) as sent, coalesce(sum(r.size - r.skipped), 0) as readers
    from editions e left join ranges r on r.edition_id = e.id
    where e.id = ${edition} group by e.revision`.execute(db);
  const row = rows[0];
  return {
    revision: row?.revision ?? 0,
    anySent: Number(row?.sent ?? 0) > 0,
    audience: Number(row?.readers ?? 0),
  };
}

/** Those of some editions that are not being sent now: paused, cancelled, done. */
export async function notSending(db: DbOrTransaction, editions: string[]): Promise<string[]> {
  if (editions.length === 0) return [];
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('id', 'in', editions)
    .where('state', '<>', 'sending')
    .execute();
  return rows.map((row) => row.id);
}
