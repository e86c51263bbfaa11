import { Temporal } from 'temporal-polyfill';

/**
 * The instant at which a clock in `timezone` shows `hour` on a local date. An hour skipped that day
 * (clocks put forward) is the first minute after the gap; a doubled one (put back) is the first.
 * Throws RangeError on an hour that is not `HH:MM` or a zone this Node does not know.
 */
export function instantOf(localDate: string, hour: string, timezone: string): Date {
  return atHour(Temporal.PlainDate.from(localDate), hour, timezone);
}

/**
 * When a reader's edition is due: the first instant from `frozenAt` on at which their clock shows
 * their hour. Each local date has one such instant, also on the days the clocks change, so that a
 * reader in the newsletter's own zone gets one daily edition a local date. Elsewhere the day on which
 * the newsletter's clocks change may bring two at once, or none: the freeze moves past their hour.
 * Throws RangeError as `instantOf` does.
 */
export function dueAt(frozenAt: Date, hour: string, timezone: string): Date {
  const frozen = Temporal.Instant.fromEpochMilliseconds(frozenAt.getTime());
  let date = frozen.toZonedDateTimeISO(timezone).toPlainDate();
  let due = atHour(date, hour, timezone);
  while (due.getTime() < frozenAt.getTime()) {
    date = date.add({ days: 1 });
    due = atHour(date, hour, timezone);
  }
  return due;
}

/** The date in `timezone` at an instant, as YYYY-MM-DD. */
export function localDateOf(at: Date, timezone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  return instant.toZonedDateTimeISO(timezone).toPlainDate().toString();
}

function atHour(date: Temporal.PlainDate, hour: string, timezone: string): Date {
  const wall = date.toPlainDateTime(Temporal.PlainTime.from(hour));
  const zoned = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  // In a gap `earlier` goes back by the gap's length: the clock then shows another hour.
  if (zoned.toPlainDateTime().equals(wall)) return new Date(zoned.epochMilliseconds);
  const afterGap = zoned.getTimeZoneTransition('next') ?? zoned;
  return new Date(afterGap.epochMilliseconds);
}
