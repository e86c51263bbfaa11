import type pg from 'pg';
import { RESTORED, restoredWords } from '../restored.ts';

/** What was to go out after a backup, and may have been sent by the database that it was made of. */
export interface Held {
  editions: string[];
  letters: number;
}

/**
 * Holds whatever may have gone out after `since`, within the caller's transaction: editions being sent are paused,
 * scheduled ones are drafts again, whatever their time, since somebody may have sent them before it. Letters that were
 * under way are not sent. What the clock would make for the time since then is held when it makes it (`restoredGap`).
 */
export async function holdDue(client: pg.ClientBase, since: string): Promise<Held> {
  // a gap that no worker has ended goes on
  await client.query(
    `insert into settings (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, updated_at = now()
       where settings.value ? 'until'`,
    [RESTORED, JSON.stringify({ since })],
  );
  const { rows: editions } = await client.query<{ id: string }>(
    `update editions set state = case state when 'scheduled' then 'draft' else 'paused' end,
       held_by = 'restore', status_text = $1
     where state in ('sending', 'scheduled') or state = 'paused' and held_by is null
     returning id`,
    [restoredWords(new Date(since))],
  );
  const { rowCount: letters } = await client.query(
    `update letters set state = 'skipped', reason = 'restored' where state in ('queued', 'sending')`,
  );
  const held = { editions: editions.map(({ id }) => id), letters: letters ?? 0 };
  await client.query(
    `insert into audit (actor, action, object, detail) values ('system', 'restore', 'database', $1)`,
    [{ since, ...held }],
  );
  return held;
}
