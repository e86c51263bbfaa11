import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { EditionContent, Overlap } from '../editions/content.ts';

/** What an edition was frozen as, by revision; undefined when there is none. */
export async function contentOf(
  db: DbOrTransaction,
  edition: string,
  revision: number,
): Promise<EditionContent | undefined> {
  const { rows } = await sql<{ content: EditionContent }>`
    select content from revisions where edition_id = ${edition} and number = ${revision}`.execute(
    db,
  );
  return rows[0]?.content;
}

/** The different choices of language and sections among an edition's readers, the commonest first. */
export async function choicesOf(
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

/** Articles of this edition that readers have from others that share stories with it, by subscriber. */
export async function broughtBefore(
  db: DbOrTransaction,
  overlaps: Overlap[],
  subscribers: string[],
): Promise<Map<string, Set<string>>> {
  const ours = new Map<string, string[]>();
  for (const { edition, articles } of overlaps) {
    for (const pair of articles) {
      const key = `${edition}/${pair.theirs}`;
      ours.set(key, [...(ours.get(key) ?? []), pair.ours]);
    }
  }
  const editions = overlaps.map(({ edition }) => edition);
  const { rows } = await sql<{ subscriber: string; edition: string; articleIds: string[] }>`
    select d.subscriber_id as subscriber, d.edition_id as edition, v.article_ids
    from deliveries d join variants v on v.id = d.variant_id
    where d.edition_id = any(${editions}::bigint[]) and d.subscriber_id = any(${subscribers}::bigint[])
      and d.state = 'sent'`.execute(db);
  const brought = new Map<string, Set<string>>();
  for (const { subscriber, edition, articleIds } of rows) {
    const articles = brought.get(subscriber) ?? new Set();
    brought.set(subscriber, articles);
    for (const theirs of articleIds) {
      for (const id of ours.get(`${edition}/${theirs}`) ?? []) articles.add(id);
    }
  }
  return brought;
}
