import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DraftArticle } from '../../../src/editions/draft.ts';
import type { EditorForm } from '../../../src/http/console/editor/form.ts';
import {
  inOrder,
  moved,
  moves,
  type Place,
  rowsOf,
} from '../../../src/http/console/editor/list.ts';
import { merge } from '../../../src/http/console/editor/merge.ts';

const slugs = ['news', 'updates'];
const ids = ['1', '2', '3', '4', '5', '6'];
// 1 and 4 translate each other, and so do 2 and 6.
const storyOf: Record<string, string> = { 4: '1', 6: '2' };
const articles = new Map(
  ids.map((id): [string, DraftArticle] => [
    id,
    {
      id,
      story: storyOf[id] ?? id,
      language: storyOf[id] ? 'es' : 'en',
      section: Number(id) % 2 ? 'news' : null,
      title: `Title ${id}`,
      standfirst: '',
      url: `https://news.example/${id}`,
      imageUrl: null,
      author: null,
      publishedAt: new Date('2026-11-24T05:00:00Z'),
      joined: 0,
      withdrawnAt: null,
    },
  ]),
);

const place = (id: string) =>
  fc.record({
    id: fc.constant(id),
    section: fc.constantFrom(...slugs),
    pinned: fc.boolean(),
    dropped: fc.boolean(),
  });
const list = fc
  .subarray(ids)
  .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }))
  .chain((some) => fc.tuple(...some.map(place)))
  .map((places) => places.map((one) => (one.dropped ? { ...one, pinned: false } : one)))
  .map((places) => inOrder(places, articles, slugs));
const text = fc.constantFrom('', 'one', 'two');
const form: fc.Arbitrary<EditorForm> = fc
  .record({
    phase: fc.constant('before' as const),
    subject: text,
    preheader: text,
    layout: fc.constantFrom('' as const, 'compact' as const),
    introduction: text,
    when: fc.constantFrom('hand', '2026-11-24T07:00'),
    places: list,
    title: text,
  })
  .map(({ title, ...rest }) => ({
    ...rest,
    words: title && rest.places[0] ? { [rest.places[0].id]: { title, standfirst: '' } } : {},
  }));
const brought = (base: EditorForm, mine: EditorForm, theirs: EditorForm) =>
  merge(base, mine, theirs, articles, slugs);

it('where nobody else saved, it is mine, and there is nothing to tell', () => {
  fc.assert(
    fc.property(form, form, (base, mine) => {
      const kept = { ...mine, places: base.places, words: base.words };
      expect(brought(base, kept, base)).toEqual({ form: kept, changes: [] });
    }),
  );
});

it('where I changed nothing, it is theirs, and every difference is told', () => {
  fc.assert(
    fc.property(form, form, (base, theirs) => {
      const { form: merged, changes } = brought(base, base, theirs);
      const { words: _, ...rest } = merged;
      const { words: __, ...others } = theirs;
      expect(rest).toEqual(others);
      expect(changes.some((change) => change.both)).toBe(false);
      for (const what of ['subject', 'preheader', 'introduction', 'when'] as const)
        expect(changes.some((change) => change.what === what)).toBe(base[what] !== theirs[what]);
    }),
  );
});

it('no article of theirs is lost, and none comes twice, whatever both did', () => {
  fc.assert(
    fc.property(form, form, form, (base, mine, theirs) => {
      const merged = brought(base, mine, theirs).form.places.map(({ id }) => id);
      expect(new Set(merged).size).toBe(merged.length);
      const own = new Set(mine.places.map(({ id }) => id));
      const before = new Set(base.places.map(({ id }) => id));
      for (const { id } of theirs.places)
        if (own.has(id) || !before.has(id)) expect(merged).toContain(id);
    }),
  );
});

it('what both changed stays mine and is told so', () => {
  const base: EditorForm = {
    phase: 'before',
    subject: '',
    preheader: '',
    introduction: '',
    layout: '',
    when: 'hand',
    places: [],
    words: {},
  };
  const { form: merged, changes } = brought(
    base,
    { ...base, subject: 'mine' },
    { ...base, subject: 'theirs', preheader: 'theirs', phase: 'during' },
  );
  expect(merged).toMatchObject({ subject: 'mine', preheader: 'theirs', phase: 'during' });
  expect(changes).toEqual([
    { what: 'phase', both: false },
    { what: 'subject', theirs: 'theirs', both: true },
    { what: 'preheader', theirs: 'theirs', both: false },
  ]);
});

it('no press of a button loses an article, parts a story, or puts one above what is pinned', () => {
  const press = fc.tuple(fc.constantFrom(...moves), fc.constantFrom(...ids));
  fc.assert(
    fc.property(list, fc.array(press, { maxLength: 12 }), (start, presses) => {
      let places: Place[] = start;
      for (const one of presses) {
        const next = moved(places, one, articles, slugs);
        for (const { id } of places) expect(next.map((held) => held.id)).toContain(id);
        places = next;
      }
      expect(new Set(places.map(({ id }) => id)).size).toBe(places.length);
      expect(inOrder(places, articles, slugs)).toEqual(places);
      for (const slug of slugs) {
        const pins = rowsOf(places, articles)
          .filter((row) => row.section === slug)
          .map((row) => row.pinned);
        expect(pins).toEqual(pins.toSorted((a, b) => Number(b) - Number(a)));
      }
    }),
  );
});
