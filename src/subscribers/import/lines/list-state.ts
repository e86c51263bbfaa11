import { readDate } from '../understanding/dates.ts';
import { saysNo, saysYes } from '../understanding/states.ts';
import type { ListState } from '../understanding/understood.ts';

/** What the cells of a line say of its state, besides the column of states. */
export interface Flags {
  confirmed: string | undefined;
  subscribed: string | undefined;
  unsubscribed: string | undefined;
  bounced: string | undefined;
  complained: string | undefined;
}

/** Whoever left stays out: of several states the one that keeps more mail back. */
const RANK: ListState[] = ['active', 'pending', 'unsubscribed', 'bounced', 'complained', 'ignore'];

/** The state a line has by its column of states and its flags; undefined: as if there were none. */
export function stateBy(stated: (ListState | null)[], flags: Flags): ListState {
  let rank = 0;
  for (const state of stated) if (state) rank = Math.max(rank, RANK.indexOf(state));
  const { confirmed, subscribed, unsubscribed, bounced, complained } = flags;
  if (confirmed !== undefined && saysNo(confirmed)) rank = Math.max(rank, 1);
  if (subscribed !== undefined && saysNo(subscribed)) rank = Math.max(rank, 2);
  if (unsubscribed !== undefined && saysYes(unsubscribed)) rank = Math.max(rank, 2);
  if (bounced !== undefined && saysYes(bounced)) rank = Math.max(rank, 3);
  if (complained !== undefined && saysYes(complained)) rank = Math.max(rank, 4);
  return RANK[rank] ?? 'active';
}

/** The time that a flag is written as, where it is one. */
export function timeOfFlag(flag: string | undefined, now: Date): Date | null {
  if (!flag || flag.length < 8) return null;
  const found = readDate(flag, undefined);
  return found === undefined || found === 'ambiguous' || found.at > now ? null : found.at;
}
