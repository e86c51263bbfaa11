/** Whether the day or the month comes first in `01/11/2026`. */
export type DateOrder = 'day' | 'month';

const FORM =
  /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:(?:T|,?\s+)(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\.?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;

interface Parts {
  year: number;
  month: number;
  day: number;
  /** The order of these two is not known: `day` and `month` are the first and the second. */
  unordered: boolean;
  timeMs: number;
  /** True where a time of day has no zone. */
  zoneless: boolean;
}

/**
 * Reads a time such as `2026-11-01T10:00:00Z`, `2026-11-01` or `01/11/2026 10:30`; without a zone it is UTC. What
 * could be two days is `ambiguous` until `order` says which; with dots the day comes first, as wherever dates are
 * written so. Undefined for what is no date, or no day that exists.
 */
export function readDate(
  text: string,
  order: DateOrder | undefined,
): { at: Date; zoneless: boolean; byOrder: boolean } | 'ambiguous' | undefined {
  const parts = partsOf(text);
  if (!parts) return undefined;
  const { year, timeMs, zoneless } = parts;
  const inOrder = (day: number, month: number) => instantOf(year, month, day, timeMs);
  if (!parts.unordered) {
    const at = inOrder(parts.day, parts.month);
    return at && { at, zoneless, byOrder: false };
  }
  const dayFirst = inOrder(parts.day, parts.month);
  const monthFirst = inOrder(parts.month, parts.day);
  if (!dayFirst || !monthFirst || dayFirst.getTime() === monthFirst.getTime()) {
    const at = dayFirst ?? monthFirst;
    return at && { at, zoneless, byOrder: false };
  }
  if (!order) return 'ambiguous';
  return { at: order === 'day' ? dayFirst : monthFirst, zoneless, byOrder: true };
}

/** The order that a date proves, because its first or second number is no month. */
export function orderProvedBy(text: string): DateOrder | undefined {
  const parts = partsOf(text);
  if (!parts?.unordered) return undefined;
  if (parts.day > 12 && parts.day <= 31 && parts.month <= 12) return 'day';
  if (parts.month > 12 && parts.month <= 31 && parts.day <= 12) return 'month';
  return undefined;
}

function partsOf(text: string): Parts | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, first = '', sign, second = '', third = '', hour, minute, seconds, fraction, half, zone] =
    match;
  const time = timeOf({ hour, minute, seconds, fraction, half, zone });
  if (time === undefined) return undefined;
  const rest = { timeMs: time, zoneless: hour !== undefined && zone === undefined };
  const [a, b, c] = [Number(first), Number(second), Number(third)];
  if (first.length === 4 && third.length <= 2)
    return { year: a, month: b, day: c, unordered: false, ...rest };
  if (first.length > 2 || third.length !== 4) return undefined;
  return { year: c, day: a, month: b, unordered: sign !== '.', ...rest };
}

/** Milliseconds from midnight in UTC. */
function timeOf(
  given: Record<'hour' | 'minute' | 'seconds' | 'fraction' | 'half' | 'zone', string | undefined>,
) {
  if (given.hour === undefined) return 0;
  let hour = Number(given.hour);
  const [minute, second] = [Number(given.minute), Number(given.seconds ?? 0)];
  if (given.half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (given.half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Number((given.fraction ?? '').padEnd(3, '0').slice(0, 3));
  const zone = /^([+-])(\d\d):?(\d\d)$/.exec(given.zone ?? '');
  const offset = zone ? Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  return ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
}

function instantOf(year: number, month: number, day: number, timeMs: number): Date | undefined {
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  return exists && year >= 1970 ? new Date(midnight.getTime() + timeMs) : undefined;
}
