import type { Frequency } from '../database/tables.ts';
import { dueAt, instantOf, localDateOf } from './due.ts';
import { frequenciesOf } from './frequencies.ts';
import { kindsOn, type Schedule } from './schedule.ts';

const DAY = 24 * 3_600_000;

/** What a reader chose; null: as the newsletter has it. */
interface Choice {
  frequency: Frequency;
  hour: string | null;
  timezone: string | null;
}

/**
 * When the next scheduled edition of a newsletter is due for a reader who subscribes now. Null where none is
 * scheduled for them: they read special reports alone, or the newsletter is not active.
 */
export function firstEditionAt(newsletter: Schedule, choice: Choice, now: Date): Date | null {
  if (!newsletter.active) return null;
  const { timezone, sendAt: hour } = newsletter;
  const today = Date.parse(localDateOf(now, timezone));
  for (let day = today; day <= today + 8 * DAY; day += DAY) {
    const localDate = new Date(day).toISOString().slice(0, 10);
    const frozenAt = instantOf(localDate, hour, timezone);
    if (frozenAt <= now) continue;
    const theirs = kindsOn(newsletter, localDate).some((kind) =>
      frequenciesOf(kind, localDate, newsletter.kinds).includes(choice.frequency),
    );
    if (!theirs) continue;
    const reader = { hour: choice.hour ?? hour, timezone: choice.timezone ?? timezone };
    return dueAt(frozenAt, reader, { hour, timezone });
  }
  return null;
}
