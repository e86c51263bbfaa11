import { PaceLimit, paceWindow } from './limit.ts';
import { openPaceCounts, type PaceStore } from './store.ts';

/** Messages a second; what is not named has no limit. */
export interface PaceLimits {
  global?: number;
  relays?: Record<string, number>;
  groups?: Record<string, number>;
}

/** A rate for what goes to a receiver group through one relay. */
export interface PairLimit {
  relay: string;
  group: string;
  perSecond: number;
}

/** What to take permits for. */
export interface WantedPermits {
  relay?: string;
  /** How many messages, by receiver group. */
  groups: Record<string, number>;
  /**
   * Goes before all who do not say so, in every process: after a try in vain they are granted nothing of the limits
   * it waits for, until it has tried again, at `retryAfterMs`.
   */
  first?: boolean;
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
   * for each limit that is set, none where none is, and another every 50 ms to see who goes first.
   * A permit not used within its window of 100 ms is lost. Never rejects: while the store is away
   * nothing is granted.
   */
  take(wanted: WantedPermits): Promise<Permits>;
  /** Puts these rates of receiver groups in the place of those before; the others stay. */
  limitReceivers(groups: Record<string, number>, pairs: PairLimit[]): void;
  close(): Promise<void>;
}

/** How long the store may take to answer before it counts as away, and when to ask it again. */
const PATIENCE = 1_000;
/** When to ask again while somebody goes first: a few times a window, so that what they leave of it is used. */
const STOOD_BACK_MS = 20;

/** Makes the limits on their store. Opens nothing before the first limited `take`. */
export function openPace({ store, limits }: { store: PaceStore; limits: PaceLimits }): Pace {
  const open = openPaceCounts(store);
  const limit = (key: string, rate: number) => new PaceLimit(key, open, paceWindow(rate));
  const named = (kind: string, rates: Record<string, number> = {}) =>
    new Map(Object.entries(rates).map(([name, rate]) => [name, limit(`${kind}-${name}`, rate)]));
  const global = limits.global === undefined ? undefined : limit('global', limits.global);
  const relays = named('relay', limits.relays);
  let groups = named('group', limits.groups);
  let pairs = new Map<string, PaceLimit>();
  let said = '';

  return {
    async take(wanted) {
      const names = Object.keys(wanted.groups).filter((name) => groups.has(name));
      const relay = wanted.relay === undefined ? undefined : relays.get(wanted.relay);
      const [only = '', ...others] = Object.keys(wanted.groups);
      const pair = others.length === 0 ? pairs.get(`${wanted.relay} ${only}`) : undefined;
      const wide = [pair, relay, global].filter((each) => each !== undefined);
      if (wide.length === 0 && names.length === 0) return allOf(wanted.groups);
      try {
        return await inTime(async () => {
          await open.ready();
          const limits = [...names.flatMap((name) => groups.get(name) ?? []), ...wide];
          return wanted.first
            ? takeFirst(limits, () => narrow(wanted.groups, groups, wide))
            : takeAfter(limits, wanted.groups, () => narrow(wanted.groups, groups, wide));
        });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { ...allOf({}), groups: {}, retryAfterMs: PATIENCE, problem };
      }
    },
    limitReceivers(rates, ofPairs) {
      const now = JSON.stringify([rates, ofPairs]);
      if (now === said) return;
      said = now;
      groups = named('group', rates);
      pairs = new Map(
        ofPairs.map(({ relay, group, perSecond }) => [
          `${relay} ${group}`,
          limit(`pair-${relay}-${group}`, perSecond),
        ]),
      );
    },
    close: () => open.close(),
  };
}

/** Says where it waits, so that others stand back there, and takes that back once it has what it wants. */
async function takeFirst(limits: PaceLimit[], take: () => Promise<Narrowed>): Promise<Permits> {
  const { permits, refusing } = await take();
  const waits = permits.retryAfterMs > 0;
  await Promise.all(
    waits ? refusing.map((limit) => limit.mark()) : limits.map((limit) => limit.unmark()),
  );
  return permits;
}

/** Stands back where somebody goes first, before anything is taken in vain. */
async function takeAfter(
  limits: PaceLimit[],
  wanted: Record<string, number>,
  take: () => Promise<Narrowed>,
): Promise<Permits> {
  const marked = await Promise.all(limits.map((limit) => limit.marked()));
  if (!marked.includes(true)) return (await take()).permits;
  const waits = limits.map((limit) => limit.retryAfter);
  const groups = Object.fromEntries(Object.keys(wanted).map((name) => [name, 0]));
  return { granted: 0, groups, retryAfterMs: Math.max(STOOD_BACK_MS, ...waits) };
}

interface Narrowed {
  permits: Permits;
  /** The limits that granted less than was asked of them. */
  refusing: PaceLimit[];
}

/** Asks the narrowest limits first, so that little is taken from the wide ones in vain. */
async function narrow(
  wanted: Record<string, number>,
  limits: Map<string, PaceLimit>,
  wide: PaceLimit[],
): Promise<Narrowed> {
  const taken = await Promise.all(
    Object.entries(wanted).map(
      async ([name, count]): Promise<[string, number]> => [
        name,
        (await limits.get(name)?.take(count)) ?? count,
      ],
    ),
  );
  const held = new Map(taken);
  const refusing = taken.flatMap(([name, count]) =>
    count < (wanted[name] ?? 0) ? (limits.get(name) ?? []) : [],
  );
  const sum = () => [...held.values()].reduce((total, count) => total + count, 0);
  let retryAfterMs = 0;
  for (const [at, limit] of wide.entries()) {
    const before = sum();
    const allowed = before === 0 ? 0 : await limit.take(before);
    if (allowed === before) continue;
    refusing.push(limit);
    retryAfterMs = Math.max(retryAfterMs, limit.retryAfter, 1);
    for (const wider of wide.slice(0, at)) wider.giveBack(before - allowed);
    share(held, allowed, (name, surplus) => limits.get(name)?.giveBack(surplus));
  }
  if (retryAfterMs === 0) {
    const short = Object.entries(wanted).filter(([name, count]) => (held.get(name) ?? 0) < count);
    const waits = short.map(([name]) => Math.max(1, limits.get(name)?.retryAfter ?? 0));
    if (waits.length > 0) retryAfterMs = Math.min(...waits);
  }
  const permits = { granted: sum(), groups: Object.fromEntries(held), retryAfterMs };
  return { permits, refusing };
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
