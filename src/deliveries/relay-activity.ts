import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** What a worker hands to a relay at the moment. */
export interface RelayActivity {
  relay: string;
  /** Messages that it took in a second, of the last ten. */
  perSecond: number;
  /** What it says while it takes nothing; null while it works. */
  words: string | null;
}

/** How a relay does, seen by a worker that sends. */
export interface RelayHealth extends RelayActivity {
  /**
   * `slowed`: it asks for fewer messages and gets fewer. `resting`: it failed, and is tried again at `restingUntil`.
   * `avoided`: it refuses whatever it is given, and is left alone for a minute.
   */
  state: 'up' | 'slowed' | 'resting' | 'avoided';
  /** Open connections. */
  connections: number;
  restingUntil: Date | null;
}

/** What is not older is believed to hold now. */
const BELIEVED = sql`interval '20 seconds'`;

/** How the relays do now, over all workers that send: of several states the worst. Nothing of one that is not used. */
export async function relayHealth(db: DbOrTransaction): Promise<Map<string, RelayHealth>> {
  const { rows } = await sql<RelayHealth>`
    select relay, sum(per_second)::float8 as per_second, sum(connections)::int as connections,
      (array_agg(state order by array_position('{avoided,resting,slowed,up}'::text[], state)))[1] as state,
      (array_agg(words order by array_position('{avoided,resting,slowed,up}'::text[], state)))[1] as words,
      max(resting_until) filter (where resting_until > now()) as resting_until
    from relay_activity where at > now() - ${BELIEVED} group by relay`.execute(db);
  return new Map(rows.map((row) => [row.relay, row]));
}

/** Notes what a worker hands to its relays; forgets workers that have said nothing for an hour. */
export async function noteRelayActivity(
  db: DbOrTransaction,
  worker: number,
  relays: RelayHealth[],
): Promise<void> {
  await sql`
    with gone as (delete from relay_activity where at < now() - interval '1 hour')
    insert into relay_activity (worker, relay, per_second, words, state, connections, resting_until)
    select ${worker}, relay, per_second, words, state, connections, resting_until
    from jsonb_to_recordset(${JSON.stringify(
      relays.map(({ perSecond, restingUntil, ...rest }) => ({
        ...rest,
        per_second: perSecond,
        resting_until: restingUntil,
      })),
    )}::jsonb) as noted (relay text, per_second real, words text, state text, connections integer,
      resting_until timestamptz)
    on conflict (worker, relay) do update
      set per_second = excluded.per_second, words = excluded.words, state = excluded.state,
        connections = excluded.connections, resting_until = excluded.resting_until, at = now()`.execute(
    db,
  );
}
