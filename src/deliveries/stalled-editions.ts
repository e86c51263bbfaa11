import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { readNotices, writeNotices } from '../text/notice.ts';

export type StallCause = 'disk' | 'workers' | 'queue' | 'worker' | 'planning' | 'tickets';

/** An edition that stands still though something in it is due. */
export interface Stall {
  edition: string;
  cause: StallCause;
  /** For the operators: what is wrong, and what to do; see `readNotices`. */
  words: string;
  /** What its operators are told already. */
  statusText: string | null;
}

/** What the operators of an edition that stands still are told. */
export const stallNotice = (cause: StallCause): string => writeNotices({ code: `stall.${cause}` });

/** Why an edition stands still, as its operators were told; undefined where they were told something else. */
export function stallIn(words: string): string | undefined {
  const [notice] = readNotices(words);
  return notice?.code.startsWith(STALL) ? notice.code.slice(STALL.length) : undefined;
}
const STALL = 'stall.';

interface Sending {
  id: string;
  statusText: string | null;
  planned: boolean;
  /** Deliveries whose end is known. */
  settled: string;
}

/** How many ranges of a stalled edition are looked into for one reader who is due. */
const LOOKED_INTO = 20;

/**
 * Looks at the editions that are being sent, from outside of the code that sends them, so that none stands still without
 * a word. `look` answers those whose ledger has not moved for `afterMs` though readers have been due for as long.
 * It keeps in memory when each ledger moved last; call it every few seconds.
 */
export function openStalledEditions(
  db: DbOrTransaction,
  checks: {
    afterMs: number;
    now(): number;
    diskIsFull(): Promise<boolean>;
    queueAnswers(): Promise<boolean>;
  },
): { look(): Promise<Stall[]> } {
  let seen = new Map<string, { settled: string; at: number }>();

  async function causeOf(edition: Sending): Promise<StallCause | undefined> {
    const due = edition.planned ? await dueFor(db, edition.id, checks.afterMs) : undefined;
    if (edition.planned && !due) return undefined;
    if (await checks.diskIsFull()) return 'disk';
    if ((await workersAlive(db)) === 0) return 'workers';
    if (!(await checks.queueAnswers())) return 'queue';
    if (!edition.planned) return 'planning';
    return due?.held ? 'worker' : 'tickets';
  }

  return {
    async look() {
      const editions = await sendingEditions(db);
      const now = checks.now();
      const before = seen;
      seen = new Map();
      const stalls: Stall[] = [];
      for (const edition of editions) {
        const known = before.get(edition.id);
        const moved = known?.settled !== edition.settled;
        const at = known && !moved ? known.at : now;
        seen.set(edition.id, { settled: edition.settled, at });
        if (now - at < checks.afterMs) continue;
        const cause = await causeOf(edition);
        if (cause)
          stalls.push({
            edition: edition.id,
            cause,
            words: stallNotice(cause),
            statusText: edition.statusText,
          });
      }
      return stalls;
    },
  };
}

/** How many workers have a lease that holds. */
export async function workersAlive(db: DbOrTransaction): Promise<number> {
  const { rows } = await sql<{ alive: string }>`
    select count(*) as alive from workers
    where stopped_at is null and lease_until > clock_timestamp()`.execute(db);
  return Number(rows[0]?.alive ?? 0);
}

async function sendingEditions(db: DbOrTransaction): Promise<Sending[]> {
  const { rows } = await sql<Sending>`
    select e.id, e.status_text, e.planned_at is not null as planned,
      (select coalesce(sum(sent + failed + skipped + uncertain), 0) from ranges r
        where r.edition_id = e.id)::text as settled
    from editions e where e.state = 'sending'`.execute(db);
  return rows;
}

/** Whether a reader of that edition has been due for so long, and whether a worker holds their range. */
async function dueFor(
  db: DbOrTransaction,
  edition: string,
  milliseconds: number,
): Promise<{ held: boolean } | undefined> {
  const { rows } = await sql<{ held: boolean }>`
    select r.worker is not null as held from (
      select * from ranges
      where edition_id = ${edition} and state = 'planned' and queued > 0 and due_at <= now()
      order by next_at limit ${LOOKED_INTO}) r
    where exists (
      select from deliveries d
      where d.edition_id = ${edition} and d.range_id = r.id and d.state = 'queued'
        and d.subscriber_id between r.first_subscriber and r.last_subscriber
        and d.next_at <= now() - ${milliseconds} * interval '1 millisecond')
    order by held limit 1`.execute(db);
  return rows[0];
}
