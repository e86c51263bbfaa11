import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/**
 * A page of the reader's own was opened: at most one write a day. Where they were asked whether to go on it says nothing,
 * since programs that look for harmful links open those of every message.
 */
export async function noteSeen(
  db: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into signs_of_life as l (subscriber_id, seen_at)
    select id, ${now}::timestamptz from subscribers where id = ${subscriberId} and erased_at is null
    on conflict (subscriber_id) do update set seen_at = excluded.seen_at
      where l.asked_at is null
        and (l.seen_at is null or l.seen_at < excluded.seen_at - interval '1 day')`.execute(db);
}

/**
 * The reader did something themselves: pressed a button, chose, replied. Who was asked whether to go on, or rests because
 * they did not answer, gets their newsletters again.
 */
export async function noteSignOfLife(
  db: DbOrTransaction,
  subscriberId: string,
  now: Date,
): Promise<void> {
  await sql`
    with noted as (
      insert into signs_of_life as l (subscriber_id, seen_at)
      select id, ${now}::timestamptz from subscribers where id = ${subscriberId} and erased_at is null
      on conflict (subscriber_id) do update
        set seen_at = excluded.seen_at, asked_at = null, rested_at = null
        where l.asked_at is not null or l.seen_at is null
          or l.seen_at < excluded.seen_at - interval '1 day'
    )
    update subscribers set rests = null where id = ${subscriberId} and rests = 'asleep'`.execute(
    db,
  );
}
