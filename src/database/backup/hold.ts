import type pg from 'pg';
import { writeNotices } from '../../text/notice.ts';

/** What was due between a backup and now, and may have been sent by the database that it was made of. */
export interface Held {
  editions: string[];
  letters: number;
}

/**
 * Holds whatever was due after `since`, within the caller's transaction: editions being sent are paused,
 * scheduled ones whose time has come are drafts again, letters that were under way are not sent. A newsletter's
 * hours before now are not made up for, since an edition that was made after the backup is not in it.
 */
export async function holdDue(client: pg.ClientBase, since: string): Promise<Held> {
  const words = writeNotices({ code: 'restored', values: { since } });
  const { rows: editions } = await client.query<{ id: string }>(
    `update editions set state = case state when 'sending' then 'paused' else 'draft' end,
       held_by = 'restore', status_text = $1
     where state = 'sending' or (state = 'scheduled' and send_at <= now())
     returning id`,
    [words],
  );
  const { rowCount: letters } = await client.query(
    `update letters set state = 'skipped', reason = 'restored' where state in ('queued', 'sending')`,
  );
  await client.query(
    'update newsletters set scheduled_since = now() where scheduled_since < now()',
  );
  const held = { editions: editions.map(({ id }) => id), letters: letters ?? 0 };
  await client.query(
    `insert into audit (actor, action, object, detail) values ('system', 'restore', 'database', $1)`,
    [{ since, ...held }],
  );
  return held;
}
