import { withoutMonthName } from './month-names.ts';

/** Whether the day or the month comes first in `01/11/2026`. */
export type DateOrder = 'day' | 'month';

const FORM =
  /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:(?:T|,?\s+)(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\.?)?\s*(?:(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?: ?\(?[A-Z]{3,5}\)?)?)?)?$/i;

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

/** What was read of a cell. `zoneless`: a time of day without a zone; `byOrder`: only the order says which day it is. */
interface Found {
  at: Date;
  zoneless: boolean;
  byOrder: boolean;
}

/**
 * Reads a time such as `2026-11-01T10:00:00Z`, `2026-11-01`, `01/11/2026 10:30` or `1 Nov 2026`; without a zone it is UTC. What
 * could be two days is `ambiguous` until `order` says which; with dots the day comes first, as wherever dates are
 * written so. Undefined for what is no date, or no day that exists.
 */
export function readDate(
  text: string,
  order: DateOrder | undefined,
): Found | 'ambiguous' | undefined {
  const plain = isoDate(text);
  if (plain) return plain;
  const parts = partsOf(text);
  if (!parts) return otherDate(text, order);
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

/** `2026-11-01` and `2026-11-01T10:00:00.000Z`, with a space too: nearly all there are, read without a pattern. */
function isoDate(text: string): Found | undefined {
  const { length } = text;
  if (length < 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  const [year, month, day] = [two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8)];
  if (length === 10) {
    const at = instantOf(year, month, day, 0);
    return at && { at, zoneless: false, byOrder: false };
  }
  const sign = text.charCodeAt(10);
  if (length < 19 || (sign !== 0x54 && sign !== 0x20)) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  const [hour, minute, second] = [two(text, 11), two(text, 14), two(text, 17)];
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const isUtc = text.charCodeAt(length - 1) === 0x5a;
  let ms = 0;
  if (length === (isUtc ? 24 : 23) && text.charCodeAt(19) === DOT)
    ms = digit(text, 20) * 100 + two(text, 21);
  else if (length !== (isUtc ? 20 : 19)) return undefined;
  const at = instantOf(year, month, day, ((hour * 60 + minute) * 60 + second) * 1000 + ms);
  return at && { at, zoneless: !isUtc, byOrder: false };
}

const [DASH, DOT, COLON] = [0x2d, 0x2e, 0x3a];

/** NaN for what is no digit, which no comparison lets through. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** What is written in no numbers with signs between them. */
function otherDate(text: string, order: DateOrder | undefined): Found | 'ambiguous' | undefined {
  // as a spreadsheet keeps what is to stay text
  if (text.startsWith("'")) return readDate(text.slice(1), order);
  const numbered = /\p{L}{3}/u.test(text) ? withoutMonthName(text) : undefined;
  return numbered === undefined ? (secondsOf(text) ?? daysOf(text)) : readDate(numbered, order);
}

/** `20261101`, and the number of a day in a spreadsheet, as it writes a date in a column that is not of dates: 46327.5. */
function daysOf(text: string): Found | undefined {
  const [, year, month, day] = /^((?:19|20)\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  const at =
    year !== undefined
      ? instantOf(Number(year), Number(month), Number(day), 0)
      : /^\d{5}(?:[.,]\d+)?$/.test(text)
        ? dayOfSheet(Number(text.replace(',', '.')))
        : undefined;
  return at && { at, zoneless: false, byOrder: false };
}

/** From 1980 to 2099: others are rather numbers of something else. */
const dayOfSheet = (days: number): Date | undefined =>
  days >= 29_221 && days < 73_051
    ? new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000)
    : undefined;

/** Seconds or milliseconds since 1970, as programs write them: from 2001 on. */
function secondsOf(text: string): Found | undefined {
  if (!/^[1-9]\d{9}(?:\d{3})?$/.test(text)) return undefined;
  const at = new Date(text.length === 10 ? Number(text) * 1000 : Number(text));
  return { at, zoneless: false, byOrder: false };
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
  if (first.length > 2) return undefined;
  if (third.length === 2 && sign !== '-')
    return { year: c + (c < 70 ? 2000 : 1900), day: a, month: b, unordered: sign !== '.', ...rest };
  if (third.length !== 4) return undefined;
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
  const zone = /^([+-])(\d\d):?(\d\d)?$/.exec(given.zone ?? '');
  const offset = zone ? Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) : 0;
  return ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function instantOf(year: number, month: number, day: number, timeMs: number): Date | undefined {
  const last = month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);
  if (!(year >= 1970 && day >= 1 && day <= last && timeMs >= -DAY_MS)) return undefined;
  return new Date(Date.UTC(year, month - 1, day) + timeMs);
}

/** Whether only an order says which day a text is. */
export const isUnordered = (text: string): boolean => partsOf(text)?.unordered === true;
