import { sql } from 'kysely';
import { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { takeCameBack } from './came-back.ts';
import { ABOUT_US } from './follow.ts';
import { verdictOn } from './verdict.ts';

/** What a relay said at RCPT of a message that expired then. */
interface Refused {
  edition: string;
  subscriber: string;
  addressChanges: number;
  at: Date;
  code: number;
  enhanced: string | null;
  reply: string;
}

/** An answer is looked at once its delivery can have no other end: it expires a day after it was due. */
const ENDED_HOURS = 26;
const AT_ONCE = 5_000;
const KEY = 'relayAnswersSeen';

/**
 * Counts readers whom relays put off at RCPT until their message expired as the bounces that they are. In the background,
 * from what is written down of every answer, so that nothing of it is done while sending; what was refused for good has been
 * seen to already. Returns how many it wrote down.
 */
export async function takeRelayAnswers(db: Db, now: Date): Promise<number> {
  const seen = (await getSetting(db, KEY, z.string())) ?? '0';
  const { rows: ends } = await sql<{ last: string | null }>`
    select max(id)::text as last from (
      select id from delivery_events
      where id > ${seen}::bigint and at <= ${now}::timestamptz - ${ENDED_HOURS} * interval '1 hour'
      order by id limit ${AT_ONCE}) page`.execute(db);
  const last = ends[0]?.last;
  if (!last) return 0;
  const { rows } = await sql<Refused>`
    select distinct on (v.edition_id, v.subscriber_id, v.at::date)
      v.edition_id as edition, v.subscriber_id as subscriber, u.address_changes, v.at, v.code, v.enhanced, v.reply
    from delivery_events v
      join deliveries d on d.edition_id = v.edition_id and d.subscriber_id = v.subscriber_id
        and d.state = 'failed'
      join subscribers u on u.id = v.subscriber_id
    where v.id > ${seen}::bigint and v.id <= ${last}::bigint and v.phase = 'rcpt' and v.code between 400 and 499
    order by v.edition_id, v.subscriber_id, v.at::date, v.id desc`.execute(db);
  let taken = 0;
  for (const refused of rows) taken += Number(await takeOne(db, refused));
  await putSetting(db, KEY, last);
  return taken;
}

async function takeOne(db: Db, refused: Refused): Promise<boolean> {
  const { edition, subscriber, addressChanges, at, code, enhanced, reply } = refused;
  const { hard, reason } = verdictOn({
    action: 'delayed',
    status: enhanced ?? undefined,
    code,
    phase: 'rcpt',
    words: reply,
  });
  if (hard || ABOUT_US.includes(reason)) return false;
  const { recorded } = await db.transaction().execute((tx) =>
    takeCameBack(
      tx,
      {
        kind: 'bounce',
        source: 'relay',
        subject: { subscriber, edition, extra: String(addressChanges) },
        verdict: { hard, reason, status: enhanced },
        words: reply,
      },
      at,
    ),
  );
  return recorded;
}
