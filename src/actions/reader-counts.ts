import type { Db } from '../database/connection.ts';
import { type ActiveByFrequency, countByFrequency } from '../subscribers/count-by-frequency.ts';

/** A count may be so many times as old as it takes to make: what takes 0.1 s is counted anew every 6 s. */
const TIMES_AS_OLD = 60;
const LEAST_MS = 500;

interface Kept {
  counts: ActiveByFrequency;
  until: number;
  next?: Promise<ActiveByFrequency>;
}

const kept = new WeakMap<Db, Kept>();

/**
 * How many readers each newsletter has of each frequency, for pages that show it in passing: a little old where there
 * are many readers, and never waited for twice.
 */
export async function readerCounts(db: Db): Promise<ActiveByFrequency> {
  const known = kept.get(db);
  if (known && performance.now() < known.until) return known.counts;
  if (known?.next) return known.counts;
  const next = count(db);
  if (!known) return next;
  known.next = next;
  // a page waits only where counting is quick
  next.catch(() => kept.delete(db));
  return Promise.race([next, later(LEAST_MS).then(() => known.counts)]);
}

async function count(db: Db): Promise<ActiveByFrequency> {
  const began = performance.now();
  const counts = await countByFrequency(db);
  const took = performance.now() - began;
  kept.set(db, { counts, until: performance.now() + (took < 20 ? 0 : took * TIMES_AS_OLD) });
  return counts;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
