import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionState } from '../database/tables.ts';

/** How far an edition has come while it is being sent. */
export interface EditionProgress {
  revision: number;
  /** Some reader has it already. */
  anySent: boolean;
  /** How many could get it, as far as it is planned: those skipped are not counted. */
  audience: number;
}

/** Reads an edition's progress from its ranges. */
export async function progressOf(db: DbOrTransaction, edition: string): Promise<EditionProgress> {
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

/** An edition of which a worker holds ranges. */
export interface HeldEdition {
  id: string;
  state: EditionState;
  statusText: string | null;
}

/** The states of some editions, and what their operators are told. */
export async function heldEditions(
  db: DbOrTransaction,
  editions: string[],
): Promise<HeldEdition[]> {
  if (editions.length === 0) return [];
  return db
    .selectFrom('editions')
    .select(['id', 'state', 'statusText'])
    .where('id', 'in', editions)
    .execute();
}

/** Tells the operators what holds an edition up that is being sent; it stays `sending` and goes on by itself. */
export async function tellHeldUp(
  db: DbOrTransaction,
  edition: string,
  words: string,
): Promise<void> {
  await sql`
    update editions set status_text = ${words}
    where id = ${edition} and state = 'sending' and status_text is distinct from ${words}`.execute(
    db,
  );
}

/** Clears that text, or only `words` where given: nothing holds the edition up any more. What a pause says stays. */
export async function tellGoesOn(
  db: DbOrTransaction,
  edition: string,
  words: string | null = null,
): Promise<void> {
  await sql`
    update editions set status_text = null
    where id = ${edition} and state = 'sending' and status_text = coalesce(${words}, status_text)`.execute(
    db,
  );
}
