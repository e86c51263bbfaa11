import { saidIn } from '../relays/refusal-cause.ts';

/** Why a provider had stopped writing to an address before. */
export type OnList = 'bounce' | 'complaint' | 'unsubscribe' | 'other';

/** Reads that from its words. A complaint is the one that nobody lifts. */
export function onList(words: string): OnList {
  if (/complain|as spam|spam report/i.test(words)) return 'complaint';
  if (/unsubscri/i.test(words)) return 'unsubscribe';
  return /bounc|invalid/i.test(words) ? 'bounce' : 'other';
}

/** Whether words say that a provider had stopped writing to the address before. */
export const saysOnList = (words: string): boolean => saidIn(words).has('suppressed');
