import { readDate } from '../understanding/dates.ts';
import { saysNo, saysYes, stateOf } from '../understanding/states.ts';
import type { ListState } from '../understanding/understood.ts';
import { shown, WrongCell } from './cells.ts';

/** What the cells of a line say of its state, besides the column of states: those of every column that is such a flag. */
export interface Flags {
  confirmed: string[];
  subscribed: string[];
  unsubscribed: string[];
  bounced: string[];
  complained: string[];
}

/** Whoever left stays out: of several states the one that keeps more mail back. */
const RANK: ListState[] = ['active', 'pending', 'unsubscribed', 'bounced', 'complained', 'ignore'];

/**
 * The state a line has by its columns of states and its flags; active without any. Throws WrongCell where one that has to
 * say yes says neither yes nor no.
 */
export function stateBy(stated: (ListState | null)[], flags: Flags): ListState {
  let rank = 0;
  for (const state of stated) if (state) rank = Math.max(rank, RANK.indexOf(state));
  for (const cell of flags.confirmed) rank = Math.max(rank, rankUnlessYes(cell, 1));
  for (const cell of flags.subscribed) rank = Math.max(rank, rankUnlessYes(cell, 2));
  for (const cell of flags.unsubscribed) rank = Math.max(rank, rankUnlessNo(cell, 2));
  for (const cell of flags.bounced) rank = Math.max(rank, rankUnlessNo(cell, 3));
  for (const cell of flags.complained) rank = Math.max(rank, rankUnlessNo(cell, 4));
  return RANK[rank] ?? 'active';
}

/** A time says yes, too, and a word that means a state says that one. */
function rankUnlessYes(cell: string, rank: number): number {
  if (saysYes(cell)) return 0;
  if (saysNo(cell)) return rank;
  const state = stateOf(cell);
  if (state) return RANK.indexOf(state);
  if (readDate(cell, 'day') !== undefined || readDate(cell, 'month') !== undefined) return 0;
  throw new WrongCell('state', { value: shown(cell) });
}

function rankUnlessNo(cell: string, rank: number): number {
  if (saysNo(cell)) return 0;
  const state = stateOf(cell);
  return state === 'active' ? 0 : Math.max(rank, state ? RANK.indexOf(state) : 0);
}

/** The time that one of the flags is written as, where it is one. */
export function timeOfFlag(flags: string[], now: Date): Date | null {
  for (const flag of flags) {
    if (flag.length < 8) continue;
    const found = readDate(flag, undefined);
    if (found !== undefined && found !== 'ambiguous' && found.at <= now) return found.at;
  }
  return null;
}
