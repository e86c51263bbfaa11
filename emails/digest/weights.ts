/** How large an article stands in an edition: with picture and standfirst, or as a line. */
export type Weight = 'feature' | 'brief';

const FEATURES = 3;
/** So few are all of one weight: there is room for them. */
const FEW = 4;
/** Fewer than so many, the lead not counted, are seen at a glance: no list of what is in the edition. */
const LONG = 9;

/**
 * The weight of each article below the lead, section by section: where there are more than a few, the first of the first
 * three sections stand large, and with fewer sections those that come next, until there are three.
 */
export function weightsOf(sections: number[]): Weight[][] {
  const count = sections.reduce((sum, each) => sum + each, 0);
  const weights = sections.map((each): Weight[] =>
    Array.from({ length: each }, () => (count <= FEW ? 'feature' : 'brief')),
  );
  if (count <= FEW) return weights;
  let left = FEATURES;
  for (let place = 0; left > 0; place++) {
    for (const section of weights) {
      if (left === 0) break;
      if (place >= section.length) continue;
      section[place] = 'feature';
      left--;
    }
  }
  return weights;
}

/** Whether an edition is so long that it begins with what is in it. */
export const isLong = (sections: number[]): boolean =>
  sections.length > 1 && sections.reduce((sum, each) => sum + each, 0) >= LONG;
