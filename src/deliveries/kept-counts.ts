import { LRUCache } from 'lru-cache';

/** A count may take up a hundredth of the time, whoever asks for it. */
const SHARE = 100;
/** A quicker one is always made anew. */
const QUICK_MS = 50;

/**
 * Keeps what takes long to count for a while: a hundred times as long as the counting took. What is counted quickly is
 * never out of date.
 */
export function keepCounts<T extends object>(): (
  owner: object,
  name: string,
  count: () => Promise<T>,
) => Promise<T> {
  const owners = new WeakMap<object, LRUCache<string, T>>();
  return async (owner, name, count) => {
    const kept = owners.get(owner) ?? new LRUCache<string, T>({ max: 200 });
    owners.set(owner, kept);
    const known = kept.get(name);
    if (known) return known;
    const began = performance.now();
    const value = await count();
    const took = performance.now() - began;
    if (took > QUICK_MS) kept.set(name, value, { ttl: took * SHARE });
    return value;
  };
}
