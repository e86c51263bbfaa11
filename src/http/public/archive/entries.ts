import { dateInWords } from '../../../../emails/language.ts';
import type { Db } from '../../../database/connection.ts';
import {
  type EarlierSummary,
  listEarlierEditions,
} from '../../../earlier-editions/earlier-editions.ts';
import { listArchive } from '../../../editions/archive.ts';
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
  { limit, after = {} }: { limit: number; after?: ArchivePlace },
  shared: { newsroom: Newsroom; publicUrl: string },
): Promise<{ entries: ArchiveEntry[]; next: ArchivePlace | null }> {
  const [own, earlier] = await Promise.all([
    listArchive(db, newsletter.slug, { limit: limit + 1, before: after.number }),
    listEarlierEditions(db, newsletter.slug, { limit: limit + 1, before: after.earlier }),
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
      const { id, slug, title, language, publishedAt } = one.earlier;
      next.earlier = { at: publishedAt, id };
      const dateline = earlierDateline(one.earlier, newsletter);
      const path = `${shelf}/earlier/${slug}`;
      return [
        { path, headline: title, dateline, language, at: one.at, own: null, earlier: one.earlier },
      ];
    }
    next.number = one.edition.number;
    const view = editionView(one.edition, newsletter.language, shared);
    if (!view) return [];
    const { headline, dateline, language } = view;
    const path = `${shelf}/${view.number}`;
    return [{ path, headline, dateline, language, at: one.at, own: view, earlier: null }];
  });
  return { entries, next: all.length > limit ? next : null };
}

/** The day of an earlier edition in words, in its language. */
export function earlierDateline(
  { publishedAt, language }: Pick<EarlierSummary, 'publishedAt' | 'language'>,
  { timezone }: Pick<Newsletter, 'timezone'>,
): string {
  const day = dateInWords(localTimeOf(publishedAt, timezone).slice(0, 10), language);
  return day.charAt(0).toLocaleUpperCase(language) + day.slice(1);
}

/** The query that leads to a place in the list. */
export const placeQuery = ({ number, earlier }: ArchivePlace): string =>
  new URLSearchParams({
    ...(number === undefined ? {} : { before: String(number) }),
    ...(earlier === undefined ? {} : { earlier: `${earlier.at.getTime()}_${earlier.id}` }),
  }).toString();

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
