import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** The different choices of language and sections among an edition's readers, the commonest first. */
export async function commonChoices(
  db: DbOrTransaction,
  edition: string,
  { first, last, limit }: { first: string; last: string; limit: number },
): Promise<{ language: string | null; sections: string[] | null }[]> {
  const { rows } = await sql<{ language: string | null; sections: string[] | null }>`
    select u.language, s.sections
    from subscriptions s join subscribers u on u.id = s.subscriber_id
    where s.newsletter_id = (select newsletter_id from editions where id = ${edition})
      and s.subscriber_id between ${first} and ${last} and s.state = 'active'
    group by u.language, s.sections order by count(*) desc limit ${limit}`.execute(db);
  return rows;
}
