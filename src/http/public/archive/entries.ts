import { dateInWords, directionOf } from '../../../../emails/language.ts';
import type { ArchiveSearch } from '../../../database/archive-search.ts';
import type { Db } from '../../../database/connection.ts';
import {
  type EarlierSummary,
  earlierMonths,
  listEarlierEditions,
} from '../../../earlier-editions/earlier-editions.ts';
import { archiveMonths, listArchive } from '../../../editions/archive.ts';
import { localTimeOf } from '../../../editions/local-time.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { Newsroom } from '../../../newsletters/newsroom.ts';
import { type EditionView, editionView } from './edition-view.ts';

/** One line of an archive's list: an edition of our own, or an earlier one. */
export interface ArchiveEntry {
  /** From the root of the site. */
  path: string;
  headline: string;
  dateline: string;
  language: string;
  direction: 'ltr' | 'rtl';
  /** How it begins. */
  summary: string;
  at: Date;
  /** Null for an earlier edition. */
  own: EditionView | null;
  earlier: EarlierSummary | null;
}

/** How far a list was shown: own editions below this number, earlier ones from before this time and id. */
export interface ArchivePlace {
  number?: number | undefined;
  earlier?: { at: Date; id: string } | undefined;
}

/** What a newsletter sent, here and before it came here, newest first; `next` is where the next page begins. */
export async function archiveEntries(
  db: Db,
  newsletter: Newsletter,
  {
    limit,
    after = {},
    search,
  }: { limit: number; after?: ArchivePlace; search?: ArchiveSearch | undefined },
  shared: { newsroom: Newsroom; publicUrl: string },
): Promise<{ entries: ArchiveEntry[]; next: ArchivePlace | null }> {
  const [own, earlier] = await Promise.all([
    listArchive(db, newsletter.slug, { limit: limit + 1, before: after.number, search }),
    listEarlierEditions(db, newsletter.slug, { limit: limit + 1, before: after.earlier, search }),
  ]);
  const shelf = `/archive/${newsletter.slug}`;
  const all = [
    ...own.map((edition) => ({ edition, at: edition.frozenAt })),
    ...earlier.map((one) => ({ earlier: one, at: one.publishedAt })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  const shown = all.slice(0, limit);
  const next: ArchivePlace = { ...after };
  const entries = shown.flatMap((one): ArchiveEntry[] => {
    if ('earlier' in one) {
      const { id, slug, title, summary, language, publishedAt } = one.earlier;
      next.earlier = { at: publishedAt, id };
      const dateline = earlierDateline(one.earlier, newsletter);
      const path = `${shelf}/earlier/${slug}`;
      const direction = directionOf(language);
      const shown = { path, headline: title, dateline, language, direction, summary, at: one.at };
      return [{ ...shown, own: null, earlier: one.earlier }];
    }
    next.number = one.edition.number;
    const view = editionView(one.edition, newsletter.language, shared);
    if (!view) return [];
    const { headline, dateline, language, direction } = view;
    const summary = view.lead?.standfirst || view.summary;
    const path = `${shelf}/${view.number}`;
    const shown = { path, headline, dateline, language, direction, summary, at: one.at };
    return [{ ...shown, own: view, earlier: null }];
  });
  return { entries, next: all.length > limit ? next : null };
}

/** The months in which a newsletter sent anything, here or before, the newest first. */
export async function archivedMonths(
  db: Db,
  { slug }: Newsletter,
): Promise<{ month: string; count: number }[]> {
  const [own, earlier] = await Promise.all([archiveMonths(db, slug), earlierMonths(db, slug)]);
  const months = [...new Set([...own.keys(), ...earlier.keys()])].sort().reverse();
  return months.map((month) => ({
    month,
    count: (own.get(month) ?? 0) + (earlier.get(month) ?? 0),
  }));
}

/** The day of an earlier edition in words, in its language. */
export function earlierDateline(
  { publishedAt, language }: Pick<EarlierSummary, 'publishedAt' | 'language'>,
  { timezone }: Pick<Newsletter, 'timezone'>,
): string {
  const day = dateInWords(localTimeOf(publishedAt, timezone).slice(0, 10), language);
  return day.charAt(0).toLocaleUpperCase(language) + day.slice(1);
}

/** The fields of a query that lead to a place in the list. */
export const placeFields = ({ number, earlier }: ArchivePlace): Record<string, string> => ({
  ...(number === undefined ? {} : { before: String(number) }),
  ...(earlier === undefined ? {} : { earlier: `${earlier.at.getTime()}_${earlier.id}` }),
});

/** Reads it; what is none is the beginning. */
export function readPlace(query: Record<string, unknown>): ArchivePlace {
  const number = /^[1-9]\d{0,8}$/.exec(text(query['before']));
  const [, at, id = ''] = /^(-?\d{1,14})_(\d{1,18})$/.exec(text(query['earlier'])) ?? [];
  return {
    number: number ? Number(number[0]) : undefined,
    earlier: at === undefined ? undefined : { at: new Date(Number(at)), id },
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
