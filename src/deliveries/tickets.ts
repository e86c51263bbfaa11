import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** Names a range on the queue. Carries no truth: a lost one is issued again by housekeeping. */
export interface RangeTicket {
  range: string;
  edition: string;
  dueAt: Date;
  /** Raised each time the range is taken or given back. A ticket that still waits on the queue keeps its id, so that issuing it again adds nothing. */
  issued: number;
}

/** How long a due range that no worker took is left before its ticket is issued again. */
export const TICKET_MS = 15_000;

/**
 * The tickets of ranges that are due, not done and not held: what was lost by the queue, what backed off,
 * what a reader's hour has come for. Each range is named once in `ticketMs`, however many ask; with
 * `edition` (just resumed) all of its own are named at once.
 */
export async function issueTickets(
  db: DbOrTransaction,
  {
    edition,
    limit = 5_000,
    ticketMs = TICKET_MS,
  }: { edition?: string; limit?: number; ticketMs?: number } = {},
): Promise<RangeTicket[]> {
  const { rows } = await sql<RangeTicket>`
    update ranges r set ticket_at = now()
    from (
      select due.id from ranges due join editions e on e.id = due.edition_id
      where due.state = 'planned' and due.worker is null and e.state = 'sending'
        and ${
          edition === undefined
            ? sql`(due.next_at <= now() or due.next_at = due.due_at and due.due_at <= e.frozen_at)
                and due.ticket_at not between now() - ${ticketMs} * interval '1 millisecond' and now()`
            : sql`due.edition_id = ${edition} and (due.due_at <= now() or due.due_at <= e.frozen_at)`
        }
      order by due.next_at limit ${limit}
      for update of due skip locked
    ) due
    where r.id = due.id
    returning r.id as range, r.edition_id as edition, r.due_at, r.issued`.execute(db);
  return rows;
}
