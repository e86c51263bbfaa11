import { sql } from 'kysely';
import type { DbOrTransaction } from './connection.ts';

/** Which of a newsletter's editions: of one month, with certain words. */
export interface ArchiveSearch {
  /** `2026-11` */
  month?: string | undefined;
  /** As readers type them: `"in this order" or -without`. Read in the newsletter's language. */
  words?: string | undefined;
  language: string;
}

/** Whether a text holds the words, with their accents or without; whatever was typed, it is no error. */
export const holds = (document: string, { words = '', language }: ArchiveSearch) => {
  // phones write quotation marks of their own
  const written = words.normalize('NFC').replace(/[“”„‟«»＂]/g, '"');
  const plain = written
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
  const query = (text: string) =>
    sql`websearch_to_tsquery(search_config(${language}), search_text(${text}))`;
  const asked = plain === written ? query(written) : sql`(${query(written)} || ${query(plain)})`;
  return sql<boolean>`${sql.ref(document)} @@ ${asked}`;
};

/**
 * A newsletter's id, for a query of one newsletter's rows: by a join instead, PostgreSQL would take them for as few as
 * there are newsletters, and read them all to sort them.
 */
export const newsletterId = (db: DbOrTransaction, slug: string) =>
  db.selectFrom('newsletters').select('id').where('slug', '=', slug);

/** The first day of a month and of the next. */
export const daysOf = (month: string) => {
  const first = sql`${`${month}-01`}::date`;
  return { first, next: sql`(${first} + interval '1 month')::date` };
};
