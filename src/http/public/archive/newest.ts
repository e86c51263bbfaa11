import type { Context } from '../../../context.ts';
import { type ArchivedEdition, listArchive } from '../../../editions/archive.ts';
import { baseLanguage } from '../../../editions/content.ts';
import type { Masthead } from '../site/masthead.ts';

export interface Newest {
  slug: string;
  title: string;
  language: string;
  edition: ArchivedEdition;
}

/** The newest edition of each newsletter on offer, a regular one before a special report. */
export async function newestEditions(
  context: Context,
  masthead: () => Promise<Masthead>,
): Promise<Newest[]> {
  const { newsletters } = await masthead();
  const found = await Promise.all(
    newsletters.map(async ({ slug, title, language }) => {
      const editions = await listArchive(context.db, slug, { limit: 5 });
      const regular = editions.find((one) => one.content.edition.kind !== 'special');
      const edition = regular ?? editions[0];
      return edition ? [{ slug, title, language, edition }] : [];
    }),
  );
  return found.flat();
}

/** What is in the reader's language, else what comes first. */
export function inLanguage<T extends { language: string }>(
  all: T[],
  language: string,
): T | undefined {
  return all.find((one) => baseLanguage(one.language) === language) ?? all[0];
}
