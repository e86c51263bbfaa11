/** Receiver groups that asked us to slow down: each rests, longer every time, until it takes a message again. */
export interface Receivers {
  /** The group's servers said "later". */
  slow(group: string): void;
  /** The group took a message. */
  took(group: string): void;
  /** Milliseconds until the group may be tried again; 0 when now. */
  restMs(group: string): number;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** `rest` is everybody else: one of them that is slow says nothing of the others. */
export function openReceivers(): Receivers {
  const groups = new Map<string, { until: number; length: number }>();
  return {
    slow(group) {
      if (group === 'rest') return;
      const now = performance.now();
      const known = groups.get(group);
      // Ten answers that were under way together are one word.
      if (known && known.until > now) return;
      const length = Math.min((known?.length ?? FIRST_MS / 2) * 2, LONGEST_MS);
      groups.set(group, { until: now + length, length });
    },
    took(group) {
      const known = groups.get(group);
      if (known && known.until <= performance.now()) groups.delete(group);
    },
    restMs: (group) => Math.max(0, (groups.get(group)?.until ?? 0) - performance.now()),
  };
}
