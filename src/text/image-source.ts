/**
 * Where an `img` of HTML has its picture; null: nowhere. A page that loads its pictures by a script has a `data:` address in
 * the picture's place, and the true one beside it.
 */
export function imageSource(attributes: Record<string, string>): string | null {
  const sources = [
    attributes['src'],
    attributes['data-src'],
    attributes['data-lazy-src'],
    largestOf(attributes['srcset']),
    largestOf(attributes['data-srcset']),
  ];
  return sources.find((source) => source?.trim() && !/^\s*data:/i.test(source)) ?? null;
}

/** The largest of a `srcset`, by width or by density. */
function largestOf(set = ''): string | undefined {
  const candidates = [...set.matchAll(/(\S+)(?:\s+([\d.]+)[wx])?\s*(?:,\s*|$)/g)];
  const [largest] = candidates.toSorted((a, b) => Number(b[2] ?? 1) - Number(a[2] ?? 1));
  return largest?.[1];
}
