import { isDeepStrictEqual } from 'node:util';
import type { EditorForm } from './form.ts';
import { type Articles, inOrder, type Place } from './list.ts';

const texts = ['subject', 'preheader', 'introduction', 'layout', 'when'] as const;
const wordings = ['title', 'standfirst'] as const;

/** One thing that somebody else saved since this window was opened. */
export interface Change {
  what:
    | (typeof texts)[number]
    | (typeof wordings)[number]
    | 'phase'
    | 'order'
    | 'added'
    | 'dropped'
    | 'restored'
    | 'pinned'
    | 'unpinned'
    | 'section'
    | 'gone';
  /** The article it is about. */
  id?: string;
  /** What it says now. */
  theirs?: string;
  /** This window changes it too, to something else. */
  both: boolean;
}

/**
 * Brings together what was changed here and what others saved meanwhile, from the state both began with.
 * What only one side changed is theirs or ours; what both changed stays ours, and is told.
 */
export function merge(
  base: EditorForm,
  mine: EditorForm,
  theirs: EditorForm,
  articles: Articles,
  slugs: string[],
): { form: EditorForm; changes: Change[] } {
  const changes: Change[] = [];
  const form = { ...mine, phase: theirs.phase };
  if (base.phase !== theirs.phase) changes.push({ what: 'phase', both: false });
  for (const what of texts) {
    if (theirs[what] === base[what] || theirs[what] === mine[what]) continue;
    const both = mine[what] !== base[what];
    changes.push({ what, theirs: theirs[what], both });
    if (!both) Object.assign(form, { [what]: theirs[what] });
  }
  form.when = theirs.phase === 'during' ? theirs.when : form.when;

  form.words = { ...mine.words };
  for (const { id } of theirs.places) {
    const own = { title: '', standfirst: '', ...mine.words[id] };
    for (const what of wordings) {
      const [was, now] = [base.words[id]?.[what] ?? '', theirs.words[id]?.[what] ?? ''];
      if (now === was || now === own[what]) continue;
      const both = own[what] !== was;
      changes.push({ what, id, theirs: now, both });
      if (!both) own[what] = now;
    }
    if (own.title || own.standfirst) form.words[id] = own;
    else delete form.words[id];
  }

  const listed = listChanges(base.places, theirs.places);
  const ours = !isDeepStrictEqual(base.places, mine.places);
  changes.push(
    ...listed.map((change) => ({ ...change, both: ours && !keeps.includes(change.what) })),
  );
  form.places = ours
    ? inOrder(bothLists(mine.places, base.places, theirs.places), articles, slugs)
    : theirs.places;
  return { form, changes };
}

// What others added or removed for good is taken over into our list, too.
const keeps: Change['what'][] = ['added', 'gone'];

function listChanges(base: Place[], theirs: Place[]): Omit<Change, 'both'>[] {
  const before = new Map(base.map((place) => [place.id, place]));
  const now = new Set(theirs.map((place) => place.id));
  const changes: Omit<Change, 'both'>[] = base
    .filter(({ id }) => !now.has(id))
    .map(({ id }) => ({ what: 'gone', id }));
  for (const { id, dropped, pinned, section } of theirs) {
    const was = before.get(id);
    if (!was) {
      if (!dropped) changes.push({ what: 'added', id });
    } else if (was.dropped !== dropped)
      changes.push({ what: dropped ? 'dropped' : 'restored', id });
    else if (was.pinned !== pinned) changes.push({ what: pinned ? 'pinned' : 'unpinned', id });
    else if (was.section !== section) changes.push({ what: 'section', id, theirs: section ?? '' });
  }
  const shared = (places: Place[]) =>
    places
      .filter(({ id, dropped }) => !dropped && before.has(id) && now.has(id))
      .map(({ id }) => id);
  if (changes.length === 0 && !isDeepStrictEqual(shared(base), shared(theirs)))
    changes.push({ what: 'order' });
  return changes;
}

function bothLists(mine: Place[], base: Place[], theirs: Place[]): Place[] {
  const known = new Set([...base, ...mine].map((place) => place.id));
  const now = new Set(theirs.map((place) => place.id));
  const before = new Set(base.map((place) => place.id));
  return [
    ...mine.filter(({ id }) => now.has(id) || !before.has(id)),
    ...theirs.filter(({ id }) => !known.has(id)),
  ];
}
