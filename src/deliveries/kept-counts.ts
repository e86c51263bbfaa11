import { LRUCache } from 'lru-cache';

/** A count may take up a hundredth of the time, whoever asks for it. */
const SHARE = 100;
/** A quicker one is always made anew. */
const QUICK_MS = 50;

interface Known<T> {
  /** Null where it took long once: that may have been the machine. */
  value: T | null;
}

/**
 * Keeps what takes long to count, twice in a row, for a while: a hundred times as long as the counting took. What is
 * counted quickly is never out of date.
 */
export function keepCounts<T extends object>(
  now = () => performance.now(),
): (owner: object, name: string, count: () => Promise<T>) => Promise<T> {
  const owners = new WeakMap<object, LRUCache<string, Known<T>>>();
  return async (owner, name, count) => {
    const kept =
      owners.get(owner) ??
      new LRUCache<string, Known<T>>({ max: 200, perf: { now }, ttlResolution: 0 });
    owners.set(owner, kept);
    const known = kept.get(name);
    if (known?.value) return known.value;
    const began = now();
    const value = await count();
    const took = now() - began;
    if (took <= QUICK_MS) kept.delete(name);
    else kept.set(name, { value: known ? value : null }, { ttl: took * SHARE });
    return value;
  };
}
