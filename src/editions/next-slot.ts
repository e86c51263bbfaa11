import { instantOf, localDateOf } from './due.ts';
import { kindsOn, type Schedule, type Slot } from './schedule.ts';

const DAY = 24 * 3_600_000;
/** A weekly one comes within so many days, whatever the clocks do. */
const DAYS_AHEAD = 8;

/** The editions that a newsletter's settings ask for from now on, for about a week, the next one first. */
export function slotsAhead(newsletter: Schedule, now: Date): Slot[] {
  if (!newsletter.active) return [];
  const today = Date.parse(localDateOf(now, newsletter.timezone));
  return Array.from({ length: DAYS_AHEAD + 1 }, (_, day) => {
    const localDate = new Date(today + day * DAY).toISOString().slice(0, 10);
    const sendAt = instantOf(localDate, newsletter.sendAt, newsletter.timezone);
    return kindsOn(newsletter, localDate).map((kind) => ({ kind, localDate, sendAt }));
  })
    .flat()
    .filter(({ sendAt }) => sendAt > now);
}
