import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Draft } from '../../../editions/draft.ts';
import { instantOfLocal, localTimeOf } from '../../../editions/local-time.ts';
import type { Unsaved } from '../../../editions/read-content.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { layoutSchema } from '../../../newsletters/settings.ts';
import { readId } from '../../../text/id.ts';
import { oneLine } from '../../../text/one-line.ts';
import { type Articles, inOrder, type Place, placeSchema } from './list.ts';

const form = z.object({
  /** `during`: it is being sent, so that saving makes a correction. */
  phase: z.enum(['before', 'during']),
  subject: z.string(),
  preheader: z.string(),
  introduction: z.string(),
  /** Empty: the newsletter's. */
  layout: z.union([z.literal(''), layoutSchema]),
  /** `hand`, or the newsletter's local time as `YYYY-MM-DDTHH:MM`. */
  when: z.string(),
  places: z.array(placeSchema),
  /** This edition's own wording of articles that have one; empty: the article's. */
  words: z.record(z.string(), z.object({ title: z.string(), standfirst: z.string() })),
});

/** What the editor's window holds: as saved, or as somebody has it before them. */
export type EditorForm = z.infer<typeof form>;

/** The window of an edition as it is saved. */
export function formOf(draft: Draft, newsletter: Newsletter, articles: Articles): EditorForm {
  const { edition } = draft;
  const slugs = newsletter.sections.map(({ slug }) => slug);
  const lead = draft.entries.find((entry) => !entry.dropped)?.id;
  const places = draft.entries.map(({ id, section, pinned, dropped }) => ({
    id,
    section: slugs.find((slug) => slug === section) ?? slugs[0] ?? null,
    pinned,
    dropped,
  }));
  const ordered = inOrder(places, articles, slugs);
  // A top story that the order of sections would move down is held up by a pin.
  const moved = ordered[0]?.id !== lead;
  const held = ordered.map((one) => (moved && one.id === lead ? { ...one, pinned: true } : one));
  return {
    phase: edition.state === 'draft' || edition.state === 'scheduled' ? 'before' : 'during',
    subject: edition.subject,
    preheader: edition.preheader,
    introduction: lines(edition.introduction),
    layout: edition.layout ?? '',
    when: edition.sendAt ? localTimeOf(edition.sendAt, newsletter.timezone) : 'hand',
    places: moved ? inOrder(held, articles, slugs) : ordered,
    words: Object.fromEntries(
      draft.entries
        .filter(({ title, standfirst }) => title !== null || standfirst !== null)
        .map((entry) => [
          entry.id,
          { title: entry.title ?? '', standfirst: entry.standfirst ?? '' },
        ]),
    ),
  };
}

const fields = z.record(z.string(), z.union([z.string(), z.array(z.string())])).catch({});

/** One field of a posted form: `all` for one that may be there several times. */
export interface Posted {
  one(name: string): string;
  all(name: string): string[];
}

export function posted(body: unknown): Posted {
  const read = fields.parse(body ?? {});
  const all = (name: string) => [read[name] ?? []].flat();
  return { all, one: (name) => all(name)[0] ?? '' };
}

/** The saved state that a posted window was opened on; undefined where that field was tampered with. */
export function readBase({ one }: Posted): EditorForm | undefined {
  try {
    return form.safeParse(JSON.parse(one('base'))).data;
  } catch {
    return undefined;
  }
}

/** The window as it was posted. Rows hold the articles of a story; `base` is what it was opened on. */
export function readForm({ one, all }: Posted, base: EditorForm): EditorForm {
  const pins = new Set(all('pinned'));
  const places: Place[] = [];
  const seen = new Set<string>();
  for (const row of all('row')) {
    const ids = row.split(',').filter((id) => readId(id) && !seen.has(id));
    const [first = ''] = row.split(',');
    for (const id of ids) {
      seen.add(id);
      const section = one(`section-${first}`) || null;
      places.push({ id, section, pinned: pins.has(first), dropped: false });
    }
  }
  for (const id of all('dropped')) {
    if (seen.has(id) || !readId(id)) continue;
    seen.add(id);
    const section = base.places.find((place) => place.id === id)?.section ?? null;
    places.push({ id, section, pinned: false, dropped: true });
  }
  const words = [...seen].flatMap((id) => {
    // What was dropped has no fields, and keeps its wording.
    const text = (what: 'title' | 'standfirst') =>
      oneLine(all(`${what}-${id}`)[0] ?? base.words[id]?.[what] ?? '');
    const own = { title: text('title'), standfirst: text('standfirst') };
    return own.title || own.standfirst ? [[id, own] as const] : [];
  });
  return {
    phase: base.phase,
    subject: oneLine(one('subject')),
    preheader: oneLine(one('preheader')),
    introduction: lines(one('introduction')),
    layout: layoutSchema.or(z.literal('')).catch('').parse(one('layout')),
    when: base.phase === 'during' ? base.when : one('when') === 'hand' ? 'hand' : one('time'),
    places,
    words: Object.fromEntries(words),
  };
}

/**
 * What has to be said to `editEdition` to make `mine` of what was saved as `base`. Throws InvalidEdition
 * where the time cannot be read.
 */
export function editsOf(mine: EditorForm, base: EditorForm, timezone: string): object {
  const { subject, preheader, introduction, layout, when } = mine;
  const articles = mine.places
    .filter((one) => !one.dropped)
    .map(({ id, section, pinned }) => ({
      id,
      ...(section === null ? {} : { section }),
      pinned,
      title: mine.words[id]?.title || null,
      standfirst: mine.words[id]?.standfirst || null,
    }));
  const sendAt =
    when === base.when
      ? {}
      : { sendAt: when === 'hand' ? null : instantOfLocal(when, timezone).toISOString() };
  return { subject, preheader, introduction, layout: layout || null, articles, ...sendAt };
}

/** A window as the edition would hold it. */
export function unsavedOf({ places, words, ...form }: EditorForm): Unsaved {
  const { subject, preheader, introduction, layout } = form;
  const entries = places.map((place) => ({
    ...place,
    title: words[place.id]?.title || null,
    standfirst: words[place.id]?.standfirst || null,
  }));
  return { subject, preheader, introduction, layout: layout || null, entries };
}

/** Whether two windows say the same. */
export const same = (a: EditorForm, b: EditorForm): boolean => isDeepStrictEqual(a, b);

const lines = (text: string) => text.replaceAll(/\r\n?/g, '\n').trim();
