import { sql } from 'kysely';

/** Which of a newsletter's editions: of one month, with certain words. */
export interface ArchiveSearch {
  /** `2026-11` */
  month?: string | undefined;
  /** As readers type them: `"in this order" or -without`. Read in the newsletter's language. */
  words?: string | undefined;
  language: string;
}

/** Whether a text holds the words; whatever was typed, it is no error. */
export const holds = (document: string, { words = '', language }: ArchiveSearch) =>
  sql<boolean>`${sql.ref(document)} @@ websearch_to_tsquery(search_config(${language}), ${words})`;

/** The first day of a month and of the next. */
export const daysOf = (month: string) => {
  const first = sql`${`${month}-01`}::date`;
  return { first, next: sql`(${first} + interval '1 month')::date` };
};
