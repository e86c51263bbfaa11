import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionState, HeldBy } from '../database/tables.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import type { RelayActivity } from './relay-activity.ts';

/** How far the readers of one receiver group have come. */
export interface GroupProgress {
  group: string;
  ledger: Ledger;
  /** Of those queued and under way, how many are due by now; the others wait for the hour they chose. */
  due: number;
}

/** An edition that has not ended, or one that was asked for, and how far it has come. */
export interface EditionNow {
  id: string;
  newsletterId: string;
  state: EditionState;
  heldBy: HeldBy | null;
  statusText: string | null;
  sendAt: Date | null;
  audience: number | null;
  ledger: Ledger;
  due: number;
  groups: GroupProgress[];
}

/** What is being sent. */
export interface SendingNow {
  editions: EditionNow[];
  /** Of all workers together; a relay that nobody spoke of for ten seconds is left out. */
  relays: RelayActivity[];
}

type Counts = Record<keyof Ledger | 'due', string>;

/** At most so many editions that have not ended; those being sent come first. */
const MOST = 100;

/**
 * The editions that have not ended, and those of `also`, by one statement: from the counts of their ranges, so that a
 * million readers cost about 2 ms.
 */
export async function sendingNow(db: DbOrTransaction, also: string[]): Promise<SendingNow> {
  const { rows } = await sql<
    Omit<EditionNow, 'ledger' | 'due' | 'groups'> & {
      relays: RelayActivity[] | null;
      group: string | null;
    } & Counts
  >`
    with shown as (
      (select id from editions where state not in ('sent', 'cancelled')
        order by state in ('sending', 'paused') desc, id desc limit ${MOST})
      union select unnest(${also}::bigint[])
    )
    select e.id, e.newsletter_id, e.state, e.held_by, e.status_text, e.send_at, e.audience,
      r.receiver_group as "group", r.queued, r.sending, r.sent, r.failed, r.skipped, r.uncertain, r.due,
      (select jsonb_agg(jsonb_build_object('relay', relay, 'perSecond', per_second, 'words', words) order by relay)
        from (select relay, sum(per_second) as per_second, max(words) as words from relay_activity
          where at > now() - interval '10 seconds' group by relay) each) as relays
    from shown join editions e using (id)
    left join lateral (
      select receiver_group, sum(queued) as queued, sum(sending) as sending, sum(sent) as sent,
        sum(failed) as failed, sum(skipped) as skipped, sum(uncertain) as uncertain,
        coalesce(sum(queued + sending) filter (where due_at <= now()), 0) as due
      from ranges where edition_id = e.id group by receiver_group) r on true
    order by e.id desc, r.receiver_group`.execute(db);
  const editions = new Map<string, EditionNow>();
  for (const { relays: _, group, ...row } of rows) {
    const { id, newsletterId, state, heldBy, statusText, sendAt, audience } = row;
    const edition = editions.get(id) ?? {
      id,
      newsletterId,
      state,
      heldBy,
      statusText,
      sendAt,
      audience,
      ledger: emptyLedger(),
      due: 0,
      groups: [],
    };
    editions.set(id, edition);
    if (group === null) continue;
    const counts = emptyLedger();
    for (const name of Object.keys(counts) as (keyof Ledger)[]) {
      counts[name] = Number(row[name]);
      edition.ledger[name] += counts[name];
    }
    edition.due += Number(row.due);
    edition.groups.push({ group, ledger: counts, due: Number(row.due) });
  }
  return { editions: [...editions.values()], relays: rows[0]?.relays ?? [] };
}
