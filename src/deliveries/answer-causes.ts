import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** Messages to one group of receivers that were put off or refused for one cause. */
export interface CountedCause {
  receiverGroup: string;
  answer: 'deferred' | 'refused';
  /** As src/relays/refusal-cause.ts says, or `other`. */
  cause: string;
  messages: number;
}

/** A day of one group of receivers, in UTC. */
export interface ProviderDay {
  /** YYYY-MM-DD. */
  day: string;
  receiverGroup: string;
  sent: number;
  deferred: number;
  refused: number;
  lost: number;
  /** Of what was deferred and refused, most first. */
  causes: Omit<CountedCause, 'receiverGroup'>[];
}

/** Adds to the counts of this day. */
export async function addCauses(db: DbOrTransaction, counted: CountedCause[]): Promise<void> {
  if (counted.length === 0) return;
  const rows = counted.map(({ receiverGroup, ...rest }) => ({
    receiver_group: receiverGroup,
    ...rest,
  }));
  // in one order, so that two workers never wait for each other
  await sql`
    insert into answer_causes (day, receiver_group, answer, cause, messages)
    select (now() at time zone 'UTC')::date, receiver_group, answer, cause, messages
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as counted (receiver_group text, answer text,
      cause text, messages bigint)
    order by receiver_group, answer, cause
    on conflict (day, receiver_group, answer, cause) do update set
      messages = answer_causes.messages + excluded.messages`.execute(db);
}

/** The days of each group of receivers, newest first, for as long as answers are kept: from counts, whatever was sent. */
export async function providerDays(db: DbOrTransaction): Promise<ProviderDay[]> {
  const { rows } = await sql<
    Record<'sent' | 'deferred' | 'refused' | 'lost', string> & {
      day: string;
      receiverGroup: string;
      causes: ProviderDay['causes'] | null;
    }
  >`
    select a.*, (
        select json_agg(json_build_object('answer', answer, 'cause', cause, 'messages', messages)
          order by messages desc, answer, cause)
        from answer_causes c where c.day = a.day and c.receiver_group = a.receiver_group
      ) as causes
    from (
      select (hour at time zone 'UTC')::date as day, receiver_group, sum(sent) as sent,
        sum(deferred) as deferred, sum(refused) as refused, sum(lost) as lost
      from answer_counts group by 1, 2
    ) as a
    order by day desc, sent desc, receiver_group`.execute(db);
  return rows.map(({ day, receiverGroup, sent, deferred, refused, lost, causes }) => ({
    day,
    receiverGroup,
    sent: Number(sent),
    deferred: Number(deferred),
    refused: Number(refused),
    lost: Number(lost),
    causes: causes ?? [],
  }));
}
