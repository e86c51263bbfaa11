import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** How many messages were taken, put off for later, refused for good, and lost without an answer. */
export interface Answers {
  sent: number;
  deferred: number;
  refused: number;
  lost: number;
}

/** What a relay answered for one group of receivers. */
export interface CountedAnswers extends Answers {
  relay: string;
  receiverGroup: string;
  /** What was said last that was no 250, without addresses; null: nothing. */
  words: string | null;
}

const KEEP = sql`interval '8 days'`;

/** Adds to the counts of this hour. */
export async function addAnswers(db: DbOrTransaction, counted: CountedAnswers[]): Promise<void> {
  if (counted.length === 0) return;
  const rows = counted.map(({ receiverGroup, ...rest }) => ({
    ...rest,
    receiver_group: receiverGroup,
  }));
  // in one order, so that two workers never wait for each other
  await sql`
    insert into answer_counts (hour, relay, receiver_group, sent, deferred, refused, lost, words, words_at)
    select date_trunc('hour', now(), 'UTC'), relay, receiver_group, sent, deferred, refused, lost, words,
      case when words is not null then now() end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as counted (relay text, receiver_group text,
      sent integer, deferred integer, refused integer, lost integer, words text)
    order by relay, receiver_group
    on conflict (hour, relay, receiver_group) do update set
      sent = answer_counts.sent + excluded.sent, deferred = answer_counts.deferred + excluded.deferred,
      refused = answer_counts.refused + excluded.refused, lost = answer_counts.lost + excluded.lost,
      words = coalesce(excluded.words, answer_counts.words),
      words_at = coalesce(excluded.words_at, answer_counts.words_at)`.execute(db);
}

/** Forgets counts that are more than a week old. */
export async function forgetAnswers(db: DbOrTransaction): Promise<void> {
  await sql`delete from answer_counts where hour < now() - ${KEEP}`.execute(db);
  await sql`delete from answer_causes where day < (now() - ${KEEP})::date`.execute(db);
}

/** What was answered in the last day, and of that in the hour that runs and the one before. */
export interface RecentAnswers {
  day: Answers;
  lately: Answers;
  /** Since midnight UTC. */
  sentToday: number;
  /** What was said last that was no 250, and when. */
  words: { text: string; at: Date } | null;
}

export const noAnswers = (): RecentAnswers => ({
  day: { sent: 0, deferred: 0, refused: 0, lost: 0 },
  lately: { sent: 0, deferred: 0, refused: 0, lost: 0 },
  sentToday: 0,
  words: null,
});

/** The answers of the last day, by relay or by group of receivers. */
export async function recentAnswers(
  db: DbOrTransaction,
  by: 'relay' | 'receiverGroup',
): Promise<Map<string, RecentAnswers>> {
  type Row = {
    name: string;
    sentToday: string;
    words: string | null;
    wordsAt: Date | null;
  } & Record<keyof Answers | `lately${Capitalize<keyof Answers>}`, string>;
  const lately = sql`hour >= date_trunc('hour', now(), 'UTC') - interval '1 hour'`;
  const { rows } = await sql<Row>`
    select ${sql.ref(by)} as name,
      sum(sent) as sent, sum(deferred) as deferred, sum(refused) as refused, sum(lost) as lost,
      coalesce(sum(sent) filter (where ${lately}), 0) as lately_sent,
      coalesce(sum(deferred) filter (where ${lately}), 0) as lately_deferred,
      coalesce(sum(refused) filter (where ${lately}), 0) as lately_refused,
      coalesce(sum(lost) filter (where ${lately}), 0) as lately_lost,
      coalesce(sum(sent) filter (where hour >= date_trunc('day', now(), 'UTC')), 0) as sent_today,
      (array_agg(words order by words_at desc) filter (where words is not null))[1] as words,
      max(words_at) as words_at
    from answer_counts where hour > now() - interval '1 day' group by 1`.execute(db);
  return new Map(
    rows.map((row) => [
      row.name,
      {
        day: {
          sent: Number(row.sent),
          deferred: Number(row.deferred),
          refused: Number(row.refused),
          lost: Number(row.lost),
        },
        lately: {
          sent: Number(row.latelySent),
          deferred: Number(row.latelyDeferred),
          refused: Number(row.latelyRefused),
          lost: Number(row.latelyLost),
        },
        sentToday: Number(row.sentToday),
        words: row.words !== null && row.wordsAt ? { text: row.words, at: row.wordsAt } : null,
      },
    ]),
  );
}
