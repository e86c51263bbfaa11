import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { ledgerOf } from '../database/partitions.ts';
import { dueAt } from '../editions/due.ts';
import { finishEditions } from '../editions/transitions.ts';
import { belongs, countAudience, frequenciesOfEdition } from './audience.ts';
import type { RangeTicket } from './tickets.ts';

const RANGE_SIZE = 1_000;
/** The first chunk is one range, so that sending starts at once; later ones are large, so that it ends soon. */
const CHUNK_SIZES = [1_000, 4_000, 20_000];

interface Edition {
  newsletterId: string;
  frozenAt: Date;
  due: 'hour' | 'now';
  planCursor: string;
  sendAt: string;
  timezone: string;
}

/**
 * Writes the ledger of a frozen edition in id order, chunk by chunk, each chunk's ranges and rows in one
 * transaction. Every yield is committed: enqueue it. `groups` are the receiver groups that get ranges of their
 * own. Two planners at once, or one after another that crashed, plan each reader once. Does nothing when the
 * edition is not frozen or all is planned; that of a cancelled edition is written as skipped.
 */
export async function* planEdition(
  db: Db,
  edition: string,
  { groups }: { groups: readonly string[] },
): AsyncGenerator<RangeTicket[]> {
  const first = await editionToPlan(db, edition);
  if (!first) return;
  const frequencies = await frequenciesOfEdition(db, edition);
  const hours: Chunk['hours'] = new Map();
  for (let chunk = 0; ; chunk++) {
    const size = CHUNK_SIZES[Math.min(chunk, CHUNK_SIZES.length - 1)] ?? RANGE_SIZE;
    const found = await editionToPlan(db, edition);
    if (!found) return;
    const planned = await planChunk(db, edition, found, { size, groups, frequencies, hours });
    if (planned === 'again') continue;
    if (planned.length > 0) yield planned;
    else {
      await finishPlanning(db, edition, found.planCursor);
      return;
    }
  }
}

/** Editions whose planning was not begun, or not ended: their planner may have crashed. */
export async function unplannedEditions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from editions where frozen_at is not null and planned_at is null
      and state in ('sending', 'paused', 'cancelled')`.execute(db);
  return rows.map((row) => row.id);
}

async function editionToPlan(db: Db, edition: string): Promise<Edition | undefined> {
  const { rows } = await sql<Edition>`
    select e.newsletter_id, e.frozen_at, e.due, e.plan_cursor, n.send_at, n.timezone
    from editions e join newsletters n on n.id = e.newsletter_id
    where e.id = ${edition} and e.frozen_at is not null and e.planned_at is null
      and e.state in ('sending', 'paused', 'cancelled')`.execute(db);
  return rows[0];
}

interface Chunk {
  size: number;
  groups: readonly string[];
  frequencies: string[];
  /** Due times by hour and zone, the same for all chunks. */
  hours: Map<string, { hour: string; timezone: string; at: Date }>;
}

/** The next readers' ranges; none when there are no readers left; `again` when none of those looked at belongs,
 * or another planner had this turn. */
function planChunk(
  db: Db,
  edition: string,
  found: Edition,
  { size, groups, frequencies, hours }: Chunk,
): Promise<RangeTicket[] | 'again'> {
  // One snapshot: the hours that are read first are those of the rows that are written.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      // A chunk lost in a crash is planned again, and a claim's durable commit carries it along.
      await sql`set local synchronous_commit = off`.execute(tx);
      // Bounded by what is looked at, not by who belongs: else each chunk would weigh all readers that are left.
      const looked = sql`
        select * from subscriptions
        where newsletter_id = ${found.newsletterId} and subscriber_id > ${found.planCursor}
        order by subscriber_id limit ${size}`;
      const members = sql`
        select s.subscriber_id, u.erased_at, s.left_at, u.rests, s.hour, u.timezone,
          case when u.receiver_group = any(${[...groups]}) then u.receiver_group else 'rest' end as receiver_group
        from looked s join subscribers u on u.id = s.subscriber_id
        where ${belongs(edition, frequencies)}`;
      if (found.due === 'hour') {
        const { rows } = await sql<{ hour: string; timezone: string }>`
          with looked as materialized (${looked})
          select distinct coalesce(hour, '') as hour, coalesce(timezone, '') as timezone
          from (${members}) m`.execute(tx);
        for (const { hour, timezone } of rows) {
          const key = `${hour} ${timezone}`;
          if (!hours.has(key)) hours.set(key, { hour, timezone, at: dueOf(found, hour, timezone) });
        }
      }
      const { rows } = await sql<RangeTicket>`
        with looked as materialized (${looked}),
        members as materialized (${members}),
        turn as (
          update editions set plan_cursor = (select max(subscriber_id) from looked)
          where id = ${edition} and plan_cursor = ${found.planCursor} and planned_at is null
            and exists (select 1 from looked)
          returning state, frozen_at
        ),
        dated as (
          select m.*, turn.state as edition_state, coalesce(known.at, turn.frozen_at) as due_at
          from turn, members m left join json_to_recordset(${JSON.stringify([...hours.values()])}::json)
            as known(hour text, timezone text, at timestamptz)
            on known.hour = coalesce(m.hour, '') and known.timezone = coalesce(m.timezone, '')
        ),
        numbered as (
          select *, (row_number() over (partition by due_at, receiver_group order by subscriber_id) - 1)
            / ${RANGE_SIZE}::integer as part
          from dated
        ),
        rows as materialized (
          select subscriber_id, due_at, receiver_group,
            min(subscriber_id) over (partition by due_at, receiver_group, part) as first_subscriber,
            case when edition_state = 'cancelled' then 'cancelled'
              when erased_at is not null then 'erased'
              when left_at is not null then 'unsubscribed' else rests end as reason
          from numbered
        ),
        made as (
          insert into ranges (edition_id, due_at, receiver_group, first_subscriber, last_subscriber,
            next_at, ticket_at, issued, size, queued, skipped, state)
          select ${edition}, due_at, receiver_group, first_subscriber, max(subscriber_id),
            due_at, due_at, 1, count(*),
            count(*) filter (where reason is null), count(reason),
            case when count(reason) = count(*) then 'done' else 'planned' end
          from rows group by due_at, receiver_group, first_subscriber
          order by due_at, first_subscriber
          returning id, due_at, receiver_group, first_subscriber, issued, state
        ),
        written as (
          insert into ${sql.raw(ledgerOf([edition]))}
            (edition_id, subscriber_id, range_id, due_at, next_at, state, reason)
          select ${edition}, r.subscriber_id, m.id, r.due_at, r.due_at,
            case when r.reason is null then 'queued' else 'skipped' end, r.reason
          from rows r join made m using (due_at, receiver_group, first_subscriber)
        )
        select id as range, ${edition}::text as edition, due_at, issued from made order by id`.execute(
        tx,
      );
      if (rows.length > 0) return rows;
      const { rows: turn } = await sql`
        select 1 from editions where id = ${edition} and plan_cursor = ${found.planCursor}
          and planned_at is null`.execute(tx);
      return turn.length > 0 ? [] : 'again';
    })
    .catch((error: unknown) => {
      // could not serialize access: another planner was first
      if (error instanceof Error && 'code' in error && error.code === '40001') return 'again';
      throw error;
    });
}

/** Empty: the newsletter's. */
function dueOf(found: Edition, hour: string, timezone: string): Date {
  const freeze = { hour: found.sendAt, timezone: found.timezone };
  const reader = { hour: hour || freeze.hour, timezone: timezone || freeze.timezone };
  try {
    return dueAt(found.frozenAt, reader, freeze);
  } catch (error) {
    // A zone that this Node's tables do not know costs its readers their hour, not their edition.
    if (error instanceof RangeError)
      return dueAt(found.frozenAt, { ...reader, timezone: freeze.timezone }, freeze);
    throw error;
  }
}

async function finishPlanning(db: Db, edition: string, cursor: string): Promise<void> {
  const audience = await countAudience(db, edition);
  await sql`
    update editions set planned_at = now(), audience = ${audience}
    where id = ${edition} and planned_at is null and plan_cursor = ${cursor}`.execute(db);
  // One without an audience is done at once.
  await finishEditions(db, edition);
}
