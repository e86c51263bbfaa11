import { Temporal } from 'temporal-polyfill';
import { isWeekday, monthNamed } from './calendar-names.ts';
import { type Clock, clockOf, plainHours } from './clock-times.ts';
import { zoneNamed, zoneOf } from './zones.ts';

type Parts = Clock & { year: number; month: number; day: number };

const fullYear = (digits: string) => {
  const year = Number(digits);
  return digits.length > 2 ? year : year + (year > 68 ? 1900 : 2000);
};

/** The instant, or null if the calendar or the clock has no such one (31 November, 29 February 2026, 25:00). */
function instant({ year, month, day, hour = 0, minute = 0, second = 0, zone = 0 }: Parts) {
  const possible =
    year >= 1900 &&
    year <= 2200 &&
    month >= 0 &&
    month <= 11 &&
    (hour <= 23 || (hour === 24 && minute === 0 && second === 0)) &&
    minute <= 59 &&
    second <= 60 &&
    (typeof zone === 'string' || Math.abs(zone) <= 24 * 60);
  if (!possible || new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return null;
  const asUtc = Date.UTC(year, month, day, hour, minute, second);
  if (typeof zone === 'number') return new Date(asUtc - zone * 60_000);
  const local = Temporal.Instant.fromEpochMilliseconds(asUtc).toZonedDateTimeISO('UTC');
  return new Date(local.toPlainDateTime().toZonedDateTime(zone).epochMilliseconds);
}

/** W3C-DTF and the ISO 8601 forms that are met: whole, in parts, without hyphens, by day of the year. */
function iso(text: string): Date | null {
  const date =
    /^(\d{4})[-/.](\d{1,3})[-/.](\d{1,2})(?=\D|$)(.*)$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})(?=T|\s|$)(.*)$/i.exec(text) ??
    /^(\d{2})-(\d{2})-(\d{2})(?=T|\s|$)(.*)$/i.exec(text) ??
    /^(\d{2})(\d{2})(\d{2})(?=T|\s|$)(.*)$/i.exec(text);
  if (date) {
    const clock = clockOf(date[4] ?? '');
    if (!clock) return null;
    const [, year = '', month = '', day = ''] = date;
    return instant({ year: fullYear(year), month: Number(month) - 1, day: Number(day), ...clock });
  }
  const ordinal = /^(\d{4}|\d{2})-?(\d{3})$/.exec(text);
  if (ordinal) {
    const year = fullYear(ordinal[1] ?? '');
    const first = instant({ year, month: 0, day: 1 });
    const day = first && new Date(Date.UTC(year, 0, Number(ordinal[2])));
    return day?.getUTCFullYear() === year ? day : null;
  }
  const month = /^(\d{4})-(\d{1,2})$/.exec(text) ?? /^-(\d{2})-?(\d{2})$/.exec(text);
  if (month)
    return instant({ year: fullYear(month[1] ?? ''), month: Number(month[2]) - 1, day: 1 });
  const year = /^(\d{4})$/.exec(text);
  return year ? instant({ year: Number(year[1]), month: 0, day: 1 }) : null;
}

const EAST_ASIAN_WEEKDAY =
  /^[(（]?(?:星期[一二三四五六日天]|周[一二三四五六日]|[月火水木金土日]曜?日?|[월화수목금토일]요일)[)）]?\s*/u;

/** 2004년 05월 28일 01:31:15, 2004-05-25 오후 11:23:17, 2024年5月28日. Without a zone: Seoul's or Tokyo's. */
function eastAsian(text: string): Date | null {
  const match =
    /^(\d{4})\s*[-./年년]\s*(\d{1,2})\s*[-./月월]\s*(\d{1,2})\s*[日일.]?\s*(오전|오후|午前|午後|上午|下午)?\s*(.*)$/u.exec(
      text,
    );
  if (!match || !/[年년오午上下]/u.test(text)) return null;
  const [, year = '', month, day, half, time = ''] = match;
  const clock = clockOf(time.replace(EAST_ASIAN_WEEKDAY, ''));
  if (!clock) return null;
  const afternoon = half && /[후後下]/u.test(half) && (clock.hour ?? 0) < 12 ? 12 : 0;
  return instant({
    year: Number(year),
    month: Number(month) - 1,
    day: Number(day),
    zone: /[上下]/u.test(text) ? 480 : 540,
    ...clock,
    hour: (clock.hour ?? 0) + afternoon,
  });
}

/** 31/12/2024 or 12/31/2024: the day first unless it cannot be, or the clock is an American one. */
function slashed(text: string): Date | null {
  const match = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?=\D|$)[,\s]*(.*)$/.exec(text);
  if (!match) return null;
  const [, first, second, year = '', time = ''] = match;
  const clock = clockOf(time);
  if (!clock) return null;
  const monthFirst = Number(second) > 12 || (Number(first) <= 12 && /\d\s*[ap]\.?m/i.test(time));
  return instant({
    year: fullYear(year),
    month: Number(monthFirst ? first : second) - 1,
    day: Number(monthFirst ? second : first),
    ...clock,
  });
}

// Words that say nothing of when: "1 de mayo de 2024 a las 10:20", "le 15 février à 10 h", "kl. 9.15".
const FILLERS = new Set(
  'a al alle am and as at d da das de del den der di do dos du e el en i il in kl klo la las le lo los na o of om on ore os the um van von y à às в г года о ob'.split(
    ' ',
  ),
);
const TIME =
  /(?<![\d:.+\u2212-])\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?(?: [ap]m(?!\p{L}))?(?![\d:])/giu;

/** Dates with the month as a word, in whatever order and language: RFC 822, asctime and their kin. */
function worded(text: string): Date | null {
  const separated = plainHours(text)
    // 13-Jul-2004 and 2004-július-13T9:15 have their parts glued together
    .replace(/(\d)-(\p{L}{3,}\.?)-(\d)/gu, '$1 $2 $3')
    .replace(/(\d)T(?=\d)/g, '$1 ')
    // where the month is a word, "10.30" is a time
    .replace(/(?<![\d.])(\d{1,2})\.(\d{2})(?![.\d])/g, '$1:$2');
  const times = separated.match(TIME) ?? [];
  if (times.length > 1) return null;
  let clock: Clock = clockOf(times[0] ?? '') ?? {};
  const [, rest = '', inBrackets] =
    /^(.*?)\s*(?:[[(]([^[\]()]*)[\])])?$/.exec(separated.replace(TIME, ' ').trim()) ?? [];
  const words = rest.split(/[\s,]+/).filter((word) => !/^[-–—|·]?$/.test(word));
  // "mar, 15 nov" is a Tuesday of November: the last word that names a month counts.
  const at = words.findLastIndex((word) => /\p{L}/u.test(word) && monthNamed(word) !== undefined);
  const month = monthNamed(words[at] ?? '');
  if (month === undefined) return null;

  const numbers: string[] = [];
  for (const [i, word] of words.entries()) {
    if (i === at || isWeekday(word)) continue;
    const number = /^(\d{1,4})(st|nd|rd|th|\.|º|er)?$/i.exec(word)?.[1];
    if (number && (number.length < 4 || /^(19|20|21)/.test(number))) {
      numbers.push(number);
      continue;
    }
    const military = number && times.length === 0 ? clockOf(number) : undefined;
    const isFiller = FILLERS.has(word.replace(/\.$/, '').toLowerCase()) && !/^[A-Z]+$/.test(word);
    const zone = isFiller ? undefined : zoneNamed(word);
    if (military) clock = { ...clock, ...military };
    else if (zone !== undefined && clock.zone === undefined) clock = { ...clock, zone };
    else if (zone !== undefined && clock.zone === 0 && /^[+-]/.test(word))
      clock = { ...clock, zone };
    else if (!isFiller) return null;
  }
  if (inBrackets !== undefined && clock.zone === undefined) {
    const zone = zoneOf(inBrackets);
    if (zone === undefined) return null;
    clock = { ...clock, zone };
  }
  const yearAt = numbers.findIndex((number) => number.length === 4);
  const year = yearAt >= 0 ? numbers.splice(yearAt, 1)[0] : numbers.splice(1, 1)[0];
  const [day, more] = numbers;
  if (!year || !day || day.length > 2 || more) return null;
  return instant({ year: fullYear(year), month, day: Number(day), ...clock });
}

function epoch(text: string): Date | null {
  if (/^\d{10}$/.test(text)) return new Date(Number(text) * 1000);
  return /^\d{13}$/.test(text) ? new Date(Number(text)) : null;
}

/**
 * Reads a date as feeds write it: W3C-DTF and ISO 8601 in parts, RFC 822 with its abuses, asctime, named
 * zones, two-digit years, months in some forty languages, East Asian forms, seconds since 1970.
 * Without a zone it counts as UTC. Returns ISO 8601 in UTC to the second, null if it is no date or not understood to its
 * end: a wrong instant is worse than none.
 */
export function readDate(value: string | null | undefined): string | null {
  if (!value || value.length > 200) return null;
  const text = value
    .normalize('NFC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
  const unweekdayed = text.replace(/^(\p{L}+)\.?,?\s+(?=\d{1,4}[-/.]\d)/u, (all, word: string) =>
    isWeekday(word) ? '' : all,
  );
  const date =
    epoch(text) ?? eastAsian(text) ?? iso(unweekdayed) ?? slashed(unweekdayed) ?? worded(text);
  return date ? date.toISOString().replace(/\.\d+Z$/, 'Z') : null;
}
