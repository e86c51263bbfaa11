import { type Zone, zoneOf } from './zones.ts';

export type Clock = {
  hour?: number;
  minute?: number;
  second?: number;
  /** A date without a zone counts as UTC. */
  zone?: Zone;
};

// What stands between date and time: "22/11/2026 - 10:30", "… a las 10:30", "… um 10 Uhr 30".
const LEADING =
  /^(?:T(?=\d)|[,|·@]|[-–—](?=\s)|(?:at|a las?|às|as|à|um|om|kl\.?|klo|ore|alle(?: ore)?|o|ob|в|о)(?=\s))\s*/iu;
const HOURS = 'h|hs|hrs?|horas?|heures?|uhr|uur|ч';
const SPLIT_BY_HOURS = new RegExp(`(\\d{1,2})\\s?(?:${HOURS})\\.?\\s?(\\d{2})(?!\\d)`, 'giu');
const HOURS_AFTER = new RegExp(`(\\d{1,2}[:.]\\d{2})\\s?(?:${HOURS})(?![\\p{L}])\\.?`, 'giu');
const WHOLE_HOURS = new RegExp(`(?<![\\d:.])(\\d{1,2})\\s?(?:${HOURS})(?![\\p{L}])\\.?`, 'giu');

/** Hours written with a word, and halves of the day with dots, as digits and colons: `10 h 30` is `10:30`. */
export function plainHours(text: string): string {
  return text
    .replace(SPLIT_BY_HOURS, '$1:$2')
    .replace(HOURS_AFTER, '$1')
    .replace(WHOLE_HOURS, '$1:00')
    .replace(/(\d)\s?([ap])\.?\s?m(?![\p{L}])\.?/giu, '$1 $2m');
}

const CLOCK =
  /^(\d{1,2})(?:[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,:]\d+)?)?|(\d{2})(?:(\d{2})(?:[.,]\d+)?)?)?(?: ([ap])m(?!\p{L}))?(?!\d)\s*(.*)$/iu;

/**
 * A time of day with or without a zone, from what follows a date; undefined if any of it is not understood, for a part
 * of a time may be another instant.
 */
export function clockOf(text: string): Clock | undefined {
  let rest = plainHours(text.trim());
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replace(LEADING, '').trim();
  }
  if (rest === '') return {};
  const match = CLOCK.exec(rest);
  if (!match) {
    const zone = zoneOf(rest);
    return zone === undefined ? undefined : { zone };
  }
  const [, hours, minute, second, joinedMinute, joinedSecond, half, zoneText = ''] = match;
  let hour = Number(hours);
  if (half) hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const time = {
    hour,
    minute: Number(minute ?? joinedMinute ?? 0),
    second: Number(second ?? joinedSecond ?? 0),
  };
  if (zoneText === '') return time;
  const zone = zoneOf(zoneText);
  return zone === undefined ? undefined : { ...time, zone };
}
