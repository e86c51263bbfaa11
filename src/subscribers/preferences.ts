import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Format, Frequency } from '../database/tables.ts';

/** What a reader chose on their page, for subscriptions they have. */
export interface Choices {
  name: string | null;
  language: string | null;
  timezone: string | null;
  subscriptions: {
    newsletterId: string;
    frequency: Frequency;
    hour: string | null;
    sections: string[] | null;
    format: Format;
    pausedUntil: Date | null;
  }[];
}

/**
 * Saves a reader's choices; they hold from the next message on. Only what is active is changed: a choice
 * never begins a subscription, since a digest with this link in it may have been forwarded.
 */
export async function saveChoices(
  db: DbOrTransaction,
  subscriberId: string,
  { name, language, timezone, subscriptions }: Choices,
): Promise<void> {
  const rows = JSON.stringify(subscriptions);
  await sql`
    with person as (
      update subscribers set name = ${name}, language = ${language}, timezone = ${timezone}
      where id = ${subscriberId} and erased_at is null
      returning id
    )
    update subscriptions t set frequency = c.frequency, hour = c.hour, sections = c.sections,
      format = c.format, paused_until = c."pausedUntil"
    from person, jsonb_to_recordset(${rows}::jsonb) as c("newsletterId" bigint, frequency text,
      hour text, sections text[], format text, "pausedUntil" timestamptz)
    where t.subscriber_id = person.id and t.newsletter_id = c."newsletterId" and t.state = 'active'
  `.execute(db);
}
