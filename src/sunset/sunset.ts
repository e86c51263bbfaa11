import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { restoredGap } from '../database/restored.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { queueLetter } from '../letters/letters.ts';
import { getSendingRules } from '../newsletters/sending-rules.ts';
import { audit } from '../operators/audit.ts';

/** Readers that are looked at in one go, and letters at most that come of it. */
const LOOKED_AT = 5_000;
const ASKED = 200;
const RESTED = 1_000;
/** The question waits for so long to be handed over, should the relays be away. */
const LETTER_DAYS = 3;
/** Where the last look ended; the next begins there. */
const KEY = 'sunsetCursor';

interface Silent {
  id: string;
  language: string;
  newsletters: { slug: string; title: string; description: string }[];
}

/**
 * Asks readers who gave no sign of life for as long as the rules say whether to go on: a few hundred of those that come
 * next by id, so that every reader is looked at in turn, and none while an edition is being sent. Does nothing unless it is switched
 * on. Returns the letters to enqueue.
 */
export async function askSilentReaders(db: Db, now: Date): Promise<string[]> {
  const { sunsetMonths, sunsetWeeks } = await getSendingRules(db);
  if (sunsetMonths === null || (await isSending(db))) return [];
  return db.transaction().execute(async (tx) => {
    // of several workers one looks
    await sql`select pg_advisory_xact_lock(hashtext('gaceta-sunset'))`.execute(tx);
    const after = (await getSetting(tx, KEY, z.string())) ?? '0';
    const gap = await restoredGap(tx, now);
    // Who was silent for long enough before a restore may have been asked then, and has the weeks to answer.
    const asked = gap && now < addWeeks(gap.until, sunsetWeeks) ? gap.until : null;
    const { silent, last } = await silentReaders(tx, after, { months: sunsetMonths, now, asked });
    const letters: string[] = [];
    for (const { id, language, newsletters } of silent) {
      await sql`
        insert into signs_of_life (subscriber_id, asked_at) values (${id}, ${now})
        on conflict (subscriber_id) do update set asked_at = excluded.asked_at`.execute(tx);
      letters.push(
        await queueLetter(tx, {
          kind: 'silent',
          subscriberId: id,
          email: null,
          language,
          content: { newsletters, weeks: sunsetWeeks },
          expiresAt: new Date(Date.now() + LETTER_DAYS * 86_400_000),
        }),
      );
    }
    await putSetting(tx, KEY, last);
    if (letters.length > 0)
      await audit(tx, { kind: 'system' }, 'ask readers', 'subscribers', {
        readers: letters.length,
      });
    return letters;
  });
}

async function silentReaders(
  tx: DbOrTransaction,
  after: string,
  { months, now, asked }: { months: number; now: Date; asked: Date | null },
): Promise<{ silent: Silent[]; last: string }> {
  const ago = (at: Date | null) => sql`${at}::timestamptz - ${months} * interval '1 month'`;
  const since = ago(now);
  const { rows } = await sql<Silent>`
    select s.id, coalesce(s.language, reads.language) as language, reads.newsletters
    from (select * from subscribers where id > ${after} order by id limit ${LOOKED_AT}) s
      left join signs_of_life l on l.subscriber_id = s.id
      cross join lateral (
        select max(greatest(t.confirmed_at, t.active_from)) as begun, (array_agg(n.language order by n.id))[1] as language,
          jsonb_agg(jsonb_build_object('slug', n.slug, 'title', n.title, 'description', n.description)
            order by n.id) as newsletters
        from subscriptions t join newsletters n on n.id = t.newsletter_id
        where t.subscriber_id = s.id and t.state = 'active') reads
    where s.email is not null and s.rests is null and l.asked_at is null
      and reads.begun <= ${since} and coalesce(l.seen_at, '-infinity') <= ${since}
      and greatest(reads.begun, l.seen_at) > coalesce(${ago(asked)}, '-infinity')
      and not exists (select from suppressions x where x.address_hash = s.address_hash and not x.held)
    order by s.id limit ${ASKED}`.execute(tx);
  if (rows.length === ASKED) return { silent: rows, last: rows.at(-1)?.id ?? after };
  const { rows: ends } = await sql<{ last: string | null; looked: number }>`
    select max(id)::text as last, count(*)::int as looked
    from (select id from subscribers where id > ${after} order by id limit ${LOOKED_AT}) page`.execute(
    tx,
  );
  const { last = null, looked = 0 } = ends[0] ?? {};
  return { silent: rows, last: looked < LOOKED_AT || last === null ? '0' : last };
}

/**
 * Has those rest who were asked and did not answer within the weeks of the rules: they stay subscribed and get nothing,
 * until they press the button. Returns how many.
 */
export async function restSilentReaders(db: Db, now: Date): Promise<number> {
  const { sunsetMonths, sunsetWeeks } = await getSendingRules(db);
  if (sunsetMonths === null || (await isSending(db))) return 0;
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string }>`
      with due as (
        select subscriber_id from signs_of_life
        where asked_at <= ${now}::timestamptz - ${sunsetWeeks} * interval '1 week' and rested_at is null
        order by asked_at limit ${RESTED} for update skip locked
      ), rested as (
        update signs_of_life l set rested_at = ${now} from due where l.subscriber_id = due.subscriber_id
      )
      update subscribers s set rests = coalesce(s.rests, 'asleep') from due
      where s.id = due.subscriber_id
      returning s.id`.execute(tx);
    if (rows.length > 0)
      await audit(tx, { kind: 'system' }, 'rest', 'subscribers', { readers: rows.length });
    return rows.length;
  });
}

const addWeeks = (at: Date, weeks: number) => new Date(at.getTime() + weeks * 7 * 86_400_000);

async function isSending(db: DbOrTransaction): Promise<boolean> {
  const { rows } = await sql`select 1 from editions where state = 'sending' limit 1`.execute(db);
  return rows.length > 0;
}
