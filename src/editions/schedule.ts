import type { Newsletter } from '../newsletters/newsletters.ts';
import { instantOf, localDateOf } from './due.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A missed hour is made up for within this many milliseconds, and no later. */
export const MADE_UP_FOR = 2 * HOUR;

/** One edition that a newsletter's settings ask for. */
export interface Slot {
  kind: 'daily' | 'weekly';
  /** In the newsletter's zone, YYYY-MM-DD. */
  localDate: string;
  sendAt: Date;
}

/** A slot whose edition is to be made now. */
export interface DueSlot extends Slot {
  /** It may have been sent before this database was restored: the words for why it is held. */
  held?: string | undefined;
}

export type Schedule = Pick<
  Newsletter,
  | 'active'
  | 'timezone'
  | 'sendAt'
  | 'kinds'
  | 'days'
  | 'weeklyDay'
  | 'reviewMinutes'
  | 'scheduledSince'
>;

/**
 * The editions whose draft should be there now: from `reviewMinutes` before their hour until 2 h after
 * it, or `backMs`. An hour before the newsletter had this schedule is never made up for.
 */
export function slotsDue(newsletter: Schedule, now: Date, backMs = MADE_UP_FOR): Slot[] {
  if (!newsletter.active) return [];
  const earliest = Math.max(now.getTime() - backMs, newsletter.scheduledSince.getTime());
  const latest = now.getTime() + newsletter.reviewMinutes * MINUTE;
  // A day more at each end: the change of clocks may move an hour across midnight.
  const first = Date.parse(localDateOf(new Date(now.getTime() - backMs), newsletter.timezone));
  const last = Date.parse(localDateOf(new Date(latest), newsletter.timezone));
  const slots: Slot[] = [];
  for (let day = first - 24 * HOUR; day <= last + 24 * HOUR; day += 24 * HOUR) {
    const localDate = new Date(day).toISOString().slice(0, 10);
    const sendAt = instantOf(localDate, newsletter.sendAt, newsletter.timezone);
    if (sendAt.getTime() < earliest || sendAt.getTime() > latest) continue;
    for (const kind of kindsOn(newsletter, localDate)) slots.push({ kind, localDate, sendAt });
  }
  return slots;
}

/** The kinds that the settings ask for on a local date. */
export function kindsOn(newsletter: Schedule, localDate: string): Slot['kind'][] {
  const weekday = new Date(`${localDate}T12:00:00Z`).getUTCDay() || 7;
  const kinds: Slot['kind'][] = [];
  if (newsletter.kinds.includes('daily') && newsletter.days.includes(weekday)) kinds.push('daily');
  if (newsletter.kinds.includes('weekly') && newsletter.weeklyDay === weekday) kinds.push('weekly');
  return kinds;
}
