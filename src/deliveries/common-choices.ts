import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Format } from '../database/tables.ts';

/** What some readers of an edition have in common. */
export interface CommonChoice {
  language: string | null;
  sections: string[] | null;
  format: Format;
}

/** The different choices of language, sections and format among an edition's readers, the commonest first. */
export async function commonChoices(
  db: DbOrTransaction,
  edition: string,
  { first, last, limit }: { first: string; last: string; limit: number },
): Promise<CommonChoice[]> {
  const { rows } = await sql<CommonChoice>`
    select u.language, s.sections, s.format
    from subscriptions s join subscribers u on u.id = s.subscriber_id
    where s.newsletter_id = (select newsletter_id from editions where id = ${edition})
      and s.subscriber_id between ${first} and ${last} and s.state = 'active'
    group by u.language, s.sections, s.format order by count(*) desc limit ${limit}`.execute(db);
  return rows;
}
