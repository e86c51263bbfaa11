import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import { NotAuthentic, type Told } from './event.ts';

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
  const rows = JSON.stringify(events.map((event) => ({ id: event.id, event })));
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
  if (used && used.eventId !== events[0]?.id) throw new NotAuthentic();
}
