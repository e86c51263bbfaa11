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

/** Notes what a worker hands to its relays; forgets workers that have said nothing for an hour. */
export async function noteRelayActivity(
  db: DbOrTransaction,
  worker: number,
  relays: RelayActivity[],
): Promise<void> {
  await sql`
    with gone as (delete from relay_activity where at < now() - interval '1 hour')
    insert into relay_activity (worker, relay, per_second, words)
    select ${worker}, relay, per_second, words
    from jsonb_to_recordset(${JSON.stringify(
      relays.map(({ relay, perSecond, words }) => ({ relay, per_second: perSecond, words })),
    )}::jsonb) as noted (relay text, per_second real, words text)
    on conflict (worker, relay) do update
      set per_second = excluded.per_second, words = excluded.words, at = now()`.execute(db);
}
