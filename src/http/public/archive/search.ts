import type { ArchiveSearch } from '../../../database/archive-search.ts';

const LONGEST = 200;

/** What a reader looks for in a newsletter's archive, from the query of its page; what makes no sense is passed over. */
export function readSearch(query: Record<string, unknown>, language: string): ArchiveSearch {
  const words = text(query['q'])
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, LONGEST);
  const month = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/.exec(text(query['month']))?.[0];
  return { language, words: words || undefined, month };
}

/** The query that asks for it. */
export const searchQuery = ({ words, month }: ArchiveSearch): Record<string, string> => ({
  ...(words === undefined ? {} : { q: words }),
  ...(month === undefined ? {} : { month }),
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
