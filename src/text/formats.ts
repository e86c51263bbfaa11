// To make one of these takes up to a millisecond, to use it a thousandth of that. Languages come from feeds, too: there is
// a bound to how many are kept.
const MOST = 1_000;
const kept = new Map<string, Intl.DateTimeFormat>();

/** The format of these dates in a language and zone, made once. Throws RangeError for a language or zone that is none. */
export function dateFormat(
  language: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = JSON.stringify([language, options]);
  const known = kept.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language, options);
  if (kept.size >= MOST) kept.clear();
  kept.set(key, made);
  return made;
}

const segmenter = new Intl.Segmenter();

/** The letters of a text as readers count them: an accent, a joined emoji or a flag belongs to one. */
export const lettersOf = (text: string): Iterable<Intl.SegmentData> => segmenter.segment(text);
