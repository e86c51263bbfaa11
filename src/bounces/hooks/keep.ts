import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import { NotAuthentic, type Told } from './event.ts';
import { idOf } from './json.ts';

/** A longer id of a provider's is kept as its digest: an index takes no text of any length. */
const LONGEST_ID = 200;

/**
 * Writes the events of a request down, each once however often it is told: from then on they are followed, and the
 * provider may be answered. Throws NotAuthentic where the request's token was used for another event.
 */
export async function keepEvents(
  db: Db,
  provider: string,
  { events, signed, nonce }: Told,
): Promise<void> {
  if (events.length === 0) return;
  const kept = events.map(({ id, ...event }) => ({
    id: id.length > LONGEST_ID ? idOf(id) : id,
    event: { id, ...event },
  }));
  const rows = JSON.stringify(kept);
  await sql`
    insert into hook_events (provider, event_id, nonce, event, signed)
    select ${provider}, e.id, ${nonce ?? null}, e.event, ${signed}
    from jsonb_to_recordset(${rows}::jsonb) as e(id text, event jsonb)
    on conflict do nothing`.execute(db);
  if (nonce === undefined) return;
  const used = await db
    .selectFrom('hookEvents')
    .select('eventId')
    .where('provider', '=', provider)
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  if (used && used.eventId !== kept[0]?.id) throw new NotAuthentic();
}
