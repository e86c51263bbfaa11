import { z } from 'zod';
import type { DraftArticle } from '../../../editions/draft.ts';

export const placeSchema = z.object({
  id: z.string(),
  section: z.string().nullable(),
  pinned: z.boolean(),
  dropped: z.boolean(),
});

/** Where an article stands. */
export type Place = z.infer<typeof placeSchema>;

/** What the articles of a list say of themselves, by id. */
export type Articles = ReadonlyMap<string, DraftArticle>;

/** The articles of one story: they stand, move and are pinned together. */
export interface Row {
  /** Of its first article, by which forms name the row. */
  key: string;
  section: string | null;
  pinned: boolean;
  places: Place[];
}

/** What one button does to the list. */
export const moves = ['up', 'down', 'pin', 'unpin', 'drop', 'restore', 'add'] as const;
export type Move = (typeof moves)[number];

/** The stories of a list, without what was dropped. */
export function rowsOf(places: Place[], articles: Articles): Row[] {
  const stories = Map.groupBy(
    places.filter((place) => !place.dropped),
    ({ id }) => articles.get(id)?.story ?? id,
  );
  return [...stories.values()].flatMap((versions) => {
    const [first] = versions;
    if (!first) return [];
    const { id: key, section } = first;
    const pinned = versions.some((version) => version.pinned);
    return [{ key, section, pinned, places: versions }];
  });
}

/** A list in the order it is shown: by section, pinned stories first, what was dropped at the end. */
export function inOrder(places: Place[], articles: Articles, slugs: string[]): Place[] {
  return flat(sorted(rowsOf(places, articles), slugs), places);
}

/** A list after one press of a button; a move that leads nowhere changes nothing. */
export function moved(
  places: Place[],
  [move, id]: [Move, string],
  articles: Articles,
  slugs: string[],
): Place[] {
  const rows = sorted(rowsOf(places, articles), slugs);
  const at = rows.findIndex((row) => row.places.some((place) => place.id === id));
  const row = rows[at];
  switch (move) {
    case 'up':
    case 'down': {
      const to = at + (move === 'up' ? -1 : 1);
      const other = rows[to];
      if (!row || other?.section !== row.section || other.pinned !== row.pinned) return places;
      rows[at] = other;
      rows[to] = row;
      return flat(rows, places);
    }
    case 'pin':
    case 'unpin': {
      if (row) row.pinned = move === 'pin';
      return flat(sorted(rows, slugs), places);
    }
    case 'drop':
      return inOrder(changed(places, id, { dropped: true, pinned: false }), articles, slugs);
    case 'restore': {
      const others = places.filter((place) => place.id !== id);
      const own = changed(places, id, { dropped: false }).filter((place) => place.id === id);
      return inOrder([...others, ...own], articles, slugs);
    }
    case 'add': {
      const article = articles.get(id);
      if (!article || places.some((place) => place.id === id)) return places;
      const section = slugs.find((slug) => slug === article.section) ?? slugs[0] ?? null;
      const added = [...places, { id, section, pinned: false, dropped: false }];
      return inOrder(added, articles, slugs);
    }
  }
}

const changed = (places: Place[], id: string, change: Partial<Place>): Place[] =>
  places.map((place) => (place.id === id ? { ...place, ...change } : place));

function sorted(rows: Row[], slugs: string[]): Row[] {
  const rank = ({ section }: Row) => Math.max(0, slugs.indexOf(section ?? ''));
  return rows.toSorted((a, b) => rank(a) - rank(b) || Number(b.pinned) - Number(a.pinned));
}

function flat(rows: Row[], places: Place[]): Place[] {
  const shown = rows.flatMap(({ section, pinned, places: versions }) =>
    versions.map((version) => ({ ...version, section, pinned })),
  );
  return [...shown, ...places.filter((place) => place.dropped)];
}
