/** What one corpus came to. */
export interface Rates {
  title: string;
  /** Shares between 0 and 1, and counts, by name. */
  values: Record<string, number>;
  /** Name, how many of how many, and the share to reach: `most` where it is one not to pass. */
  rows: [name: string, part: number, whole: number, aim: number, most?: 'most'][];
  /** One line a miss. */
  misses: string[];
}

export const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
