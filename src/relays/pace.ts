import { PaceLimit, paceWindow } from './pace-limit.ts';
import { openPaceStore, type PaceStore } from './pace-store.ts';

/** Messages a second; what is not named has no limit. */
export interface PaceLimits {
  global?: number;
  relays?: Record<string, number>;
  groups?: Record<string, number>;
}

/** How many may start now. */
export interface Permits {
  granted: number;
  /** `granted`, for each receiver group that was asked for. */
  groups: Record<string, number>;
  /** When to ask for the rest; 0 when all was granted. */
  retryAfterMs: number;
  /** Why nothing is granted, when the store that keeps the counts does not answer. */
  problem?: string;
}

/** The rates that hold across all workers. */
export interface Pace {
  /**
   * Takes permits for one claim: for messages to receiver groups, through a relay. One round trip
   * for each limit that is set, none where none is. A permit not used within its window of 100 ms
   * is lost. Never rejects: while the store is away nothing is granted.
   */
  take(wanted: { relay?: string; groups: Record<string, number> }): Promise<Permits>;
  close(): Promise<void>;
}

/** How long the store may take to answer before it counts as away, and when to ask it again. */
const PATIENCE = 1_000;

/** Makes the limits on their store. Opens nothing before the first limited `take`. */
export function openPace({ store, limits }: { store: PaceStore; limits: PaceLimits }): Pace {
  const open = openPaceStore(store);
  const limit = (key: string, rate: number): PaceLimit => {
    const window = paceWindow(rate);
    return new PaceLimit(key, open.limiter(window), window);
  };
  const named = (kind: string, rates: Record<string, number> = {}) =>
    new Map(Object.entries(rates).map(([name, rate]) => [name, limit(`${kind}-${name}`, rate)]));
  const global = limits.global === undefined ? undefined : limit('global', limits.global);
  const relays = named('relay', limits.relays);
  const groups = named('group', limits.groups);

  return {
    async take(wanted) {
      const names = Object.keys(wanted.groups).filter((name) => groups.has(name));
      const relay = wanted.relay === undefined ? undefined : relays.get(wanted.relay);
      const wide = [relay, global].filter((each) => each !== undefined);
      if (wide.length === 0 && names.length === 0) return allOf(wanted.groups);
      try {
        return await inTime(async () => {
          await open.ready();
          return narrow(wanted.groups, groups, wide);
        });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { ...allOf({}), groups: {}, retryAfterMs: PATIENCE, problem };
      }
    },
    close: () => open.close(),
  };
}

/** Asks the narrowest limits first, so that little is taken from the wide ones in vain. */
async function narrow(
  wanted: Record<string, number>,
  limits: Map<string, PaceLimit>,
  wide: PaceLimit[],
): Promise<Permits> {
  const taken = await Promise.all(
    Object.entries(wanted).map(
      async ([name, count]): Promise<[string, number]> => [
        name,
        (await limits.get(name)?.take(count)) ?? count,
      ],
    ),
  );
  const held = new Map(taken);
  const sum = () => [...held.values()].reduce((total, count) => total + count, 0);
  let retryAfterMs = 0;
  for (const [at, limit] of wide.entries()) {
    const before = sum();
    const allowed = before === 0 ? 0 : await limit.take(before);
    if (allowed === before) continue;
    retryAfterMs = Math.max(retryAfterMs, limit.retryAfter, 1);
    for (const wider of wide.slice(0, at)) wider.giveBack(before - allowed);
    share(held, allowed, (name, surplus) => limits.get(name)?.giveBack(surplus));
  }
  if (retryAfterMs === 0) {
    const short = Object.entries(wanted).filter(([name, count]) => (held.get(name) ?? 0) < count);
    const waits = short.map(([name]) => Math.max(1, limits.get(name)?.retryAfter ?? 0));
    if (waits.length > 0) retryAfterMs = Math.min(...waits);
  }
  return { granted: sum(), groups: Object.fromEntries(held), retryAfterMs };
}

/** Cuts what is held down to `allowed`, each group by its share. */
function share(
  held: Map<string, number>,
  allowed: number,
  giveBack: (name: string, surplus: number) => void,
): void {
  let total = [...held.values()].reduce((sum, count) => sum + count, 0);
  let left = allowed;
  for (const [name, count] of held) {
    const kept = total === 0 ? 0 : Math.round((left * count) / total);
    held.set(name, kept);
    if (kept < count) giveBack(name, count - kept);
    total -= count;
    left -= kept;
  }
}

function allOf(groups: Record<string, number>): Permits {
  const granted = Object.values(groups).reduce((sum, count) => sum + count, 0);
  return { granted, groups: { ...groups }, retryAfterMs: 0 };
}

/** The store's answer, or a rejection when it takes too long. */
async function inTime<T>(work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error('the store of the rate limits does not answer')),
    PATIENCE,
  );
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
