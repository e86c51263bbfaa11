import { Temporal } from 'temporal-polyfill';

/**
 * The instant at which a clock in `timezone` shows `hour` on a local date. An hour skipped that day
 * (clocks put forward) is the first minute after the gap; a doubled one (put back) is the first.
 * Throws RangeError on an hour that is not `HH:MM` or a zone this Node does not know.
 */
export function instantOf(localDate: string, hour: string, timezone: string): Date {
  return atHour(Temporal.PlainDate.from(localDate), hour, timezone);
}

/** An hour, `HH:MM`, on the clocks of a time zone. */
interface ZonedHour {
  hour: string;
  timezone: string;
}

/**
 * When a reader's edition is due: the first instant from `frozenAt` on at which their clock shows
 * their hour. `freeze` is the newsletter's own hour. Each local date has one such instant, also on the
 * days the clocks change, so that a reader in the newsletter's own zone gets one daily edition a local
 * date. Elsewhere the day on which the newsletter's clocks change may bring two at once, or none: the
 * freeze moves past their hour. Throws RangeError as `instantOf` does.
 */
export function dueAt(frozenAt: Date, reader: ZonedHour, freeze: ZonedHour): Date {
  const frozen = Temporal.Instant.fromEpochMilliseconds(frozenAt.getTime());
  const { hour, timezone } = reader;
  const taken = (due: Date) =>
    due < frozenAt ||
    (due.getTime() === frozenAt.getTime() && isSkippedBefore(reader, freeze, frozen));
  let date = frozen.toZonedDateTimeISO(timezone).toPlainDate();
  let due = atHour(date, hour, timezone);
  while (taken(due)) {
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

/**
 * Whether the reader's hour is skipped by a gap that ends at `end`, and comes before the freeze on other days: it falls
 * on the freeze itself then, and the edition of the day before has taken it.
 */
function isSkippedBefore(reader: ZonedHour, freeze: ZonedHour, end: Temporal.Instant): boolean {
  const zoned = end.toZonedDateTimeISO(reader.timezone);
  if (zoned.toPlainTime().equals(Temporal.PlainTime.from(reader.hour))) return false;
  return withClocksBefore(reader, end) < withClocksBefore(freeze, end);
}

/** When an hour of the date of `end` would come if the clocks did not change there, in ms. */
function withClocksBefore({ hour, timezone }: ZonedHour, end: Temporal.Instant): number {
  const { offset } = end.subtract({ nanoseconds: 1 }).toZonedDateTimeISO(timezone);
  const date = end.toZonedDateTimeISO(timezone).toPlainDate();
  const wall = date.toPlainDateTime(Temporal.PlainTime.from(hour));
  return wall.toZonedDateTime(offset).epochMilliseconds;
}

function atHour(date: Temporal.PlainDate, hour: string, timezone: string): Date {
  const wall = date.toPlainDateTime(Temporal.PlainTime.from(hour));
  const zoned = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  // In a gap `earlier` goes back by the gap's length: the clock then shows another hour.
  if (zoned.toPlainDateTime().equals(wall)) return new Date(zoned.epochMilliseconds);
  const afterGap = zoned.getTimeZoneTransition('next') ?? zoned;
  return new Date(afterGap.epochMilliseconds);
}
